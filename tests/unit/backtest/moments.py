"""Moments and bars that several tests speak of."""

from datetime import UTC, date, datetime

from shared.domain.sessions import NEW_YORK


def new_york(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a New York wall-clock time in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=NEW_YORK).astimezone(UTC)
