"""The published limits of version 1, shared by all users of an id."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from shared.domain import sessions

WEEKDAY_CALLS: Final = 20
REALTIME_CALLS: Final = 2
WEEKEND_CALLS: Final = 2
_WINDOW: Final = timedelta(minutes=1)
_SATURDAY: Final = 5


class VersionOneLimits:
    """Counts the calls of the last minute."""

    def __init__(self) -> None:
        self._calls: list[tuple[datetime, bool]] = []

    def admits(self, name: str, query: Mapping[str, str], now: datetime) -> bool:
        """Tell whether one more call may pass: 20 a minute on weekdays, 2 in real time or on weekends."""
        realtime = sessions.is_open(now) and (name == "gammaOI" or query.get("realtime") == "true")
        self._calls = [call for call in self._calls if abs(now - call[0]) < _WINDOW]
        weekend = sessions.new_york_date(now).weekday() >= _SATURDAY
        allowed = REALTIME_CALLS if realtime else WEEKEND_CALLS if weekend else WEEKDAY_CALLS
        used = sum(1 for _, was_realtime in self._calls if was_realtime is realtime)
        if used >= allowed:
            return False
        self._calls.append((now, realtime))
        return True
