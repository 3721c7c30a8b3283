"""When the runner looks at the market: once a day late in the session, or at the middle of every step."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from shared.backtest.paths import session_hours
from shared.domain.errors import InvalidValueError

BEFORE_CLOSE: Final = timedelta(minutes=30)
AFTER_OPEN: Final = timedelta(minutes=5)
LAST_STEP: Final = timedelta(minutes=20)
AFTER_CLOSE: Final = timedelta(minutes=35)
LONGEST_STEP: Final = 390


class Step(NamedTuple):
    """One visit to the market, at a whole minute."""

    at: datetime


def steps_of(day: date, minutes: int | None) -> tuple[Step, ...]:
    """Return the visits of a session; ``minutes`` None is one, half an hour before the close.

    Raises:
        InvalidValueError: the step is none.
    """
    hours = session_hours(day)
    if minutes is None:
        return (Step(hours.closes_at - BEFORE_CLOSE),)
    if not 1 <= minutes <= LONGEST_STEP:
        raise InvalidValueError("--step", minutes, f"give 1 to {LONGEST_STEP} minutes, or day")
    step = timedelta(minutes=minutes)
    at = hours.opens_at + max(step / 2, AFTER_OPEN)
    found = []
    while at <= hours.closes_at - LAST_STEP:
        found.append(Step(at.replace(second=0)))
        at += step
    return tuple(found) or (Step(hours.closes_at - BEFORE_CLOSE),)


def evening(day: date) -> datetime:
    """Return the moment after the close at which what expired is settled."""
    return session_hours(day).closes_at + AFTER_CLOSE
