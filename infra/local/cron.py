"""Times of day as EventBridge Scheduler writes them, asked one minute at a time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Self

from infra.local.errors import LocalStageError

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_DAYS_OF_WEEK: Final = 7


class _Field(NamedTuple):
    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 1, _DAYS_OF_WEEK, _WEEKDAYS),
    _Field("year", 1970, 2199),
)
_EXPRESSION: Final = re.compile(r"cron\(([^()]+)\)")
_PART: Final = re.compile(r"(?P<from>\*|\?|\w+)(?:-(?P<to>\w+))?(?:/(?P<step>\d+))?")


@dataclass(frozen=True)
class Cron:
    """The minutes that an expression names: values, lists, ranges and steps; not `L`, `W` and `#`."""

    expression: str
    _allowed: tuple[frozenset[int], ...]

    @classmethod
    def parse(cls, expression: str) -> Self:
        """Read `cron(minute hour day-of-month month day-of-week year)`.

        Raises:
            LocalStageError: it is none, or says something that is not read here.
        """
        found = _EXPRESSION.fullmatch(expression.strip())
        words = found[1].split() if found else []
        if len(words) != len(_FIELDS):
            raise _unreadable(expression)
        fields = zip(_FIELDS, words, strict=True)
        return cls(expression, tuple(frozenset(_values(expression, one, word)) for one, word in fields))

    def is_due(self, wall: datetime) -> bool:
        """Tell whether the minute of this wall time is one of them."""
        weekday = wall.isoweekday() % _DAYS_OF_WEEK + 1
        asked = (wall.minute, wall.hour, wall.day, wall.month, weekday, wall.year)
        return all(value in allowed for value, allowed in zip(asked, self._allowed, strict=True))


def _values(expression: str, field: _Field, word: str) -> Iterator[int]:
    for part in word.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            raise _unreadable(expression)
        first, last = _ends(expression, field, found)
        yield from range(first, last + 1, int(found["step"] or 1) or 1)


def _ends(expression: str, field: _Field, found: re.Match[str]) -> tuple[int, int]:
    if found["from"] in ("*", "?"):
        return field.first, field.last
    first = _number(expression, field, found["from"])
    if found["to"]:
        return first, _number(expression, field, found["to"])
    return first, field.last if found["step"] else first


def _number(expression: str, field: _Field, word: str) -> int:
    if word.upper() in field.names:
        return field.names.index(word.upper()) + field.first
    if not word.isdecimal() or not field.first <= int(word) <= field.last:
        raise _unreadable(expression)
    return int(word)


def _unreadable(expression: str) -> LocalStageError:
    return LocalStageError(
        f"the schedule {expression} cannot be read on a laptop", "write it as cron(…) with values, lists, ranges, steps"
    )
