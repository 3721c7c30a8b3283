"""One minute judged: a snapshot for each underlying, valid or with every reason why not."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from shared.domain.config import SystemConfig
from shared.domain.market import DailyBar, Fault, FaultCode, GammaReading, Reading, Snapshot, age_seconds
from shared.domain.readings import Readings, UnderlyingReadings
from shared.domain.sessions import minute_of, new_york_date, previous_session
from shared.domain.vocabulary import Source
from shared.phases.collection.measures import MA_LONG, closes_of, iv_percentile, iv_rank, momentum_of


def snapshots(readings: Readings, config: SystemConfig) -> tuple[Snapshot, ...]:
    """Judge one minute's readings: one snapshot for each underlying, valid or with every reason why not."""
    return tuple(_snapshot(one, readings, config) for one in readings.underlyings)


def _snapshot(one: UnderlyingReadings, readings: Readings, config: SystemConfig) -> Snapshot:
    today = new_york_date(readings.at)
    bars = _finished(one.bars, today)
    vix_bars = _finished(readings.vix_bars, today)
    measured = [*closes_of(vix_bars), readings.vix.value] if readings.vix else []
    rank = iv_rank(measured, config.iv_window, config.iv_min_closes)
    momentum = momentum_of(bars, one.spot.value, config.breakout_window) if one.spot and _reaches(bars, today) else None
    return Snapshot(
        underlying=one.underlying,
        at=minute_of(readings.at),
        spot=one.spot,
        vix=readings.vix,
        gamma=one.gamma,
        iv_rank=rank,
        iv_percentile=iv_percentile(measured, config.iv_window, config.iv_min_closes),
        momentum=momentum,
        market_open=readings.clock is not None and readings.clock.is_open,
        faults=(
            *_spot_faults(one.spot, readings.at, config),
            *_vix_faults(readings.vix, readings.at, config),
            *_gamma_faults(one.gamma, one.spot, readings.at, config),
            *_history_faults(momentum is None, rank is None or not _reaches_yesterday(vix_bars, today), bars, measured),
        ),
        fallbacks=(*readings.fallbacks, *one.fallbacks),
    )


def _finished(bars: Sequence[DailyBar] | None, today: date) -> Sequence[DailyBar]:
    """Return the bars, oldest first, without those of a session that is not over."""
    bars = bars or ()
    over = len(bars)
    while over and bars[over - 1].day >= today:
        over -= 1
    return bars[:over]


def _reaches(bars: Sequence[DailyBar], today: date) -> bool:
    return len(bars) >= MA_LONG and _reaches_yesterday(bars, today)


def _reaches_yesterday(bars: Sequence[DailyBar], today: date) -> bool:
    return bool(bars) and bars[-1].day >= previous_session(today)


def _fault(code: FaultCode, value: object = None, limit: object = None) -> Fault:
    return Fault(code=code, value=None if value is None else str(value), limit=None if limit is None else str(limit))


def _stale(code: FaultCode, reading: Reading | GammaReading, now: datetime, limit: int) -> tuple[Fault, ...]:
    age = age_seconds(reading.as_of, now)
    return (_fault(code, f"{age:f} s", f"{limit} s"),) if age > limit else ()


def _spot_faults(spot: Reading | None, now: datetime, config: SystemConfig) -> tuple[Fault, ...]:
    if spot is None or spot.value <= 0:
        return (_fault(FaultCode.NO_SPOT, spot and spot.value, "above 0"),)
    return _stale(FaultCode.STALE_SPOT, spot, now, config.freshness.limit(config.freshness.quote, spot.source))


def _vix_faults(vix: Reading | None, now: datetime, config: SystemConfig) -> tuple[Fault, ...]:
    if vix is None:
        return (_fault(FaultCode.NO_VIX),)
    faults = _stale(FaultCode.STALE_VIX, vix, now, config.freshness.limit(config.freshness.vix, vix.source))
    if not config.vix_min <= vix.value <= config.vix_max:
        limit = f"{config.vix_min} to {config.vix_max}"
        faults += (_fault(FaultCode.VIX_OUT_OF_RANGE, vix.value, limit),)
    return faults


def _gamma_faults(
    gamma: GammaReading | None, spot: Reading | None, now: datetime, config: SystemConfig
) -> tuple[Fault, ...]:
    if gamma is None:
        return (_fault(FaultCode.NO_GAMMA),)
    faults = _stale(FaultCode.STALE_GAMMA, gamma, now, _gamma_limit(gamma, spot, config))
    if spot is not None and spot.value > 0:
        apart = abs(gamma.spot / spot.value - 1)
        if apart > config.max_spot_mismatch:
            faults += (_fault(FaultCode.SPOT_MISMATCH, f"{apart:.4f}", config.max_spot_mismatch),)
    return faults


def _gamma_limit(gamma: GammaReading, spot: Reading | None, config: SystemConfig) -> int:
    """Return the age allowed: exposure computed from chains is as late as the quotes of the same source."""
    usual = config.freshness.gamma
    return usual if gamma.source is not Source.COMPUTED or spot is None else config.freshness.limit(usual, spot.source)


def _history_faults(
    no_momentum: bool, no_rank: bool, bars: Sequence[DailyBar], measured: Sequence[Decimal]
) -> tuple[Fault, ...]:
    faults: tuple[Fault, ...] = ()
    if no_momentum:
        last = bars[-1].day if bars else "none"
        faults += (_fault(FaultCode.NO_HISTORY, f"{len(bars)} sessions to {last}", f"{MA_LONG} to yesterday"),)
    if no_rank:
        faults += (_fault(FaultCode.IV_UNKNOWN, f"{len(measured)} closes"),)
    return faults
