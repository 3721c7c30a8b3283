"""How long the run under way may still take: every wait for a vendor ends before Lambda ends the run."""

import math
from collections.abc import Callable
from typing import Final

LEFT_FOR_THE_BOOK_S: Final = 3.0
"""What no wait for a vendor may use up: what is known by then is still written down and told."""


class RunTime:
    """Counts down one run after another of one process."""

    def __init__(self) -> None:
        """Be without an end until a run begins."""
        self._left_ms: Callable[[], float] | None = None

    def begin(self, left_ms: Callable[[], float]) -> None:
        """Count a new run by what Lambda says is left of it, in milliseconds."""
        self._left_ms = left_ms

    def left(self) -> float:
        """Return the seconds that waiting for vendors may still take, infinite where nobody counts."""
        return math.inf if self._left_ms is None else self._left_ms() / 1000 - LEFT_FOR_THE_BOOK_S
