"""Where the market is at a moment: the index and the VIX along the days of a history, or along a script."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from math import floor
from typing import Final, NamedTuple, Protocol

from shared.backtest.bridge import DayPath, VixChange, day_path
from shared.backtest.history import History
from shared.domain.errors import InvalidValueError
from shared.domain.sessions import Session, new_york_date, session

SECONDS_PER_MINUTE: Final = 60
KEPT_PATHS: Final = 32
_CENTS: Final = 2


class Level(NamedTuple):
    """The index and the VIX, in points."""

    spot: float
    vix: float


class Knot(NamedTuple):
    """A value that a script reaches at an aware instant."""

    at: datetime
    value: float


class Paths(Protocol):
    """A source of index and VIX levels."""

    def level(self, index: int, minutes: float) -> Level:
        """Return the level after minutes of the session at this row of the history."""

    def minute_levels(self, index: int) -> DayPath:
        """Return the levels of all minutes of the session at this row of the history."""

    @property
    def is_drawn(self) -> bool:
        """Whether a level is at hand as soon as it is asked for."""


Drawn = Callable[[int], DayPath]
"""Returns the minutes of a session by its row in the history."""


class BridgePaths:
    """Seeded minutes between the real open, high, low and close of each day, made when first asked for."""

    def __init__(self, history: History, seed: int, drawn: Drawn | None = None) -> None:
        """Take the history to replay, the seed of its minutes, and where they were drawn from both before."""
        self._history = history
        self._seed = seed
        self._drawn = drawn
        self._days: OrderedDict[int, DayPath] = OrderedDict()

    def level(self, index: int, minutes: float) -> Level:
        """Return the level between two minutes by a straight line."""
        spots, vixes = self._days.get(index) or self.minute_levels(index)
        minute = floor(minutes)
        if minute >= len(spots) - 1:
            return Level(spots[-1], vixes[-1])
        part = minutes - minute
        return Level(
            round(spots[minute] + part * (spots[minute + 1] - spots[minute]), _CENTS),
            round(vixes[minute] + part * (vixes[minute + 1] - vixes[minute]), _CENTS),
        )

    @property
    def is_drawn(self) -> bool:
        """Whether all minutes were drawn before."""
        return self._drawn is not None

    def minute_levels(self, index: int) -> DayPath:
        """Return the levels of all minutes of a session."""
        known = self._days.get(index)
        if known is not None:
            return known
        path = self._days[index] = self._path(index) if self._drawn is None else self._drawn(index)
        if len(self._days) > KEPT_PATHS:
            self._days.popitem(last=False)
        return path

    def _path(self, index: int) -> DayPath:
        before = max(index - 1, 0)
        bar = self._history.bars[index]
        previous_close = self._history.bars[before].close if index else bar.open
        change = VixChange(before=self._history.vix_closes[before], close=self._history.vix_closes[index])
        return day_path(bar, previous_close, change, minutes=session_minutes(bar.day), seed=self._seed)


class ScriptedPaths:
    """Index and VIX as piecewise-linear functions of time, constant before the first and after the last."""

    def __init__(self, days: Sequence[date], spot: Sequence[Knot], vix: Sequence[Knot]) -> None:
        """Take the sessions that may be asked for, and the knots of both lines in order of time."""
        self._days = days
        self._spot = spot
        self._vix = vix

    def level(self, index: int, minutes: float) -> Level:
        """Return the scripted level of a moment of a session."""
        opens_at = session_hours(self._days[index]).opens_at.timestamp()
        stamp = opens_at + minutes * SECONDS_PER_MINUTE
        return Level(value_at(self._spot, stamp), value_at(self._vix, stamp))

    @property
    def is_drawn(self) -> bool:
        """A script is always at hand."""
        return True

    def minute_levels(self, index: int) -> DayPath:
        """Return the scripted levels of all minutes of a session."""
        levels = [self.level(index, minute) for minute in range(session_minutes(self._days[index]) + 1)]
        return DayPath(spot=tuple(level.spot for level in levels), vix=tuple(level.vix for level in levels))


def value_at(knots: Sequence[Knot], stamp: float) -> float:
    """Return the value of a piecewise-linear script at a Unix time."""
    after = bisect_right(knots, stamp, key=lambda knot: knot.at.timestamp())
    if after == 0:
        return knots[0].value
    if after == len(knots):
        return knots[-1].value
    left, right = knots[after - 1], knots[after]
    begin = left.at.timestamp()
    part = (stamp - begin) / (right.at.timestamp() - begin)
    return round(left.value + part * (right.value - left.value), _CENTS)


def session_hours(day: date) -> Session:
    """Return the hours of a day that is known to be a session.

    Raises:
        InvalidValueError: the exchange is closed on that day.
    """
    hours = session(day)
    if hours is None:
        raise InvalidValueError("day", str(day), "the exchange is closed; a history holds sessions only")
    return hours


def session_minutes(day: date) -> int:
    """Return the whole minutes of a session."""
    hours = session_hours(day)
    return int((hours.closes_at - hours.opens_at).total_seconds()) // SECONDS_PER_MINUTE


class Clocked(NamedTuple):
    """A moment on the clock of a history.

    ``row`` is that of the session that runs or ran last, ``minutes`` its age, ``left`` the share of it
    still to come (0 outside its hours), ``is_closed`` whether its close has passed; ``morning`` is the row
    whose book is open, that of today's session also before it opens.
    """

    today: date
    row: int
    morning: int
    minutes: float
    left: float
    is_closed: bool


def clocked(history: History, at: datetime) -> Clocked:
    """Place an aware instant on the sessions of a history.

    Raises:
        InvalidValueError: the instant lies before the first open or after the last day.
        ValueError: the instant has no time zone.
    """
    today = new_york_date(at)
    morning = history.index_at(today)
    hours = session_hours(history.days[morning])
    length = (hours.closes_at - hours.opens_at).total_seconds()
    if at < hours.opens_at:
        index = history.index_before(morning)
        return Clocked(today, index, morning, float(session_minutes(history.days[index])), 0.0, True)
    elapsed = min((at - hours.opens_at).total_seconds(), length)
    return Clocked(today, morning, morning, elapsed / SECONDS_PER_MINUTE, 1.0 - elapsed / length, at > hours.closes_at)
