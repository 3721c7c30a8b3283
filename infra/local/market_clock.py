"""The trading day as vendors tell it: its phases, its last traded instant, and the names of the closed days."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from shared.domain import sessions

PREMARKET_STARTS: Final = time(7, 0)
PREMARKET_ENDS: Final = time(9, 24)
POSTMARKET_ENDS: Final = time(19, 55)

_HOLIDAYS: Final = {
    (1, "fixed"): "New Years Day",
    (1, "monday"): "Martin Luther King, Jr. Day",
    (2, "monday"): "Washington's Birthday",
    (5, "monday"): "Memorial Day",
    (6, "fixed"): "Juneteenth",
    (7, "fixed"): "Independence Day",
    (9, "monday"): "Labor Day",
    (12, "fixed"): "Christmas Day",
}
_SATURDAY: Final = 5
_THANKSGIVING_WEEKDAY: Final = 3


class Phase(StrEnum):
    """What the exchange does at one instant."""

    CLOSED = "closed"
    PREMARKET = "premarket"
    OPEN = "open"
    POSTMARKET = "postmarket"


def wall(day: date, at: time) -> datetime:
    """Return the instant of a New York wall time."""
    return datetime.combine(day, at, sessions.NEW_YORK)


def phase(at: datetime) -> Phase:
    """Tell what the exchange does at this instant."""
    day = sessions.new_york_date(at)
    today = sessions.session(day)
    if today is None or at < wall(day, PREMARKET_STARTS) or at >= wall(day, POSTMARKET_ENDS):
        return Phase.CLOSED
    if at < today.opens_at:
        return Phase.PREMARKET
    return Phase.OPEN if at < today.closes_at else Phase.POSTMARKET


def next_change(at: datetime) -> tuple[datetime, Phase]:
    """Return when the phase changes next, and to which."""
    day = sessions.new_york_date(at)
    while True:
        for instant, following in _changes(day):
            if instant > at:
                return instant, following
        day = sessions.next_session(day)


def _changes(day: date) -> tuple[tuple[datetime, Phase], ...]:
    today = sessions.session(day)
    if today is None:
        return ()
    return (
        (wall(day, PREMARKET_STARTS), Phase.PREMARKET),
        (today.opens_at, Phase.OPEN),
        (today.closes_at, Phase.POSTMARKET),
        (wall(day, POSTMARKET_ENDS), Phase.CLOSED),
    )


def last_traded(at: datetime) -> datetime:
    """Return this instant while the session runs, else the closing instant of the last session."""
    day = sessions.new_york_date(at)
    today = sessions.session(day)
    if today is None or at < today.opens_at:
        today = sessions.session(sessions.previous_session(day))
    if today is None:
        raise ValueError(f"no session before {at.isoformat()}")
    return min(at, today.closes_at)


def trading_day(at: datetime) -> date:
    """Return the New York date of the last traded instant."""
    return sessions.new_york_date(last_traded(at))


def is_early_close(day: date) -> bool:
    """Tell whether the session of this day ends before 16:00."""
    today = sessions.session(day)
    return today is not None and today.closes_at < wall(day, sessions.CLOSING_TIME)


def holiday_name(day: date) -> str | None:
    """Name the reason why a weekday has no session; None for sessions and weekends."""
    if day.weekday() >= _SATURDAY or sessions.is_session(day):
        return None
    if day.month == 11 and day.weekday() == _THANKSGIVING_WEEKDAY:
        return "Thanksgiving Day"
    by_weekday = _HOLIDAYS.get((day.month, "monday")) if day.weekday() == 0 else None
    if by_weekday and not (day.month == 1 and day.day <= 3):
        return by_weekday
    if day.month in (3, 4):
        return "Good Friday"
    return _fixed_holiday(day) or "a special closing"


def _fixed_holiday(day: date) -> str | None:
    near = (day - timedelta(days=1), day, day + timedelta(days=1))
    for holiday in ((1, 1), (6, 19), (7, 4), (12, 25)):
        if any((date_.month, date_.day) == holiday for date_ in near):
            return _HOLIDAYS[holiday[0], "fixed"]
    return None
