"""From data to pixels, and round numbers for the axes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

PADDING: Final = 0.06
ROUND_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """A straight line from the data's range ``low..high`` to the pixels ``start..end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value; the middle where the range is empty."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def extent(values: Iterable[float], *, floor: float | None = None, ceiling: float | None = None) -> tuple[float, float]:
    """Return the range of the values with some air, at least from ``floor`` to ``ceiling`` where they are given.

    A side that ``floor`` or ``ceiling`` itself bounds gets no air; no value at all gives 0..1.
    """
    found = list(values)
    fixed = [bound for bound in (floor, ceiling) if bound is not None]
    if not found and not fixed:
        return 0.0, 1.0
    low, high = min(found + fixed), max(found + fixed)
    air = (high - low) * PADDING or max(abs(high), 1.0) * PADDING
    return low if low == floor else low - air, high if high == ceiling else high + air


def round_ticks(low: float, high: float, about: int) -> tuple[float, ...]:
    """Return round numbers inside the range, roughly as many as asked for."""
    if high <= low or about < 1:
        return (low,)
    raw = (high - low) / about
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * magnitude for factor in ROUND_STEPS if factor * magnitude >= raw * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(step * number for number in range(first, last + 1))
