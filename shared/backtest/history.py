"""Daily history of the S&P 500 and the VIX: what really happened, one row a session."""

import csv
import gzip
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import resources
from itertools import islice, pairwise
from math import log, sqrt
from typing import Final, NamedTuple, Self

from shared.domain.errors import InvalidValueError
from shared.domain.sessions import next_session

_DATA = "shared.backtest.data"
_SP500_FILE = "sp500_2014_2018.csv"
_VIX_FILE = "vix_2014_2018.csv"
_EARLIER_FILE = "sp500_1999_2013.csv.gz"

WARM_UP_SESSIONS: Final = 120
"""Sessions of history before the first day whose open interest can be believed."""
MONTH_OF_SESSIONS: Final = 21
USUAL_VIX: Final = 20.0
"""What is taken where there is no month of sessions yet."""


class Bar(NamedTuple):
    """One session of one underlying; volume in shares, 0 for an index that has none."""

    day: date
    open: float
    high: float
    low: float
    close: float
    volume: int


@dataclass(frozen=True)
class History:
    """Consecutive sessions with an S&P 500 bar and a VIX close each."""

    bars: tuple[Bar, ...]
    vix_closes: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse rows that do not fit together."""
        if not self.bars or len(self.bars) != len(self.vix_closes):
            counts = f"{len(self.bars)} bars, {len(self.vix_closes)} VIX closes"
            raise InvalidValueError("history", counts, "give one of each a session")
        for earlier, later in pairwise(self.days):
            if earlier >= later:
                raise InvalidValueError("history", str(later), f"it follows {earlier}; sort the rows by date")
        for bar in self.bars:
            if not 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high:
                raise InvalidValueError("bar", str(bar), "its open and close must lie between low and high")

    @classmethod
    def embedded(cls) -> Self:
        """Load the S&P 500 and VIX of 2014-01-03 to 2018-12-31 that ship with the package."""
        vix = {date.fromisoformat(day): float(close) for day, close in _rows(_shipped(_VIX_FILE))}
        bars = [_bar(row) for row in _rows(_shipped(_SP500_FILE))]
        joined = [bar for bar in bars if bar.day in vix]
        return cls(bars=tuple(joined), vix_closes=tuple(vix[bar.day] for bar in joined))

    @classmethod
    def twenty_years(cls) -> Self:
        """Load the S&P 500 of 1999 to 2018; the VIX before 2014-01-03 is estimated and good for measuring speed only.

        The estimate is the realised volatility of a month, a tenth more and three points: the usual premium.
        """
        recent = cls.embedded()
        packed = resources.files(_DATA).joinpath(_EARLIER_FILE).read_bytes()
        text = gzip.decompress(packed).decode("ascii")
        known = (*_rows(text), *_rows(_shipped(_SP500_FILE)))
        earlier = [bar for bar in map(_bar, known) if bar.day < recent.days[0]]
        estimated = _estimated_vix([bar.close for bar in earlier])
        return cls(bars=(*earlier, *recent.bars), vix_closes=(*estimated, *recent.vix_closes))

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The sessions, ascending."""
        return tuple(bar.day for bar in self.bars)

    @cached_property
    def _index(self) -> dict[date, int]:
        return {day: index for index, day in enumerate(self.days)}

    @property
    def _reach(self) -> str:
        return f"{self.days[0]} to {self.days[-1]}"

    def index_of(self, day: date) -> int:
        """Return the row of a session.

        Raises:
            InvalidValueError: the day is no session of this history.
        """
        index = self._index.get(day)
        if index is None:
            raise InvalidValueError("day", str(day), f"choose a session from {self._reach}")
        return index

    def index_at(self, day: date) -> int:
        """Return the row of the last session on or before a day.

        Raises:
            InvalidValueError: the day lies before the history, or is a session after its end.
        """
        index = bisect_right(self.days, day) - 1
        if index < 0:
            raise InvalidValueError("day", str(day), f"choose one from {self._reach}")
        if day > self.days[-1] and next_session(self.days[-1]) <= day:
            raise InvalidValueError("day", str(day), f"choose one from {self._reach}")
        return index

    def index_before(self, index: int) -> int:
        """Return the row before a row.

        Raises:
            InvalidValueError: there is none.
        """
        if index < 1:
            raise InvalidValueError("day", str(self.days[0]), "nothing is known before its open; begin then")
        return index - 1

    def between(self, start: date, end: date) -> range:
        """Return the rows of the sessions from start to end, both included."""
        return range(bisect_right(self.days, start) - (start in self._index), bisect_right(self.days, end))


def _shipped(name: str) -> str:
    return resources.files(_DATA).joinpath(name).read_text(encoding="ascii")


def _rows(text: str) -> Iterator[list[str]]:
    """Return the rows under the line of names."""
    return islice(csv.reader(text.splitlines()), 1, None)


def _bar(row: list[str]) -> Bar:
    day, opening, high, low, close, volume = row
    return Bar(date.fromisoformat(day), float(opening), float(high), float(low), float(close), int(volume))


def _estimated_vix(closes: list[float]) -> list[float]:
    moves = [log(later / earlier) for earlier, later in pairwise(closes)]
    squares = [move * move for move in moves]
    found = [USUAL_VIX] * min(MONTH_OF_SESSIONS, len(closes))
    for end in range(MONTH_OF_SESSIONS, len(closes)):
        month = squares[end - MONTH_OF_SESSIONS : end]
        realised = 100 * sqrt(252 / MONTH_OF_SESSIONS * sum(month))
        found.append(round(min(max(1.1 * realised + 3.0, 9.0), 80.0), 2))
    return found
