"""The expiration nearest to the target."""

from collections.abc import Iterable
from datetime import date


def choose_expiration(expirations: Iterable[date], today: date, dte_target: int, min_dte: int) -> date | None:
    """Return the listed expiration nearest to the target within half to one and a half times it.

    Of two equally near ones the earlier is taken; ``today`` is a New York date. None when none lies in the range.
    """
    within = [
        expiration
        for expiration in expirations
        if 2 * (days := (expiration - today).days) >= dte_target and 2 * days <= 3 * dte_target and days >= min_dte
    ]
    return min(within, key=lambda day: (abs((day - today).days - dte_target), day), default=None)
