"""What a plan allows: calls a minute, and no second question on a day for what it refused."""

import threading
from collections import deque
from datetime import date, datetime, timedelta
from typing import Final

from shared.adapters.polygon.replies import POLYGON
from shared.domain.errors import NotEntitledError, RateLimitedError
from shared.domain.sessions import new_york_date

MINUTE: Final = timedelta(minutes=1)


class Allowance:
    """Counts calls and remembers refusals; shared by the threads of one client."""

    def __init__(self, calls_per_minute: int | None) -> None:
        """Allow so many calls in any minute, None for a plan without a limit."""
        self._limit = calls_per_minute
        self._calls: deque[datetime] = deque()
        self._refused: dict[str, tuple[date, str]] = {}
        self._lock = threading.Lock()

    def take(self, now: datetime) -> None:
        """Count one call. Raises RateLimitedError with the seconds to wait when the minute is used up."""
        if self._limit is None:
            return
        with self._lock:
            while self._calls and not timedelta(0) <= now - self._calls[0] < MINUTE:
                self._calls.popleft()
            if len(self._calls) >= self._limit:
                raise RateLimitedError(POLYGON, (self._calls[0] + MINUTE - now).total_seconds())
            self._calls.append(now)

    def check(self, need: str, now: datetime) -> None:
        """Raise NotEntitledError where the plan refused this need earlier on the same New York day."""
        known = self._refused.get(need)
        if known is not None and known[0] == new_york_date(now):
            raise NotEntitledError(f"{known[1]} (asked once today)")

    def refuse(self, need: str, error: NotEntitledError, now: datetime) -> None:
        """Remember a refusal for the New York day."""
        self._refused[need] = (new_york_date(now), str(error))
