"""Asking one source: its answer, or why it was passed over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Generic, TypeVar

from shared.domain.errors import CredentialsError, FeedError
from shared.domain.market import DailyBar, Fallback, GammaReading, Quote, Reading, age_seconds
from shared.domain.vocabulary import Source

REASON_LIMIT: Final = 240

F = TypeVar("F")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """What came of a question: the value, and each source passed over on the way."""

    value: T | None
    passed: tuple[Fallback, ...] = ()


def fallback(need: str, source: Source, reason: str) -> Fallback:
    """Record a source that was passed over."""
    return Fallback(need=need, source=source, reason=reason[:REASON_LIMIT])


def asked(need: str, source: Source, feed: F | None, question: Callable[[F], T]) -> Asked[T]:
    """Ask a source; one that is not configured, gives no usable answer or refuses the key is passed over."""
    if feed is None:
        return Asked(None, (fallback(need, source, "not configured"),))
    try:
        return Asked(question(feed))
    except (FeedError, CredentialsError) as error:
        return Asked(None, (fallback(need, source, str(error)),))


def older_than(reading: Reading | GammaReading | None, now: datetime, limit_s: int) -> str | None:
    """Return how far a value is past its limit by the vendor's own time, None where it is not."""
    if reading is None:
        return None
    age = age_seconds(reading.as_of, now)
    return f"stale: {age:.0f} s old, limit {limit_s} s" if age > limit_s else None


def spot_apart(gamma: GammaReading, price: Reading, limit: Decimal) -> str | None:
    """Return how far the feed's own price lies from the quote, None where they agree."""
    if price.value <= 0:
        return None
    apart = abs(gamma.spot / price.value - 1)
    return f"its spot {gamma.spot} is {apart:.2%} from the quote {price.value}" if apart > limit else None


def quote_reading(quote: Quote) -> Reading | None:
    """Return the price of a quote with its own clock: the mid of a sound market, else the last trade."""
    if quote.as_of is None:
        return None
    price = quote.last
    if quote.bid is not None and quote.ask is not None and 0 < quote.bid <= quote.ask:
        price = (quote.bid + quote.ask) / 2
    if price is None or price <= 0:
        return None
    return Reading(value=price, as_of=quote.as_of, source=quote.source)


def bars_reach(bars: Sequence[DailyBar], session: date) -> bool:
    """Tell whether a history reaches this session."""
    return bool(bars) and bars[-1].day >= session
