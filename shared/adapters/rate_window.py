"""A vendor's rate windows: what was said to be used up is not asked for again before its end."""

from datetime import datetime, timedelta
from typing import Final

from shared.adapters.http import MachineTime, Now
from shared.domain.errors import RateLimitedError

LONGEST_WINDOW_S: Final = 60.0
"""No vendor counts over more than a minute: an end further off is a clock gone astray."""


class RateWindows:
    """The windows of one client by group of calls; shared by its threads."""

    def __init__(self, source: str, clock: Now | None) -> None:
        """Measure by this clock, the machine's where there is none."""
        self._source = source
        self._clock = clock or MachineTime()
        self._ends: dict[str, datetime] = {}

    def now(self) -> datetime:
        """Return the present moment."""
        return self._clock.now()

    def close_until(self, group: str, end: datetime) -> None:
        """Ask nothing of a group before this moment."""
        self._ends[group] = end

    def close_for(self, group: str, seconds: float) -> None:
        """Ask nothing of a group for so many seconds."""
        self._ends[group] = self._clock.now() + timedelta(seconds=seconds)

    def wait_s(self, group: str) -> float | None:
        """Return the seconds until a group may be asked again, None where it may."""
        end = self._ends.get(group)
        wait = (end - self._clock.now()).total_seconds() if end is not None else 0.0
        return wait if 0 < wait <= LONGEST_WINDOW_S else None

    def check(self, group: str) -> None:
        """Raise RateLimitedError, with the seconds to wait, while the window of a group is used up."""
        wait = self.wait_s(group)
        if wait is not None:
            raise RateLimitedError(self._source, wait)
