"""Equity and drawdown: what the closed trades made of the capital, and what is open now."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from shared.domain.book import LiveState
from shared.domain.config import BotConfig
from shared.domain.positions import ClosedTrade
from shared.domain.sessions import new_york_date, sessions_between
from shared.domain.vocabulary import Bot
from shared.views.positions import positions_view
from shared.views.sources import Sources, configurations, modes_of
from shared.views.trades import YEAR, closed_trades
from shared.views.view import View, dollars

ZERO = Decimal(0)


class EquityPoint(View):
    """A session's end: realised equity in dollars, and how far it lies under its peak so far."""

    day: date
    equity: Decimal
    pnl: Decimal
    drawdown: Decimal
    trades: int


class BotEquity(View):
    """One bot's results: dollars, and its profit by session beside the points of all."""

    bot: Bot
    capital: Decimal
    realized: Decimal
    open_pnl: Decimal | None
    day_pnl: Decimal
    trades: int
    wins: int
    profits: tuple[float, ...]


class EquityView(View):
    """Realised equity by session; ``open_pnl`` is what is open now, None while a position has no price."""

    asked_at: datetime
    capital: Decimal
    realized: Decimal
    open_pnl: Decimal | None
    equity: Decimal
    day_pnl: Decimal
    max_drawdown: Decimal
    max_drawdown_fraction: Decimal
    points: tuple[EquityPoint, ...]
    bots: tuple[BotEquity, ...]


def equity_view(sources: Sources, *, days: int = YEAR.days) -> EquityView:
    """Return the equity of the bots in their present modes over the last calendar days."""
    now = sources.clock.now()
    _, configs, _ = configurations(sources)
    first = now - timedelta(days=days)
    trades = [
        trade
        for trade in closed_trades(sources, first, modes_of(configs))
        if trade.bot in configs and trade.mode is configs[trade.bot].mode
    ]
    lives = {bot: sources.book.live(bot) for bot in configs}
    realized = {bot: lives[bot].ledger(config.mode).realized_pnl for bot, config in configs.items()}
    spent = _days(trades, first, now)
    open_pnl = _open(sources, configs)
    capital = sum((config.capital for config in configs.values()), ZERO)
    before = capital + sum(realized.values(), ZERO) - sum((trade.pnl for trade in trades), ZERO)
    points = tuple(_points(spent, trades, before))
    bots = tuple(
        _bot(bot, config, lives[bot], [one for one in trades if one.bot is bot], open_pnl[bot], spent, now)
        for bot, config in configs.items()
    )
    worst = max(points, key=lambda point: point.drawdown, default=None)
    known = [value for value in open_pnl.values() if value is not None]
    total = sum(realized.values(), ZERO)
    return EquityView(
        asked_at=now,
        capital=capital,
        realized=dollars(total),
        open_pnl=dollars(sum(known, ZERO)) if len(known) == len(open_pnl) else None,
        equity=dollars(capital + total + sum(known, ZERO)),
        day_pnl=dollars(sum((bot.day_pnl for bot in bots), ZERO)),
        max_drawdown=worst.drawdown if worst else ZERO,
        max_drawdown_fraction=_share(worst),
        points=points,
        bots=bots,
    )


def _share(worst: EquityPoint | None) -> Decimal:
    peak = worst.equity + worst.drawdown if worst else ZERO
    return (worst.drawdown / peak).quantize(Decimal("0.0001")) if worst and peak > 0 else ZERO


def _open(sources: Sources, configs: Iterable[Bot]) -> dict[Bot, Decimal | None]:
    held = positions_view(sources).positions
    found: dict[Bot, Decimal | None] = {}
    for bot in configs:
        profits = [one.pnl for one in held if one.bot is bot]
        known = [pnl for pnl in profits if pnl is not None]
        found[bot] = sum(known, ZERO) if len(known) == len(profits) else None
    return found


def _days(trades: Sequence[ClosedTrade], first: datetime, now: datetime) -> tuple[date, ...]:
    """Return the sessions from shortly before the first trade on; settlements of a weekend count to the next."""
    start = new_york_date(trades[0].opened_at if trades else now)
    return sessions_between(max(start, new_york_date(first)), new_york_date(now))


def _points(days: Sequence[date], trades: Sequence[ClosedTrade], before: Decimal) -> Iterable[EquityPoint]:
    equity = peak = before
    waiting = list(trades)
    for day in days:
        today = [trade for trade in waiting if new_york_date(trade.closed_at) <= day]
        waiting = waiting[len(today) :]
        pnl = sum((trade.pnl for trade in today), ZERO)
        equity += pnl
        peak = max(peak, equity)
        yield EquityPoint(
            day=day, equity=dollars(equity), pnl=dollars(pnl), drawdown=dollars(peak - equity), trades=len(today)
        )


def _bot(
    bot: Bot,
    config: BotConfig,
    live: LiveState,
    trades: Sequence[ClosedTrade],
    open_pnl: Decimal | None,
    days: Sequence[date],
    now: datetime,
) -> BotEquity:
    ledger = live.ledger(config.mode)
    before = ledger.realized_pnl - sum((trade.pnl for trade in trades), ZERO)
    return BotEquity(
        bot=bot,
        capital=config.capital,
        realized=dollars(ledger.realized_pnl),
        open_pnl=None if open_pnl is None else dollars(open_pnl),
        day_pnl=dollars(ledger.day_pnl if ledger.day == new_york_date(now) else ZERO),
        trades=len(trades),
        wins=sum(1 for trade in trades if trade.pnl > 0),
        profits=tuple(float(point.equity) for point in _points(days, trades, before)),
    )
