"""Equity and drawdown: what the closed trades made of the capital, and what is open now."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from shared.domain.book import LiveState
from shared.domain.config import BotConfig
from shared.domain.ledgers import Ledger
from shared.domain.positions import ClosedTrade
from shared.domain.sessions import new_york_date, sessions_between
from shared.domain.vocabulary import Bot, TradingMode
from shared.views.positions import PositionView, positions_view
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
    """One bot's results: dollars, and its profit by session beside the points of its mode."""

    bot: Bot
    capital: Decimal
    realized: Decimal
    open_pnl: Decimal | None
    day_pnl: Decimal
    trades: int
    wins: int
    profits: tuple[float, ...]


class ModeEquity(View):
    """The bots of one mode; ``open_pnl`` is what is open now, None while a position has no price."""

    mode: TradingMode
    capital: Decimal
    realized: Decimal
    open_pnl: Decimal | None
    equity: Decimal
    day_pnl: Decimal
    max_drawdown: Decimal
    max_drawdown_fraction: Decimal
    points: tuple[EquityPoint, ...]
    bots: tuple[BotEquity, ...]


class EquityView(View):
    """Realised equity by session, each mode by itself, live first: play money and real money make no sum."""

    asked_at: datetime
    modes: tuple[ModeEquity, ...]


def equity_view(sources: Sources, *, days: int = YEAR.days) -> EquityView:
    """Return the equity of the bots in their present modes over the last calendar days."""
    now = sources.clock.now()
    _, configs, _ = configurations(sources)
    modes = modes_of(configs)
    found = closed_trades(sources, now - timedelta(days=days), modes)
    trades = {
        bot: [one for one in found if (one.bot, one.mode) == (bot, config.mode)] for bot, config in configs.items()
    }
    held = positions_view(sources).positions
    records = [
        _Record(config, sources.book.live(bot), trades[bot], _open_of(config, held)) for bot, config in configs.items()
    ]
    first = new_york_date(now - timedelta(days=days))
    return EquityView(
        asked_at=now,
        modes=tuple(
            _of_mode(mode, [one for one in records if one.config.mode is mode], first, new_york_date(now))
            for mode in reversed(modes)
        ),
    )


class _Result(NamedTuple):
    """What a closed trade brought, or the contracts closed so far of a position that is still open."""

    opened_at: datetime
    closed_at: datetime
    pnl: Decimal
    is_trade: bool


class _Record(NamedTuple):
    """What one bot did in its present mode."""

    config: BotConfig
    live: LiveState
    trades: Sequence[ClosedTrade]
    open_pnl: Decimal | None

    @property
    def ledger(self) -> Ledger:
        return self.live.ledger(self.config.mode)

    @property
    def results(self) -> list[_Result]:
        """Everything that the ledger has booked of these trades and of what is open, by the time it closed."""
        trades = [_Result(one.opened_at, one.closed_at, one.pnl, is_trade=True) for one in self.trades]
        parts = (
            _Result(held.opened_at or held.planned_at, held.fills[-1].at, held.counted_pnl, is_trade=False)
            for held in self.live.positions
            if held.mode is self.config.mode and held.counted_pnl and held.fills
        )
        return sorted((*trades, *parts), key=lambda one: one.closed_at)


def _of_mode(mode: TradingMode, records: Sequence[_Record], first: date, today: date) -> ModeEquity:
    results = sorted((one for record in records for one in record.results), key=lambda one: one.closed_at)
    capital = sum((one.config.capital for one in records), ZERO)
    realized = sum((one.ledger.realized_pnl for one in records), ZERO)
    days = _days(results, first, today)
    points = tuple(_points(days, results, capital + realized - _sum(results)))
    bots = tuple(_bot(one, days, today) for one in records)
    worst = max(points, key=lambda point: point.drawdown, default=None)
    known = [one.open_pnl for one in records if one.open_pnl is not None]
    return ModeEquity(
        mode=mode,
        capital=capital,
        realized=dollars(realized),
        open_pnl=dollars(sum(known, ZERO)) if len(known) == len(records) else None,
        equity=dollars(capital + realized + sum(known, ZERO)),
        day_pnl=dollars(sum((bot.day_pnl for bot in bots), ZERO)),
        max_drawdown=worst.drawdown if worst else ZERO,
        max_drawdown_fraction=_share(worst),
        points=points,
        bots=bots,
    )


def _sum(results: Iterable[_Result]) -> Decimal:
    return sum((one.pnl for one in results), ZERO)


def _share(worst: EquityPoint | None) -> Decimal:
    peak = worst.equity + worst.drawdown if worst else ZERO
    return (worst.drawdown / peak).quantize(Decimal("0.0001")) if worst and peak > 0 else ZERO


def _open_of(config: BotConfig, held: Sequence[PositionView]) -> Decimal | None:
    profits = [one.pnl for one in held if (one.bot, one.mode) == (config.bot, config.mode)]
    known = [pnl for pnl in profits if pnl is not None]
    return sum(known, ZERO) if len(known) == len(profits) else None


def _days(results: Sequence[_Result], first: date, today: date) -> tuple[date, ...]:
    """Return the sessions from shortly before the first trade on; settlements of a weekend count to the next."""
    start = min((new_york_date(one.opened_at) for one in results), default=today)
    return sessions_between(max(start, first), today)


def _points(days: Sequence[date], results: Sequence[_Result], before: Decimal) -> Iterator[EquityPoint]:
    """Yield a point a session; the results are in the order in which they closed."""
    equity = peak = before
    closed_on = [new_york_date(one.closed_at) for one in results]
    start = 0
    for day in days:
        end = bisect_right(closed_on, day, lo=start)
        of_day = results[start:end]
        pnl = _sum(of_day)
        equity += pnl
        peak = max(peak, equity)
        yield EquityPoint(
            day=day,
            equity=dollars(equity),
            pnl=dollars(pnl),
            drawdown=dollars(peak - equity),
            trades=sum(1 for one in of_day if one.is_trade),
        )
        start = end


def _bot(record: _Record, days: Sequence[date], today: date) -> BotEquity:
    ledger, trades, results = record.ledger, record.trades, record.results
    return BotEquity(
        bot=record.config.bot,
        capital=record.config.capital,
        realized=dollars(ledger.realized_pnl),
        open_pnl=None if record.open_pnl is None else dollars(record.open_pnl),
        day_pnl=dollars(ledger.day_pnl if ledger.day == today else ZERO),
        trades=len(trades),
        wins=sum(1 for trade in trades if trade.pnl > 0),
        profits=tuple(_profits(days, results, ledger.realized_pnl - _sum(results))),
    )


def _profits(days: Sequence[date], results: Sequence[_Result], before: Decimal) -> Iterator[float]:
    return (float(point.equity) for point in _points(days, results, before))
