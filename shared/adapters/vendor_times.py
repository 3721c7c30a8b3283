"""The clocks vendors write in: seconds, milliseconds, nanoseconds, UTC text without a zone, New York wall time."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.domain.sessions import NEW_YORK

CENTRAL: Final = ZoneInfo("America/Chicago")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_UTC_TEXT: Final = re.compile(r"^(\d{4}-\d\d-\d\d)[ _T](\d\d:\d\d:\d\d)$", re.ASCII)


def from_seconds(value: Any) -> datetime:  # noqa: ANN401
    """Read unix seconds. Raises ValueError, TypeError or OverflowError."""
    return _since_epoch(value, 1_000_000)


@lru_cache(maxsize=4_096)
def from_milliseconds(value: Any) -> datetime:  # noqa: ANN401
    """Read unix milliseconds. Raises ValueError, TypeError or OverflowError."""
    return _since_epoch(value, 1_000)


def from_nanoseconds(value: Any) -> datetime:  # noqa: ANN401
    """Read unix nanoseconds, cut to microseconds. Raises ValueError, TypeError or OverflowError."""
    if type(value) is not int:
        raise TypeError("nanoseconds are a whole number")
    return _plausible(_EPOCH + timedelta(microseconds=value // 1_000))


@lru_cache(maxsize=4_096)
def from_utc_text(value: str) -> datetime:
    """Read ``YYYY-MM-DD HH:MM:SS`` (or with _ or T between), which is UTC. Raises ValueError or TypeError."""
    match = _UTC_TEXT.match(value)
    if match is None:
        raise ValueError("the text is no time of this clock")
    return _plausible(datetime.fromisoformat(f"{match[1]}T{match[2]}+00:00"))


def from_iso(value: Any) -> datetime:  # noqa: ANN401
    """Read ISO 8601 with its zone. Raises ValueError or TypeError."""
    if not isinstance(value, str):
        raise TypeError("an ISO time is text")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("the time has no zone")
    return _plausible(moment.astimezone(UTC))


def from_new_york(day: date, wall: Any) -> datetime:  # noqa: ANN401
    """Read New York wall time ``HH:MM`` of a day. Raises ValueError or TypeError."""
    return datetime.combine(day, time.fromisoformat(wall), NEW_YORK).astimezone(UTC)


def trading_day(start: datetime, *, is_index: bool) -> date:
    """Return the day of a daily bar from its time: midnight in New York for stocks, Central for indices."""
    return start.astimezone(CENTRAL if is_index else NEW_YORK).date()


def _since_epoch(value: Any, microseconds: int) -> datetime:  # noqa: ANN401
    if type(value) is int:
        return _plausible(_EPOCH + timedelta(microseconds=value * microseconds))
    if isinstance(value, str):
        return _plausible(_EPOCH + timedelta(microseconds=int(float(value) * microseconds)))
    raise TypeError("a unix time is a number")


def _plausible(moment: datetime) -> datetime:
    if not _EARLIEST <= moment <= _LATEST:
        raise ValueError(f"{moment:%Y-%m-%d} is no time of a market we know")
    return moment
