"""The closed trades, newest first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from shared.domain.positions import ClosedTrade
from shared.domain.vocabulary import Bot, ExitReason, GammaRegime, Strategy, TradingMode
from shared.views.paging import PAGE, Cursor, cursor_of, token_of
from shared.views.sources import Sources, configurations, modes_of
from shared.views.view import View, dollars

YEAR: Final = timedelta(days=366)


class TradeView(View):
    """The result of one position; dollars after all fees, ``pnl_fraction`` a share of the premium."""

    position_id: str
    bot: Bot
    mode: TradingMode
    strategy: Strategy
    underlying: str
    contracts: int
    entry_price: Decimal
    exit_price: Decimal
    fees: Decimal
    pnl: Decimal
    pnl_fraction: Decimal
    opened_at: datetime
    closed_at: datetime
    exit_reason: ExitReason
    regime: GammaRegime


class TradesView(View):
    """A page of closed trades; ``next`` leads to older ones."""

    trades: tuple[TradeView, ...]
    next: str | None


def trades_view(
    sources: Sources,
    *,
    bots: Sequence[Bot] = tuple(Bot),
    limit: int = PAGE,
    after: str | None = None,
    since: timedelta = YEAR,
) -> TradesView:
    """Return a page of closed trades, newest first.

    Raises:
        InvalidValueError: the token is none of ours.
    """
    cursor = cursor_of(after)
    found = [
        trade
        for trade in reversed(closed_trades(sources, sources.clock.now() - since))
        if trade.bot in bots and (cursor is None or (trade.closed_at, trade.position_id) < cursor)
    ]
    shown, last = found[:limit], found[limit - 1] if len(found) > limit else None
    return TradesView(
        trades=tuple(_trade_view(trade) for trade in shown),
        next=token_of(Cursor(last.closed_at, last.position_id)) if last else None,
    )


def closed_trades(
    sources: Sources, since: datetime, modes: Sequence[TradingMode] | None = None
) -> tuple[ClosedTrade, ...]:
    """Return the trades closed since a moment, oldest first, of the modes in use unless others are named."""
    wanted = modes_of(configurations(sources)[1]) if modes is None else modes
    found = [
        trade
        for mode in wanted
        for strategy in Strategy
        for trade in sources.history.closed_trades(mode, strategy, since)
    ]
    return tuple(sorted(found, key=lambda trade: (trade.closed_at, trade.position_id)))


def _trade_view(trade: ClosedTrade) -> TradeView:
    return TradeView(
        position_id=trade.position_id,
        bot=trade.bot,
        mode=trade.mode,
        strategy=trade.strategy,
        underlying=trade.underlying,
        contracts=trade.contracts,
        entry_price=trade.entry_price,
        exit_price=trade.exit_price,
        fees=dollars(trade.fees),
        pnl=dollars(trade.pnl),
        pnl_fraction=trade.pnl_fraction,
        opened_at=trade.opened_at,
        closed_at=trade.closed_at,
        exit_reason=trade.exit_reason,
        regime=trade.regime,
    )
