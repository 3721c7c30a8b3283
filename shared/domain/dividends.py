"""When an underlying's holders of record are fixed: the days over which a short leg in the money is exercised early."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from shared.domain.sessions import monthly_expiration

DIVIDEND_MONTHS: Final[Mapping[str, tuple[int, ...]]] = {"SPY": (3, 6, 9, 12)}
"""SPY goes ex-dividend on the third Friday of the last month of each quarter, as its trust's schedule has it."""


def ex_dividend_dates(underlying: str, year: int, given: Mapping[str, tuple[date, ...]]) -> tuple[date, ...]:
    """Return the ex-dividend dates of a year; dates that the user gives for an underlying replace the schedule.

    An empty list means none; one that has run out, without any date of this year, replaces nothing.
    """
    of_year = [day for day in given.get(underlying, ()) if day.year == year]
    if of_year or given.get(underlying) == ():
        return tuple(of_year)
    return tuple(monthly_expiration(year, month) for month in DIVIDEND_MONTHS.get(underlying, ()))
