"""RSI and MACD of daily closes with the live price as the newest one.

What the finished sessions say stays the same all day: whoever keeps it adds the live price each minute.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

RSI_PERIOD: Final = 14
MACD_FAST: Final = 12
MACD_SLOW: Final = 26
MACD_SIGNAL: Final = 9

Closes = tuple[Decimal, ...]


class Macd(NamedTuple):
    """The difference of the averages, dollars, and its own average."""

    value: float
    signal: float


class Finished(NamedTuple):
    """The closes of finished sessions, oldest first, with what they say of a next one.

    ``movements`` are the smoothed gain and loss of a day; ``averages`` the fast and the slow one and the signal.
    """

    closes: Closes
    movements: tuple[float, float]
    averages: tuple[float, float, float]


def finished(closes: Closes) -> Finished:
    """Reckon what these closes say, which are more than 14."""
    return Finished(closes, _movements(closes), _averages(closes))


def rsi(past: Finished, newest: Decimal) -> float:
    """Return the relative strength index over 14 days, 0 to 100, after Wilder (1978); 50 where nothing moved."""
    change = float(newest - past.closes[-1])
    gain, loss = past.movements
    gain, loss = _moved_on(gain, [max(change, 0.0)]), _moved_on(loss, [max(-change, 0.0)])
    return 50.0 if gain + loss == 0.0 else 100.0 * gain / (gain + loss)


def _movements(closes: Closes) -> tuple[float, float]:
    """Return the smoothed gain and loss of a day: the mean of the first 14, moved on by each later one."""
    changes = [float(after - before) for before, after in pairwise(closes)]
    gains, losses = [max(change, 0.0) for change in changes], [max(-change, 0.0) for change in changes]
    first_gain, first_loss = sum(gains[:RSI_PERIOD]) / RSI_PERIOD, sum(losses[:RSI_PERIOD]) / RSI_PERIOD
    return _moved_on(first_gain, gains[RSI_PERIOD:]), _moved_on(first_loss, losses[RSI_PERIOD:])


def _moved_on(mean: float, values: Sequence[float]) -> float:
    for value in values:
        mean += (value - mean) / RSI_PERIOD
    return mean


def macd(past: Finished, newest: Decimal) -> Macd:
    """Return the MACD after Appel, 12/26/9."""
    fast, slow, signal = _averaged_on(*past.averages, [float(newest)])
    return Macd(fast - slow, signal)


def _averages(closes: Closes) -> tuple[float, float, float]:
    """Return the fast and the slow average and the signal as they stand after the last close."""
    first, *later = map(float, closes)
    return _averaged_on(first, first, 0.0, later)


def _averaged_on(fast: float, slow: float, signal: float, closes: Sequence[float]) -> tuple[float, float, float]:
    for close in closes:
        fast += (close - fast) * 2.0 / (MACD_FAST + 1)
        slow += (close - slow) * 2.0 / (MACD_SLOW + 1)
        signal += (fast - slow - signal) * 2.0 / (MACD_SIGNAL + 1)
    return fast, slow, signal
