"""What is measured of daily closes and the live price: rank and percentile of the VIX, momentum, breakout."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from shared.domain.market import DailyBar, Momentum
from shared.domain.vocabulary import Breakout
from shared.phases.collection.indicators import HISTORIES_KEPT, finished, macd, rsi

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


def closes_of(bars: tuple[DailyBar, ...]) -> tuple[Decimal, ...]:
    """Return the closes of these sessions."""
    return _closes_of(_Same(bars))


@lru_cache(maxsize=HISTORIES_KEPT)
def _closes_of(history: _Same) -> tuple[Decimal, ...]:
    return tuple(map(_CLOSE, history.bars))


def iv_rank(closes: Sequence[Decimal], window: int = 252, min_closes: int = 200) -> Decimal | None:
    """Return where the last close lies between the window's low and high, 0 to 100.

    ``closes`` are the VIX's, oldest first, the live value last. None when there are too few or the window is
    flat: unknown is never a number. Formula: (current - low) / (high - low) x 100, from the workflow.
    """
    recent = closes[-window:]
    if len(recent) < min_closes:
        return None
    low, high = min(recent), max(recent)
    if low == high:
        return None
    return ((recent[-1] - low) / (high - low) * HUNDRED).quantize(SIX_PLACES)


def iv_percentile(closes: Sequence[Decimal], window: int = 252, min_closes: int = 200) -> Decimal | None:
    """Return the share of the window's closes below the last one, 0 to 100; None as for :func:`iv_rank`."""
    recent = closes[-window:]
    if len(recent) < min_closes or all(close == recent[-1] for close in recent):
        return None
    below = sum(map(recent[-1].__gt__, recent))
    return (Decimal(below) / len(recent) * HUNDRED).quantize(SIX_PLACES)


def momentum_of(bars: tuple[DailyBar, ...], spot: Decimal, breakout_window: int = 20) -> Momentum:
    """Return the indicators of the finished sessions with the live price as the newest close.

    Needs at least 50 sessions.
    """
    past = finished(closes_of(bars))
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
