"""What the vendors said in one minute, before anybody judged it."""

from shared.domain.market import BrokerClock, DailyBar, Fallback, GammaReading, Reading
from shared.domain.values import UtcTime, Value


class UnderlyingReadings(Value):
    """One underlying: None where no source gave a usable answer; ``bars`` are the finished sessions."""

    underlying: str
    spot: Reading | None
    gamma: GammaReading | None
    bars: tuple[DailyBar, ...] | None
    fallbacks: tuple[Fallback, ...] = ()


class Readings(Value):
    """One minute of all underlyings; ``vix_bars`` are the finished sessions of the VIX."""

    at: UtcTime
    vix: Reading | None
    vix_bars: tuple[DailyBar, ...] | None
    clock: BrokerClock | None
    underlyings: tuple[UnderlyingReadings, ...]
    fallbacks: tuple[Fallback, ...] = ()
