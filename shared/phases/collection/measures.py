"""What is measured of daily closes and the live price: rank and percentile of the VIX, momentum, breakout."""

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from shared.domain.market import DailyBar, Momentum
from shared.domain.vocabulary import Breakout
from shared.phases.collection.indicators import Closes, Finished, finished, macd, rsi

HISTORIES_KEPT = 16
MA_SHORT = 20
MA_LONG = 50
SIX_PLACES = Decimal("0.000001")
HUNDRED = Decimal(100)
_CLOSE = attrgetter("close")


class _Same:
    """A history, known again by being the same object: to compare its bars would take longer than to read them."""

    __slots__ = ("bars",)

    def __init__(self, bars: tuple[DailyBar, ...]) -> None:
        self.bars = bars

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.bars is other.bars

    def __hash__(self) -> int:
        return id(self.bars)


def year_of(bars: tuple[DailyBar, ...], window: int = 252) -> Closes:
    """Return the closes that a live value is measured by, with which it makes a window; ascending."""
    return _year_of(_Same(bars), window)


@lru_cache(maxsize=HISTORIES_KEPT)
def _year_of(history: _Same, window: int) -> Closes:
    return tuple(sorted(map(_CLOSE, history.bars[-(window - 1) :])))


def iv_rank(year: Closes, live: Decimal, min_closes: int = 200) -> Decimal | None:
    """Return where the live value of the VIX lies between the window's low and high, itself among them, 0 to 100.

    ``year`` are the finished closes, ascending. None when there are too few or the window is flat: unknown is never a
    number. Formula: (current - low) / (high - low) x 100, from the workflow.
    """
    if not _is_known(year, live, min_closes):
        return None
    low, high = min(year[0], live), max(year[-1], live)
    return ((live - low) / (high - low) * HUNDRED).quantize(SIX_PLACES)


def iv_percentile(year: Closes, live: Decimal, min_closes: int = 200) -> Decimal | None:
    """Return the share of the window's closes below the live value, 0 to 100; None as for :func:`iv_rank`."""
    if not _is_known(year, live, min_closes):
        return None
    below = bisect_left(year, live)
    return (Decimal(below) / (len(year) + 1) * HUNDRED).quantize(SIX_PLACES)


def _is_known(year: Closes, live: Decimal, min_closes: int) -> bool:
    is_flat = not year or year[0] == year[-1] == live
    return len(year) + 1 >= min_closes and not is_flat


def momentum_of(bars: tuple[DailyBar, ...], spot: Decimal, breakout_window: int = 20) -> Momentum:
    """Return the indicators of the finished sessions with the live price as the newest close.

    Needs at least 50 sessions.
    """
    past = _past_of(_Same(bars))
    closes = (*past.closes[-MA_LONG:], spot)
    found = macd(past, spot)
    return Momentum(
        ma20=_mean(closes[-MA_SHORT:]),
        ma50=_mean(closes[-MA_LONG:]),
        rsi=_rounded(rsi(past, spot)),
        macd=_rounded(found.value),
        macd_signal=_rounded(found.signal),
        macd_histogram=_rounded(found.value - found.signal),
        breakout=breakout(bars[-breakout_window:], spot),
    )


@lru_cache(maxsize=HISTORIES_KEPT)
def _past_of(history: _Same) -> Finished:
    return finished(tuple(map(_CLOSE, history.bars)))


def breakout(bars: Sequence[DailyBar], spot: Decimal) -> Breakout:
    """Tell whether the price lies beyond the high or low of these sessions."""
    if spot > max(bar.high for bar in bars):
        return Breakout.ABOVE
    if spot < min(bar.low for bar in bars):
        return Breakout.BELOW
    return Breakout.NONE


def _mean(values: Sequence[Decimal]) -> Decimal:
    return (sum(values, Decimal(0)) / len(values)).quantize(SIX_PLACES)


def _rounded(value: float) -> Decimal:
    return Decimal(value).quantize(SIX_PLACES)
