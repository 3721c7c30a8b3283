"""What a benchmark says: figures, each with its limit and the figure of a peer measured in the same run."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

QUIET_LOOP_S: Final = 0.10
"""What :func:`loop_seconds` takes on the quiet two-core machine that the limits were set on, Python 3.11."""
MILLISECONDS: Final = 1_000.0


class Figure(NamedTuple):
    """One measured figure; ``limit`` is what it should stay below (or, with ``at_least``, above)."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    peer: str | None = None
    peer_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The peer's figure over ours: how many times quicker or smaller we are."""
        return None if self.peer_value is None or self.value == 0 else self.peer_value / self.value

    @property
    def holds(self) -> bool | None:
        """Whether the limit holds, None where there is none."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def best_ms(call: Callable[[], object], times: int = 15) -> float:
    """Return the milliseconds of processor time of the quickest of several calls: other work disturbs that least."""
    return min(_spent(call) for _ in range(times)) * MILLISECONDS


def median_ms(call: Callable[[], object], times: int = 15) -> float:
    """Return the milliseconds of the middle one of several calls."""
    return sorted(_timed(call) for _ in range(times))[times // 2] * MILLISECONDS


def loop_seconds() -> float:
    """Return the seconds of a plain loop, the best of three: a measure of this machine and its load."""

    def loop() -> None:
        total = 0
        for number in range(3_000_000):
            total += number

    return min(_timed(loop) for _ in range(3))


def _spent(call: Callable[[], object]) -> float:
    begun = time.process_time()
    call()
    return time.process_time() - begun


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
