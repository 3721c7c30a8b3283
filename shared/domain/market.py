"""What is known of the market at one moment."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from shared.domain.values import SCHEMA_VERSION, Dollars, Percent, Price, UtcTime, Value
from shared.domain.vocabulary import Breakout, Source


class Quote(Value):
    """A vendor's quote of an underlying or an index.

    Indices have no bid and ask; ``as_of`` is the vendor's time of the newest part of the quote.
    """

    symbol: str
    last: Price | None
    bid: Price | None = None
    ask: Price | None = None
    as_of: UtcTime | None
    source: Source


class DailyBar(Value):
    """One session of an underlying or index; ``day`` is the New York date."""

    day: date
    open: Price
    high: Price
    low: Price
    close: Price


class Reading(Value):
    """One number with its vendor and the vendor's own time."""

    value: Price
    as_of: UtcTime
    source: Source


class GammaReading(Value):
    """Dealers' gamma exposure.

    ``net_gex`` is dollars of delta to trade per +1 % move of the underlying; ``spot`` is the price the feed
    computed it at; walls are strikes, the flip is the zero of the exposure profile nearest the spot.
    """

    net_gex: Dollars
    flip_point: Price | None
    call_wall: Price | None = None
    put_wall: Price | None = None
    spot: Price
    as_of: UtcTime
    source: Source


class Momentum(Value):
    """Indicators on daily closes plus the live price; only the averages and the breakout are decided on."""

    ma20: Price
    ma50: Price
    rsi: Annotated[Decimal, Field(ge=0, le=100)]
    macd: Dollars
    macd_signal: Dollars
    macd_histogram: Dollars
    breakout: Breakout


class FaultCode(StrEnum):
    """Why a snapshot cannot be traded on."""

    NO_SPOT = "NO_SPOT"
    NO_VIX = "NO_VIX"
    NO_GAMMA = "NO_GAMMA"
    NO_HISTORY = "NO_HISTORY"
    IV_UNKNOWN = "IV_UNKNOWN"
    VIX_OUT_OF_RANGE = "VIX_OUT_OF_RANGE"
    STALE_SPOT = "STALE_SPOT"
    STALE_VIX = "STALE_VIX"
    STALE_GAMMA = "STALE_GAMMA"
    SPOT_MISMATCH = "SPOT_MISMATCH"


class Fault(Value):
    """One reason, with the value found and the limit it broke."""

    code: FaultCode
    value: str | None = None
    limit: str | None = None


class Fallback(Value):
    """A source that was passed over, and why."""

    need: str
    source: Source
    reason: str


class Snapshot(Value):
    """Market data of one moment for one underlying: what a decision is made from."""

    schema_version: int = SCHEMA_VERSION
    underlying: str
    at: UtcTime
    spot: Reading | None
    vix: Reading | None
    gamma: GammaReading | None
    iv_rank: Percent | None
    iv_percentile: Percent | None
    momentum: Momentum | None
    market_open: bool
    faults: tuple[Fault, ...]
    fallbacks: tuple[Fallback, ...] = ()

    @property
    def snapshot_id(self) -> str:
        """The name of the snapshot: underlying and minute."""
        return f"{self.underlying}@{self.at:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def is_valid(self) -> bool:
        """Whether an entry may be decided on it."""
        return not self.faults


class BrokerClock(Value):
    """The broker's own word on the time and the session.

    ``skew`` is how many seconds its time lies outside the moments of our question and its answer; None where
    nobody measured it.
    """

    now: UtcTime
    is_open: bool
    skew: Annotated[Decimal, Field(ge=0)] | None = None

    def heard(self, asked_at: datetime, answered_at: datetime) -> Self:
        """Measure the skew at the reading itself: how long an answer takes says nothing of the broker's clock."""
        early, late = age_seconds(self.now, asked_at), age_seconds(answered_at, self.now)
        return self.model_copy(update={"skew": max(early, late, Decimal(0))})


def age_seconds(as_of: datetime, now: datetime) -> Decimal:
    """Return how old a vendor's time is, in seconds; negative when it lies ahead of ours."""
    return Decimal(str((now - as_of).total_seconds()))
