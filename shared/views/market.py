"""An underlying over time: price, walls, flip and regime, with what was entered and left."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Final

from shared.domain.config import BotConfig
from shared.domain.market import Snapshot
from shared.domain.positions import ClosedTrade, Position
from shared.domain.sessions import new_york_date, previous_session, session
from shared.domain.vocabulary import Action, Bot, ExitReason, GammaRegime, Strategy, TradingMode
from shared.phases.regime import classify_snapshot
from shared.views.sources import Sources, configurations, modes_of
from shared.views.trades import closed_trades
from shared.views.underlyings import known_underlying, reader_of
from shared.views.view import View

SESSIONS: Final = 63
LONGEST: Final = 260
POINTS: Final = 520
"""About how many points a picture shows; the more sessions, the fewer a session."""
LATEST: Final = timedelta(minutes=30)
"""The last moment of a session that is asked for lies this long before its close."""
SPACING: Final = timedelta(minutes=30)


class MarketPoint(View):
    """One moment; dollars and volatility points, None where the snapshot had none."""

    at: datetime
    spot: float | None
    vix: float | None
    net_gex: float | None
    call_wall: float | None
    put_wall: float | None
    flip_point: float | None
    regime: GammaRegime | None
    action: Action | None


class MarkKind(StrEnum):
    """What happened."""

    ENTRY = "entry"
    EXIT = "exit"


class TradeMark(View):
    """An entry or an exit; ``pnl`` in dollars belongs to an exit."""

    at: datetime
    kind: MarkKind
    bot: Bot
    strategy: Strategy
    contracts: int
    position_id: str
    exit_reason: ExitReason | None = None
    pnl: Decimal | None = None


class MarketView(View):
    """An underlying over its last sessions."""

    underlying: str
    points: tuple[MarketPoint, ...]
    marks: tuple[TradeMark, ...]


def market_view(sources: Sources, underlying: str, *, sessions: int = SESSIONS) -> MarketView:
    """Return the picture of an underlying over so many sessions, thinned to what a screen can show.

    Raises:
        InvalidValueError: no data of this underlying is collected.
    """
    system, configs, _ = configurations(sources)
    known_underlying(underlying, system)
    now = sources.clock.now()
    moments = _moments(new_york_date(now), sessions, now)
    found = sources.snapshots.at_moments(underlying, moments)
    latest = sources.snapshots.latest(underlying)
    seen = {one.at: one for one in (*found, *([latest] if latest else []))}
    config = reader_of(underlying, configs)
    points = tuple(_point(seen[at], config) for at in sorted(seen))
    first = points[0].at if points else now
    return MarketView(underlying=underlying, points=points, marks=_marks(sources, underlying, first, modes_of(configs)))


def _moments(today: date, sessions: int, now: datetime) -> tuple[datetime, ...]:
    """Return the moments to show: each on a half hour, as many a session as the points allow."""
    each = max(1, min(13, POINTS // sessions))
    found: list[tuple[datetime, ...]] = []
    day = today
    while len(found) < sessions:
        hours = session(day)
        if hours is not None:
            found.append(_of_session(hours.opens_at, hours.closes_at, each, now))
        day = previous_session(day)
    return tuple(chain.from_iterable(reversed(found)))


def _of_session(opens_at: datetime, closes_at: datetime, each: int, now: datetime) -> tuple[datetime, ...]:
    slots = int((closes_at - LATEST - opens_at) / SPACING)
    chosen = {slots - round(number * slots / each) for number in range(each)} - {0}
    return tuple(at for slot in sorted(chosen) if (at := opens_at + slot * SPACING) <= now)


def _point(snapshot: Snapshot, config: BotConfig | None) -> MarketPoint:
    gamma = snapshot.gamma
    regime = classify_snapshot(snapshot, config) if config else None
    return MarketPoint(
        at=snapshot.at,
        spot=_number(snapshot.spot.value if snapshot.spot else None),
        vix=_number(snapshot.vix.value if snapshot.vix else None),
        net_gex=_number(gamma.net_gex if gamma else None),
        call_wall=_number(gamma.call_wall if gamma else None),
        put_wall=_number(gamma.put_wall if gamma else None),
        flip_point=_number(gamma.flip_point if gamma else None),
        regime=regime.regime if regime else None,
        action=regime.action if regime else None,
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _marks(sources: Sources, underlying: str, first: datetime, modes: Sequence[TradingMode]) -> tuple[TradeMark, ...]:
    trades = [trade for trade in closed_trades(sources, first, modes) if trade.underlying == underlying]
    held = [position for bot in Bot for position in sources.book.live(bot).positions]
    marks = [
        *(mark for trade in trades for mark in _of_trade(trade, first)),
        *_of_positions([one for one in held if one.underlying == underlying], first),
    ]
    return tuple(sorted(marks, key=lambda mark: (mark.at, mark.position_id)))


def _of_trade(trade: ClosedTrade, first: datetime) -> tuple[TradeMark, ...]:
    facts = {
        "bot": trade.bot,
        "strategy": trade.strategy,
        "contracts": trade.contracts,
        "position_id": trade.position_id,
    }
    left = TradeMark.model_validate(
        facts | {"at": trade.closed_at, "kind": MarkKind.EXIT, "exit_reason": trade.exit_reason, "pnl": trade.pnl}
    )
    entered = TradeMark.model_validate(facts | {"at": trade.opened_at, "kind": MarkKind.ENTRY})
    return (entered, left) if trade.opened_at >= first else (left,)


def _of_positions(held: Sequence[Position], first: datetime) -> tuple[TradeMark, ...]:
    return tuple(
        TradeMark(
            at=one.opened_at,
            kind=MarkKind.ENTRY,
            bot=one.bot,
            strategy=one.strategy,
            contracts=one.contracts,
            position_id=one.position_id,
        )
        for one in held
        if one.opened_at is not None and one.opened_at >= first
    )
