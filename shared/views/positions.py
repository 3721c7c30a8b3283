"""The open positions with their marks, and how far they are from target and stop."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from shared.domain.errors import AlphaGexError
from shared.domain.options import Leg, LegSide, OptionQuote, Right
from shared.domain.orders import PriceEffect
from shared.domain.positions import Position, PositionState, premium_dollars
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import Bot, ExitReason, GammaRegime, Strategy, TradingMode
from shared.phases.monitoring import mark_of, pnl_fraction, stop_mark, target_mark
from shared.phases.monitoring.pnl import stop_fraction
from shared.views.payoff import PayoffView, payoff_view
from shared.views.sources import Sources
from shared.views.view import View, dollars

_SHARE: Final = Decimal("0.0001")
NO_QUOTE: Final = "a leg has no sound quote"


class LegView(View):
    """One contract of a structure."""

    option_symbol: str
    side: LegSide
    right: Right
    strike: Decimal


class PositionView(View):
    """An open position; prices per unit, P&L in dollars after fees both ways.

    ``to_target`` and ``to_stop`` are the shares of the way gone, 0 to 1 and beyond; ``mark`` is None, with the
    reason in ``unpriced``, where no sound price is known.
    """

    position_id: str
    bot: Bot
    mode: TradingMode
    state: PositionState
    underlying: str
    strategy: Strategy
    effect: PriceEffect
    legs: tuple[LegView, ...]
    contracts: int
    expiration: date
    dte: int
    opened_at: datetime | None
    entry_price: Decimal
    spot: Decimal | None
    mark: Decimal | None
    unpriced: str | None
    pnl: Decimal | None
    pnl_fraction: Decimal | None
    to_target: Decimal | None
    to_stop: Decimal | None
    target_mark: Decimal
    stop_mark: Decimal
    target_pnl: Decimal
    stop_pnl: Decimal
    max_loss: Decimal
    risk: Decimal
    regime: GammaRegime
    confidence: int
    exit_reason: ExitReason | None
    note: str | None
    payoff: PayoffView | None


class ModeTotal(View):
    """What is open in one mode; ``pnl`` is the sum, None while one position has no price."""

    mode: TradingMode
    positions: int
    pnl: Decimal | None
    risk: Decimal


class PositionsView(View):
    """All open positions; ``totals`` are those of the modes that hold any, live first."""

    asked_at: datetime
    positions: tuple[PositionView, ...]
    totals: tuple[ModeTotal, ...]
    set_aside: tuple[str, ...]


def positions_view(sources: Sources, *, bots: Sequence[Bot] = tuple(Bot)) -> PositionsView:
    """Return what is open, priced from the quotes of this moment where there are any."""
    now = sources.clock.now()
    live = [sources.book.live(bot) for bot in bots]
    held = [position for state in live for position in state.positions]
    quotes, problem = option_quotes(sources, held)
    spots = _spots(sources, held)
    views = tuple(_view(one, quotes, spots.get(one.underlying), now, problem) for one in held)
    return PositionsView(
        asked_at=now,
        positions=views,
        totals=tuple(_totals(views)),
        set_aside=tuple(f"{key}: {reason}" for state in live for key, reason in state.set_aside),
    )


def _totals(views: Sequence[PositionView]) -> Iterator[ModeTotal]:
    for mode in reversed(TradingMode):
        own = [view for view in views if view.mode is mode]
        profits = [view.pnl for view in own if view.pnl is not None]
        if own:
            yield ModeTotal(
                mode=mode,
                positions=len(own),
                pnl=sum(profits, Decimal(0)) if len(profits) == len(own) else None,
                risk=sum((view.risk for view in own), Decimal(0)),
            )


def option_quotes(sources: Sources, held: Sequence[Position]) -> tuple[Mapping[str, OptionQuote], str | None]:
    """Return the quotes of all legs, or none with the reason: without a vendor or its key the rest is still shown."""
    symbols = sorted({leg.option_symbol for position in held for leg in position.legs})
    if not symbols:
        return {}, None
    try:
        return sources.quotes().option_quotes(symbols), None
    except AlphaGexError as error:
        return {}, str(error)


def _spots(sources: Sources, held: Sequence[Position]) -> dict[str, Decimal]:
    spots = {}
    for underlying in {position.underlying for position in held}:
        snapshot = sources.snapshots.latest(underlying)
        if snapshot is not None and snapshot.spot is not None:
            spots[underlying] = snapshot.spot.value
    return spots


def _view(
    position: Position, quotes: Mapping[str, OptionQuote], spot: Decimal | None, now: datetime, problem: str | None
) -> PositionView:
    mark = mark_of(position, quotes)
    pnl = None if mark is None else pnl_fraction(position, mark) if position.opened_at else Decimal(0)
    premium = premium_dollars(position.entry_price, position.remaining_contracts)
    stop, target = stop_fraction(position), position.exit_rule.profit_target
    return PositionView(
        position_id=position.position_id,
        bot=position.bot,
        mode=position.mode,
        state=position.state,
        underlying=position.underlying,
        strategy=position.strategy,
        effect=position.effect,
        legs=tuple(_leg(leg) for leg in position.legs),
        contracts=position.remaining_contracts,
        expiration=position.expiration,
        dte=position.dte(new_york_date(now)),
        opened_at=position.opened_at,
        entry_price=position.entry_price,
        spot=spot,
        mark=mark,
        unpriced=None if mark is not None else problem or NO_QUOTE,
        pnl=None if pnl is None else dollars(pnl * premium),
        pnl_fraction=None if pnl is None else pnl.quantize(_SHARE),
        to_target=None if pnl is None else _way(pnl, target),
        to_stop=None if pnl is None else _way(-pnl, stop),
        target_mark=dollars(target_mark(position)),
        stop_mark=dollars(stop_mark(position)),
        target_pnl=dollars(target * premium),
        stop_pnl=dollars(-stop * premium),
        max_loss=dollars(position.max_loss * position.remaining_contracts),
        risk=dollars(position.risk * position.remaining_contracts),
        regime=position.regime,
        confidence=position.confidence,
        exit_reason=position.exit_reason,
        note=position.note,
        payoff=None if spot is None else payoff_view(position, spot, quotes, now),
    )


def _leg(leg: Leg) -> LegView:
    contract = leg.contract
    return LegView(option_symbol=leg.option_symbol, side=leg.side, right=contract.right, strike=contract.strike)


def _way(gone: Decimal, whole: Decimal) -> Decimal:
    return max(gone / whole, Decimal(0)).quantize(_SHARE) if whole > 0 else Decimal(0)
