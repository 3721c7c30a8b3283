"""Whether the system lives: heartbeat, data and its vendors, breaker, and what each bot has at stake."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from shared.domain.book import LiveState, Trip
from shared.domain.config import BotConfig
from shared.domain.market import Snapshot
from shared.domain.sessions import is_open, new_york_date, next_session, session
from shared.domain.vocabulary import Bot, Source, TradingMode, TradingState, stricter
from shared.views.snapshots import FaultView
from shared.views.sources import Sources, configurations
from shared.views.view import View, dollars, seconds_between

SILENT_AFTER: Final = timedelta(minutes=15)
"""Monitor runs every minute; a quarter of an hour without it is an alarm."""
LATE_AFTER: Final = timedelta(minutes=5)
SWITCH: Final = "SWITCH"


class HeartbeatView(View):
    """The last run of monitor."""

    at: datetime | None
    age_seconds: int | None
    alive: bool


class FeedView(View):
    """One value of the newest snapshot: who gave it, how old it was then, and who was passed over."""

    need: str
    source: Source | None
    as_of: datetime | None
    age_seconds: int | None
    passed_over: tuple[str, ...]


class DataView(View):
    """The newest snapshot of an underlying; ``fresh`` matters while the market is open."""

    underlying: str
    at: datetime | None
    age_seconds: int | None
    valid: bool
    fresh: bool
    faults: tuple[FaultView, ...]
    feeds: tuple[FeedView, ...]


class TripView(View):
    """A trip of the system."""

    scope: str
    state: TradingState
    reason: str
    at: datetime


class BreakerView(View):
    """The user's switch, the system's trips, and what they are together for each bot."""

    switch: TradingState
    effective: dict[Bot, TradingState]
    trips: tuple[TripView, ...]


class BotView(View):
    """What a bot has at stake in its mode; dollars. ``fault`` says why its configuration cannot be used."""

    bot: Bot
    mode: TradingMode | None
    capital: Decimal | None
    open_positions: int
    max_positions: int | None
    open_risk: Decimal
    max_open_risk: Decimal | None
    day_pnl: Decimal
    orders_today: int
    stops_today: int
    fault: str | None


class HealthView(View):
    """The state of a stage; ``problems`` is empty when all is well."""

    stage: str
    asked_at: datetime
    market_open: bool
    opens_at: datetime
    healthy: bool
    problems: tuple[str, ...]
    heartbeat: HeartbeatView
    breaker: BreakerView
    data: tuple[DataView, ...]
    bots: tuple[BotView, ...]


def health_view(sources: Sources) -> HealthView:
    """Return whether everything runs, and what does not."""
    now = sources.clock.now()
    parameters = sources.parameters()
    system, configs, faults = configurations(sources, parameters)
    heartbeat = _heartbeat(sources, now)
    data = tuple(_data(sources.snapshots.latest(one), one, now) for one in system.underlyings)
    breaker = _breaker(sources, parameters.state())
    problems = (*_problems(heartbeat, data, is_open(now)), *faults.values())
    return HealthView(
        stage=sources.stage,
        asked_at=now,
        market_open=is_open(now),
        opens_at=_opens_at(now),
        healthy=not problems,
        problems=problems,
        heartbeat=heartbeat,
        breaker=breaker,
        data=data,
        bots=tuple(_bot(sources, bot, configs, faults, now) for bot in Bot),
    )


def _heartbeat(sources: Sources, now: datetime) -> HeartbeatView:
    last = sources.heartbeat.last()
    if last is None:
        return HeartbeatView(at=None, age_seconds=None, alive=False)
    age = seconds_between(last[0], now)
    return HeartbeatView(at=last[0], age_seconds=age, alive=age <= SILENT_AFTER.total_seconds())


def _opens_at(now: datetime) -> datetime:
    """Return when the present or the next session opens."""
    today = session(new_york_date(now))
    if today is not None and now < today.closes_at:
        return today.opens_at
    following = session(next_session(new_york_date(now)))
    return following.opens_at if following else now


def _data(snapshot: Snapshot | None, underlying: str, now: datetime) -> DataView:
    if snapshot is None:
        return DataView(underlying=underlying, at=None, age_seconds=None, valid=False, fresh=False, faults=(), feeds=())
    age = seconds_between(snapshot.at, now)
    return DataView(
        underlying=underlying,
        at=snapshot.at,
        age_seconds=age,
        valid=snapshot.is_valid,
        fresh=age <= LATE_AFTER.total_seconds(),
        faults=tuple(FaultView(code=one.code, value=one.value, limit=one.limit) for one in snapshot.faults),
        feeds=_feeds(snapshot),
    )


def _feeds(snapshot: Snapshot) -> tuple[FeedView, ...]:
    readings = {"spot": snapshot.spot, "vix": snapshot.vix, "gamma": snapshot.gamma}
    passed: dict[str, list[str]] = {}
    for one in snapshot.fallbacks:
        passed.setdefault(one.need, []).append(f"{one.source}: {one.reason}")
    needs = dict.fromkeys((*readings, *passed))
    return tuple(
        FeedView(
            need=need,
            source=reading.source if (reading := readings.get(need)) else None,
            as_of=reading.as_of if reading else None,
            age_seconds=seconds_between(reading.as_of, snapshot.at) if reading else None,
            passed_over=tuple(passed.get(need, ())),
        )
        for need in needs
    )


def _breaker(sources: Sources, switch: TradingState) -> BreakerView:
    by_bot = {bot: sources.trips.read(bot) for bot in Bot}
    effective = {}
    for bot, trips in by_bot.items():
        effective[bot] = switch
        for trip in trips:
            if trip.scope != SWITCH:
                effective[bot] = stricter(effective[bot], trip.state)
    return BreakerView(switch=switch, effective=effective, trips=_trips(by_bot))


def _trips(by_bot: Mapping[Bot, tuple[Trip, ...]]) -> tuple[TripView, ...]:
    found = {
        trip.scope: TripView(scope=trip.scope, state=trip.state, reason=trip.reason, at=trip.at)
        for trips in by_bot.values()
        for trip in trips
        if trip.scope != SWITCH and trip.state is not TradingState.ACTIVE
    }
    return tuple(found.values())


def _problems(heartbeat: HeartbeatView, data: tuple[DataView, ...], market_open: bool) -> tuple[str, ...]:
    found = []
    if not heartbeat.alive:
        silence = "never ran" if heartbeat.at is None else f"last ran {heartbeat.age_seconds} s ago"
        found.append(f"monitor {silence}: positions are not watched; see its log")
    for one in data:
        if one.at is None:
            found.append(f"no snapshot of {one.underlying} yet")
        elif not one.valid:
            found.append(f"{one.underlying}: {', '.join(fault.code for fault in one.faults)}")
        elif market_open and not one.fresh:
            found.append(f"{one.underlying}: the newest snapshot is {one.age_seconds} s old")
    return tuple(found)


def _bot(
    sources: Sources, bot: Bot, configs: Mapping[Bot, BotConfig], faults: Mapping[str, str], now: datetime
) -> BotView:
    live, config, today = sources.book.live(bot), configs.get(bot), new_york_date(now)
    mode = config.mode if config else None
    ledger = live.ledger(mode or _gravest(live))
    counted = live.counters.day == today
    return BotView(
        bot=bot,
        mode=mode,
        capital=config.capital if config else None,
        open_positions=ledger.open_count,
        max_positions=config.max_positions if config else None,
        open_risk=dollars(ledger.open_risk),
        max_open_risk=dollars(config.caps.open_risk * config.capital) if config else None,
        day_pnl=dollars(ledger.day_pnl if ledger.day == today else Decimal(0)),
        orders_today=live.counters.orders_today if counted else 0,
        stops_today=live.counters.stops_today if counted else 0,
        fault=faults.get(bot),
    )


def _gravest(live: LiveState) -> TradingMode:
    """Return the gravest mode that a bot whose configuration cannot be read has a ledger of: no modes are summed."""
    kept = {ledger.mode for ledger in live.ledgers}
    return next((mode for mode in reversed(TradingMode) if mode in kept), TradingMode.PAPER)
