"""What the vendors said in one minute, before anybody judged it; its parts were checked when they were read."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.market import BrokerClock, DailyBar, Fallback, GammaReading, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingReadings:
    """One underlying: None where no source gave a usable answer; ``bars`` are the finished sessions."""

    underlying: str
    spot: Reading | None
    gamma: GammaReading | None
    bars: tuple[DailyBar, ...] | None
    fallbacks: tuple[Fallback, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """One minute of all underlyings; ``vix_bars`` are the finished sessions of the VIX."""

    at: datetime
    vix: Reading | None
    vix_bars: tuple[DailyBar, ...] | None
    clock: BrokerClock | None
    underlyings: tuple[UnderlyingReadings, ...]
    fallbacks: tuple[Fallback, ...] = ()
