"""One minute judged: a snapshot for each underlying, valid or with every reason why not."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from shared.domain.config import SystemConfig
from shared.domain.market import DailyBar, Fault, FaultCode, GammaReading, Momentum, Reading, Snapshot, age_seconds
from shared.domain.readings import Readings, UnderlyingReadings
from shared.domain.sessions import minute_of, new_york_date, previous_session
from shared.domain.vocabulary import Source
from shared.phases.collection.measures import MA_LONG, iv_percentile, iv_rank, momentum_of, year_of


class _Volatility(NamedTuple):
    """Where the VIX stands in its own year, as all underlyings see it; ``closes`` is how many it is measured by."""

    rank: Decimal | None
    percentile: Decimal | None
    closes: int
    is_current: bool


def snapshots(readings: Readings, config: SystemConfig) -> tuple[Snapshot, ...]:
    """Judge one minute's readings: one snapshot for each underlying, valid or with every reason why not."""
    today = new_york_date(readings.at)
    volatility = _volatility(readings, today, config)
    return tuple(_snapshot(one, volatility, readings, today, config) for one in readings.underlyings)


def _volatility(readings: Readings, today: date, config: SystemConfig) -> _Volatility:
    bars = _finished(readings.vix_bars, today)
    is_current = _reaches_yesterday(bars, today)
    if readings.vix is None:
        return _Volatility(None, None, 0, is_current)
    year, live = year_of(bars, config.iv_window), readings.vix.value
    return _Volatility(
        rank=iv_rank(year, live, config.iv_min_closes),
        percentile=iv_percentile(year, live, config.iv_min_closes),
        closes=len(bars) + 1,
        is_current=is_current,
    )


def _snapshot(
    one: UnderlyingReadings, volatility: _Volatility, readings: Readings, today: date, config: SystemConfig
) -> Snapshot:
    bars = _finished(one.bars, today)
    momentum = momentum_of(bars, one.spot.value, config.breakout_window) if one.spot and _reaches(bars, today) else None
    return Snapshot(
        underlying=one.underlying,
        at=minute_of(readings.at),
        spot=one.spot,
        vix=readings.vix,
        gamma=one.gamma,
        iv_rank=volatility.rank,
        iv_percentile=volatility.percentile,
        momentum=momentum,
        market_open=readings.clock is not None and readings.clock.is_open,
        faults=(
            *_spot_faults(one.spot, readings.at, config),
            *_vix_faults(readings.vix, readings.at, config),
            *_gamma_faults(one.gamma, one.spot, readings.at, config),
            *_history_faults(momentum, volatility, bars),
        ),
        fallbacks=(*readings.fallbacks, *one.fallbacks),
    )


def _finished(bars: tuple[DailyBar, ...] | None, today: date) -> tuple[DailyBar, ...]:
    """Return the bars, oldest first, without those of a session that is not over."""
    bars = bars or ()
    over = len(bars)
    while over and bars[over - 1].day >= today:
        over -= 1
    return bars if over == len(bars) else bars[:over]


def _reaches(bars: tuple[DailyBar, ...], today: date) -> bool:
    return len(bars) >= MA_LONG and _reaches_yesterday(bars, today)


def _reaches_yesterday(bars: tuple[DailyBar, ...], today: date) -> bool:
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
    momentum: Momentum | None, volatility: _Volatility, bars: tuple[DailyBar, ...]
) -> tuple[Fault, ...]:
    faults: tuple[Fault, ...] = ()
    if momentum is None:
        last = bars[-1].day if bars else "none"
        faults += (_fault(FaultCode.NO_HISTORY, f"{len(bars)} sessions to {last}", f"{MA_LONG} to yesterday"),)
    if volatility.rank is None or not volatility.is_current:
        faults += (_fault(FaultCode.IV_UNKNOWN, f"{volatility.closes} closes"),)
    return faults
