"""Open interest that remembers the path: each day's growth lies around its own spot until expiration.

That memory is what makes gamma exposure change sign: after a fall the puts lie above the spot's old
neighbourhood and the calls far above it. The interest of a morning rests on the closes before it, never on
the day itself.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from math import exp
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.backtest import listing
from shared.backtest.history import History
from shared.backtest.listing import ExpirationKind, Product
from shared.backtest.surface import CALENDAR_DAYS_PER_YEAR, FloatArray


class Growth(NamedTuple):
    """SPX calls open at expiration, and the days over which that interest is built up (by a factor of e)."""

    calls: float
    days: float


class Bump(NamedTuple):
    """Where a day's new interest lies, in standard deviations of the spot to expiration."""

    middle: float
    width: float


GROWTH: Final = {
    ExpirationKind.QUARTERLY: Growth(calls=1_500_000, days=140),
    ExpirationKind.MONTHLY: Growth(calls=700_000, days=70),
    ExpirationKind.WEEKLY: Growth(calls=170_000, days=17),
}
PUTS_PER_CALL: Final = 1.8
CALLS: Final = Bump(middle=0.7, width=0.8)
PUTS: Final = Bump(middle=-1.5, width=1.2)
VOLATILITY_OF_VIX: Final = 0.88
FEWEST_DAYS: Final = 3
ROUND_STRIKES: Final = ((500, 2.5), (100, 1.5), (50, 1.0), (25, 0.7))
OTHER_STRIKES: Final = 0.25

KEPT_DAYS: Final = 4
CHECKPOINT_SESSIONS: Final = 50


@dataclass(frozen=True)
class OpenBook:
    """What is listed and open on the morning of one day: a row an expiration, a column a strike.

    Column j is the strike j·strike_unit; ``calls`` and ``puts`` are contracts (fractions kept), ``listed``
    says which strikes exist, including those whose neighbourhood the spot has left.
    """

    day: date
    expirations: tuple[date, ...]
    listed: NDArray[np.bool_]
    calls: FloatArray
    puts: FloatArray

    def row(self, expiration: date) -> int | None:
        """Return the row of an expiration, or None where it is not listed."""
        try:
            return self.expirations.index(expiration)
        except ValueError:
            return None


class OpenInterest:
    """The books of one underlying, rolled forward a session at a time from the start of a history."""

    def __init__(self, history: History, product: Product) -> None:
        """Take the history whose closes the interest follows."""
        self._history = history
        self._product = product
        self._books: OrderedDict[int, OpenBook] = OrderedDict()
        self._checkpoints: dict[int, OpenBook] = {}

    def on(self, index: int) -> OpenBook:
        """Return the book on the morning of the session at this row of the history."""
        known = self._books.get(index)
        if known is not None:
            return known
        book = self._rolled(index) if self._books else self._rolled_at_once(index)
        self._books[index] = book
        while len(self._books) > KEPT_DAYS:
            self._books.popitem(last=False)
        return book

    def _rolled(self, index: int) -> OpenBook:
        """Roll on from the nearest book before, leaving books on the way for whoever goes back."""
        start = max((key for key in (*self._books, *self._checkpoints) if key <= index), default=None)
        book = self._first() if start is None else self._books.get(start) or self._checkpoints[start]
        for row in range((start or 0) + 1, index + 1):
            book = self._next(book, row)
            if row % CHECKPOINT_SESSIONS == 0:
                self._checkpoints.setdefault(row, book)
        return book

    def _rolled_at_once(self, index: int) -> OpenBook:
        """Roll from the start with only the expirations that are left in the end: none asks for another's interest."""
        until = self._history.days[index]
        book = self._first(until)
        for row in range(1, index + 1):
            book = self._next(book, row, until)
        return book

    def _first(self, until: date = date.min) -> OpenBook:
        """Nothing is open when the history begins; strikes are listed around its first open."""
        first = self._history.bars[0]
        columns = listing.strike_columns(self._product, first.open / self._product.divisor)
        expirations = _lasting(first.day, until)
        listed = np.zeros((len(expirations), int(columns[-1]) + 1), dtype=bool)
        listed[:, columns] = True
        nothing = np.zeros(listed.shape)
        return OpenBook(first.day, expirations, listed, nothing, nothing)

    def _next(self, book: OpenBook, index: int, until: date = date.min) -> OpenBook:
        """Roll a book to the next morning by the close of its own day.

        Interest is wanted at every multiple of the strike unit and goes to the nearest strike listed, so that an
        uneven grid does not move it.
        """
        close = self._history.bars[index - 1].close / self._product.divisor
        vix = self._history.vix_closes[index - 1]
        columns = listing.strike_columns(self._product, close)
        moved = _moved(book, self._history.days[index], int(columns[-1]) + 1, until)
        if not moved.expirations:
            return moved
        moved.listed[:, columns] = True
        grown = np.array([self._growth(book, moved.day, expiration) for expiration in moved.expirations])
        days = np.array([max((e - moved.day).days, FEWEST_DAYS) for e in moved.expirations])
        deviations = vix / 100 * VOLATILITY_OF_VIX * np.sqrt(days / CALENDAR_DAYS_PER_YEAR)
        fine = np.arange(columns[0], columns[-1] + 1)
        distance = np.log(fine * (self._product.strike_unit / close)) / deviations[:, None]
        roundness = _roundness(fine * self._product.strike_unit * self._product.divisor)
        first_nearest = (columns[:-1] + columns[1:]) // 2 + 1 - columns[0]
        groups = np.concatenate(([0], first_nearest))
        for side, bump, ratio in ((moved.calls, CALLS, 1.0), (moved.puts, PUTS, PUTS_PER_CALL)):
            wanted = ratio * grown[:, None] * _spread(distance, bump, roundness)
            side[:, columns] += np.add.reduceat(wanted, groups, axis=1)
        return moved

    def _growth(self, book: OpenBook, day: date, expiration: date) -> float:
        """Return the calls to add to an expiration between two mornings; all of them where it is new."""
        rule = GROWTH[listing.kind(expiration)]
        target = exp(-(expiration - day).days / rule.days)
        is_old = expiration in book.expirations and book.day != self._history.days[0]
        before = exp(-(expiration - book.day).days / rule.days) if is_old else 0.0
        return rule.calls * (target - before) * self._product.interest


def _lasting(day: date, until: date) -> tuple[date, ...]:
    """Return the expirations of a day that are not over on a later one."""
    return tuple(expiration for expiration in listing.expirations(day) if expiration >= until)


def _moved(book: OpenBook, day: date, columns: int, until: date) -> OpenBook:
    """Copy a book to a later day: expired rows dropped, newly listed ones empty."""
    expirations = _lasting(day, until)
    width = max(columns, book.listed.shape[1])
    kept = [(new, book.row(expiration)) for new, expiration in enumerate(expirations)]
    pairs = [(new, old) for new, old in kept if old is not None]
    to_rows, from_rows = [new for new, _ in pairs], [old for _, old in pairs]
    listed = np.zeros((len(expirations), width), dtype=bool)
    calls, puts = np.zeros(listed.shape), np.zeros(listed.shape)
    for target, source in ((listed, book.listed), (calls, book.calls), (puts, book.puts)):
        target[to_rows, : source.shape[1]] = source[from_rows]
    return OpenBook(day, expirations, listed, calls, puts)


def _spread(distance: FloatArray, bump: Bump, roundness: FloatArray) -> FloatArray:
    weights = np.exp(-0.5 * ((distance - bump.middle) / bump.width) ** 2) * roundness
    share: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    return share


def _roundness(index_strikes: NDArray[np.intp]) -> FloatArray:
    """Weigh strikes, in index points, by how round they are."""
    weights = np.full(len(index_strikes), OTHER_STRIKES)
    for multiple, weight in reversed(ROUND_STRIKES):
        weights[index_strikes % multiple == 0] = weight
    return weights
