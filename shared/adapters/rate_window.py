"""A vendor's rate windows: what was said to be used up is not asked for again before its end.

The vendor counts by token, so its own headers tell each function what all of them have used. Only a window that is
used up is written down for the others, once, and only a client that lately saw little left reads what they wrote: in
a quiet minute the store is not asked at all.
"""

from datetime import datetime, timedelta
from typing import Final

from shared.adapters.clock import Now, SystemClock
from shared.adapters.shared_budget import SharedBudget
from shared.domain.errors import RateLimitedError

LONGEST_WINDOW_S: Final = 60.0
"""No vendor counts over more than a minute: an end further off is a clock gone astray."""
SCARCE: Final = 0.25
"""The share of a window's calls below which a client listens to the others."""
WATCHFUL: Final = timedelta(minutes=10)
"""How long it goes on listening."""
LOOK_AGAIN: Final = timedelta(minutes=1)


class RateWindows:
    """The windows of one client by group of calls; shared by its threads, and by functions through the budget."""

    def __init__(self, source: str, clock: Now | None, shared: SharedBudget | None = None, *, reserve: int = 0) -> None:
        """Measure by this clock, the machine's where there is none; leave ``reserve`` calls of a window to others."""
        self._source = source
        self._clock = clock or SystemClock()
        self._shared = shared
        self._reserve = reserve
        self._ends: dict[str, datetime] = {}
        self._watchful_until: datetime | None = None
        self._looked_at: datetime | None = None

    def now(self) -> datetime:
        """Return the present moment."""
        return self._clock.now()

    def note(self, group: str, left: int, allowed: int | None, end: datetime | None) -> None:
        """Take the vendor's word on a window: calls left, calls allowed, its end."""
        if left <= (allowed or 0) * SCARCE:
            self._watchful_until = self._clock.now() + WATCHFUL
        if end is None:
            return
        if left == 0:
            self.close_until(group, end)
        elif left <= self._reserve:
            self._ends[group] = end

    def close_until(self, group: str, end: datetime) -> None:
        """Ask nothing of a group before this moment, and tell the other functions."""
        now = self._clock.now()
        is_news = self._ends.get(group) != end
        self._ends[group] = end
        self._watchful_until = now + WATCHFUL
        if is_news and self._shared is not None and self._wait_s(end, now) is not None:
            self._shared.close(group, end, now)

    def close_for(self, group: str, seconds: float) -> None:
        """Ask nothing of a group for so many seconds."""
        self.close_until(group, self._clock.now() + timedelta(seconds=seconds))

    def wait_s(self, group: str) -> float | None:
        """Return the seconds until a group may be asked again, None where it may."""
        return self._wait_s(self._ends.get(group), self._clock.now())

    def check(self, group: str) -> None:
        """Raise RateLimitedError, with the seconds to wait, while the window of a group is used up."""
        now = self._clock.now()
        if self._shared is not None:
            self._listen(self._shared, now)
        wait = self._wait_s(self._ends.get(group), now)
        if wait is not None:
            raise RateLimitedError(self._source, wait)

    def _wait_s(self, end: datetime | None, now: datetime) -> float | None:
        wait = (end - now).total_seconds() if end is not None else 0.0
        return wait if 0 < wait <= LONGEST_WINDOW_S else None

    def _listen(self, others: SharedBudget, now: datetime) -> None:
        """Read what the others wrote down: at first, and while calls are scarce once a minute."""
        looked_at = self._looked_at
        if looked_at is not None:
            if self._watchful_until is None or now >= self._watchful_until:
                return
            if timedelta(0) <= now - looked_at < LOOK_AGAIN:
                return
        self._looked_at = now
        for group, end in others.closed_windows().items():
            if end > self._ends.get(group, now):
                self._ends[group] = end
