"""The sessions of the New York Stock Exchange: which days trade, and from when to when.

Standard library only, because it is imported where a calendar library would cost a cold start. The holiday
rules hold from 2000 on; closures and early closes outside the rules are tables, taken from the exchange's
own notices (nyse.com, "Holidays and Trading Hours" and its historical list of special closings).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

NEW_YORK: Final = ZoneInfo("America/New_York")
HOURS_BEHIND_UTC: Final = 5
"""At most, four in summer: from five o'clock UTC on, New York has the date of UTC."""

OPENING_TIME: Final = time(9, 30)
CLOSING_TIME: Final = time(16, 0)
EARLY_CLOSING_TIME: Final = time(13, 0)
OFFICIAL_AFTER: Final = timedelta(minutes=30)
"""After a close: until then a bar of the day may end on the last print before the closing auctions."""

FIRST_JUNETEENTH: Final = 2022
"""NYSE Rule 7.2 lists Juneteenth since 2022."""

FIRST_WEDNESDAY_BEFORE_INDEPENDENCE_DAY: Final = 2013
"""Until 2012 the early close of a Thursday July 4th was the Friday after it, not the Wednesday before."""

UNSCHEDULED_CLOSURES: Final = frozenset(
    {
        date(2001, 9, 11),  # attacks of September 11th, four sessions
        date(2001, 9, 12),
        date(2001, 9, 13),
        date(2001, 9, 14),
        date(2004, 6, 11),  # mourning for President Reagan
        date(2007, 1, 2),  # mourning for President Ford
        date(2012, 10, 29),  # Hurricane Sandy, two sessions
        date(2012, 10, 30),
        date(2018, 12, 5),  # mourning for President G. H. W. Bush
        date(2025, 1, 9),  # mourning for President Carter
    }
)

UNSCHEDULED_EARLY_CLOSES: Final = frozenset({date(2002, 7, 5), date(2003, 12, 26)})

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6
_DAY: Final = timedelta(days=1)
_CACHED_DAYS: Final = 16_384
_CACHED_YEARS: Final = 128


@dataclass(frozen=True, slots=True)
class Session:
    """One trading day with its hours, aware and in UTC."""

    day: date
    opens_at: datetime
    closes_at: datetime


def is_session(day: date) -> bool:
    """Tell whether the exchange trades on this day."""
    return session(day) is not None


@lru_cache(maxsize=_CACHED_DAYS)
def session(day: date) -> Session | None:
    """Return the session of a New York date, or None where the exchange is closed."""
    if day.weekday() >= _SATURDAY or day in _holidays(day.year) or day in UNSCHEDULED_CLOSURES:
        return None
    closing = EARLY_CLOSING_TIME if day in _early_closes(day.year) else CLOSING_TIME
    return Session(day=day, opens_at=_utc(day, OPENING_TIME), closes_at=_utc(day, closing))


@lru_cache(maxsize=_CACHED_DAYS)
def next_session(day: date) -> date:
    """Return the first session after this day."""
    following = day + _DAY
    while not is_session(following):
        following += _DAY
    return following


@lru_cache(maxsize=_CACHED_DAYS)
def previous_session(day: date) -> date:
    """Return the last session before this day."""
    preceding = day - _DAY
    while not is_session(preceding):
        preceding -= _DAY
    return preceding


def sessions_between(start: date, end: date) -> tuple[date, ...]:
    """Return the sessions from start to end, both included; empty where end is before start."""
    days = ((start + timedelta(days=offset)) for offset in range((end - start).days + 1))
    return tuple(day for day in days if is_session(day))


def is_open(at: datetime) -> bool:
    """Tell whether the regular session runs at this aware instant; the closing instant is outside."""
    today = session(new_york_date(at))
    return today is not None and today.opens_at <= at < today.closes_at


def has_official_close(day: date, now: datetime) -> bool:
    """Tell whether a vendor's daily bar of a day can be believed to end on the official close."""
    hours = session(day)
    return hours is None or now >= hours.closes_at + OFFICIAL_AFTER


def end_of_session(day: date, now: datetime) -> datetime:
    """Return the end of a session, or now while it lasts or where the day is none."""
    hours = session(day)
    return min(now, hours.closes_at) if hours else now


def last_finished_session(now: datetime) -> date:
    """Return the newest session whose daily bar can be believed to end on the official close."""
    today = new_york_date(now)
    return today if is_session(today) and has_official_close(today, now) else previous_session(today)


def new_york_date(at: datetime) -> date:
    """Return the New York calendar date of an aware instant."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone: pass an aware datetime, such as one in UTC")
    if at.tzinfo is UTC and at.hour >= HOURS_BEHIND_UTC:
        return at.date()
    return at.astimezone(NEW_YORK).date()


@lru_cache(maxsize=_CACHED_DAYS)
def third_friday(year: int, month: int) -> date:
    """Return the third Friday of a month, on which the standard options expire."""
    return _nth_weekday(year, month, _FRIDAY, 3)


def is_third_friday(day: date) -> bool:
    """Tell whether this date is the third Friday of its month."""
    return day == third_friday(day.year, day.month)


def monthly_expiration(year: int, month: int) -> date:
    """Return the third Friday of a month, or the session before where it is a holiday."""
    friday = third_friday(year, month)
    return friday if is_session(friday) else previous_session(friday)


def is_monthly_expiration(day: date) -> bool:
    """Tell whether the standard options of this date's month expire on it."""
    return day == monthly_expiration(day.year, day.month)


def _utc(day: date, wall: time) -> datetime:
    return datetime.combine(day, wall, NEW_YORK).astimezone(UTC)


@lru_cache(maxsize=_CACHED_YEARS)
def _holidays(year: int) -> frozenset[date]:
    fixed = [_observed(date(year, 7, 4)), _observed(date(year, 12, 25))]
    if year >= FIRST_JUNETEENTH:
        fixed.append(_observed(date(year, 6, 19)))
    return frozenset(
        {
            *fixed,
            _new_year(year),
            _nth_weekday(year, 1, _MONDAY, 3),  # Martin Luther King, Jr. Day
            _nth_weekday(year, 2, _MONDAY, 3),  # Washington's Birthday
            _easter(year) - 2 * _DAY,  # Good Friday
            _last_monday_of_may(year),  # Memorial Day
            _nth_weekday(year, 9, _MONDAY, 1),  # Labor Day
            _thanksgiving(year),
        }
    )


@lru_cache(maxsize=_CACHED_YEARS)
def _early_closes(year: int) -> frozenset[date]:
    eves = [_thanksgiving(year) + _DAY, date(year, 12, 24)]
    independence_eve = date(year, 7, 3)
    if independence_eve.weekday() != _THURSDAY - 1 or year >= FIRST_WEDNESDAY_BEFORE_INDEPENDENCE_DAY:
        eves.append(independence_eve)
    return frozenset(eves) | UNSCHEDULED_EARLY_CLOSES


def _observed(holiday: date) -> date:
    match holiday.weekday():
        case 5:
            return holiday - _DAY
        case 6:
            return holiday + _DAY
        case _:
            return holiday


def _new_year(year: int) -> date:
    """New Year's Day moves to Monday from a Sunday, and is not made up for on a Saturday."""
    first = date(year, 1, 1)
    return first + _DAY if first.weekday() == _SUNDAY else first


def _thanksgiving(year: int) -> date:
    return _nth_weekday(year, 11, _THURSDAY, 4)


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - last.weekday() * _DAY


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + ((weekday - first.weekday()) % 7 + 7 * (nth - 1)) * _DAY


def _easter(year: int) -> date:
    """Return Easter Sunday by the anonymous Gregorian computus (Meeus, Astronomical Algorithms)."""
    golden = year % 19
    century, year_of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leap_years, year_rest = divmod(year_of_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def minute_of(moment: datetime) -> datetime:
    """Return the start of the minute a moment lies in."""
    return moment.replace(second=0, microsecond=0)
