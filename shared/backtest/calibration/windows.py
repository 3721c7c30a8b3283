"""Windows that hold whole trades, with what lies between them cut out."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from shared.domain.errors import InvalidValueError

EMBARGO_SESSIONS: Final = 5
"""Sessions left out after a window, so that what it ended on does not begin the next."""
HELD_SESSIONS: Final = 45
"""Sessions after a window's last entry in which its positions run off; no other window looks at them."""
SHORTEST: Final = 40
"""Sessions with entries that a window needs to say anything."""


class Window(NamedTuple):
    """Entries are looked for from ``first`` to ``last``; positions are followed to ``until`` at the latest."""

    first: date
    last: date
    until: date


def windows_of(days: Sequence[date], count: int) -> tuple[Window, ...]:
    """Divide sessions into windows of equal length, each purged of the run-off and the embargo of the one before.

    Raises:
        InvalidValueError: the windows would be too short; it names the most there is room for.
    """
    between = HELD_SESSIONS + EMBARGO_SESSIONS
    length = len(days) // count if count > 0 else 0
    if count < 2 or length - between < SHORTEST:
        whole = SHORTEST + between
        most = len(days) // whole
        remedy = f"give 2 to {most} for {len(days)} sessions, or a longer stretch"
        if most < 2:
            remedy = f"give a longer stretch: {len(days)} sessions hold no 2 windows of {whole}"
        raise InvalidValueError("--windows", count, remedy)
    found = []
    for number in range(count):
        start = number * length
        last = start + length - between - 1
        found.append(Window(days[start], days[last], days[last + HELD_SESSIONS]))
    return tuple(found)
