"""Which strikes of an expiration exist, without the interest that is open in them."""

from bisect import bisect_left
from datetime import date

import numpy as np
from numpy.typing import NDArray

from shared.backtest import listing
from shared.backtest.history import History
from shared.backtest.listing import Product


def listed_between(history: History, product: Product, expiration: date, index: int, low: int, high: int) -> list[int]:
    """Return the strikes from low to high, in strike units, that lay near a close since the expiration was listed.

    Ascending, as of the morning of the session at this row of the history; empty where it is not listed then.
    """
    if expiration not in listing.expirations(history.days[index]):
        return []
    found: set[int] = set()
    for row in range(index, _first_row(history, expiration) - 1, -1):
        columns = around(history, product, row)
        begin, end = columns.searchsorted((low, high + 1))
        found.update(columns[begin:end].tolist())
        if len(found) > high - low:
            break
    return sorted(found)


def around(history: History, product: Product, row: int) -> NDArray[np.intp]:
    """Return the strikes listed on the morning of a session: those around the close before it."""
    level = history.bars[row - 1].close if row else history.bars[0].open
    return listing.strike_columns(product, level / product.divisor)


def _first_row(history: History, expiration: date) -> int:
    return bisect_left(history.days, listing.listed_from(expiration))
