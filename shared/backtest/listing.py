"""What is listed: expirations and strikes of SPX and SPY, and the OCC symbols that name them."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple, assert_never

import numpy as np
from numpy.typing import NDArray

from shared.domain.sessions import is_session, is_third_friday, previous_session, third_friday

WEEKLIES_FOR: Final = timedelta(weeks=10)
MONTHLIES_FOR: Final = timedelta(days=365)
QUARTERLIES_FOR: Final = timedelta(days=730)
QUARTER_MONTHS: Final = frozenset({3, 6, 9, 12})

LOWEST_STRIKE: Final = 0.50
HIGHEST_STRIKE: Final = 1.35

_FRIDAY: Final = 4
_WEEK: Final = timedelta(weeks=1)
_SHORTEST_MONTH: Final = timedelta(days=28)
_MONTHS: Final = 12


class ExpirationKind(StrEnum):
    """How much interest an expiration draws."""

    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    WEEKLY = "weekly"


class StrikeBand(NamedTuple):
    """Inside this share of the spot, strikes are a multiple of step."""

    within: float
    step: int


class Product(NamedTuple):
    """An underlying with listed options.

    ``divisor`` is index points a unit of spot, ``root`` the PM-settled root, ``am_root`` the one beside it on
    standard expirations that settles in the morning, ``interest`` its open interest in terms of SPX's.
    """

    underlying: str
    divisor: int
    root: str
    am_root: str | None
    strike_unit: int
    bands: tuple[StrikeBand, ...]
    interest: float


SPY_INTEREST: Final = 10 / 3.6
"""SPY contracts open for each of SPX's.

A SPY contract carries a tenth of an SPX contract's exposure; this makes SPX's net exposure 3.6 times
SPY's, the ratio that a vendor published for one and the same moment.
"""

SPX: Final = Product(
    underlying="SPX",
    divisor=1,
    root="SPXW",
    am_root="SPX",
    strike_unit=5,
    bands=(StrikeBand(0.05, 5), StrikeBand(0.15, 25), StrikeBand(1.0, 50)),
    interest=1.0,
)
SPY: Final = Product(
    underlying="SPY",
    divisor=10,
    root="SPY",
    am_root=None,
    strike_unit=1,
    bands=(StrikeBand(1.0, 1),),
    interest=SPY_INTEREST,
)
PRODUCTS: Final = {product.underlying: product for product in (SPX, SPY)}


@lru_cache(maxsize=4096)
def expirations(on: date) -> tuple[date, ...]:
    """Return the expirations listed on a day, ascending, the day's own included.

    All Fridays of ten weeks, the third Fridays of a year, those of the quarters of two years; a Friday on
    which the exchange is closed expires on the session before.
    """
    return tuple(last for first, last in _listed_by(_friday_of(on)) if first <= on <= last)


@lru_cache(maxsize=1024)
def _listed_by(friday: date) -> tuple[tuple[date, date], ...]:
    """Return the first day and the expiration of all that is listed in the week up to a Friday."""
    weeklies = (friday + weeks * _WEEK for weeks in range(WEEKLIES_FOR // _WEEK + 1))
    standards = (later for later in _third_fridays(friday) if later >= friday)
    listed = (
        (later - ahead, expiration)
        for later in sorted({*weeklies, *standards})
        for ahead, expiration in (_friday(later),)
    )
    return tuple((first, expiration) for first, expiration in listed if first <= friday)


def _third_fridays(day: date) -> Iterator[date]:
    """Yield those of the month of a day and of all months whose options may be listed by then."""
    for ahead in range(QUARTERLIES_FOR // _SHORTEST_MONTH):
        years, month = divmod(day.month - 1 + ahead, _MONTHS)
        yield third_friday(day.year + years, month + 1)


@lru_cache(maxsize=8192)
def _friday(friday: date) -> tuple[timedelta, date]:
    """Return how long before a Friday its expiration is listed, and the expiration."""
    return _reach(_kind_of_friday(friday)), friday if is_session(friday) else previous_session(friday)


@lru_cache(maxsize=4096)
def kind(expiration: date) -> ExpirationKind:
    """Return the kind of an expiration, on a Friday or on the session before a closed one."""
    return _kind_of_friday(_friday_of(expiration))


def listed_from(expiration: date) -> date:
    """Return the first day on which an expiration is listed."""
    return _friday_of(expiration) - _reach(kind(expiration))


def is_standard(expiration: date) -> bool:
    """Tell whether an expiration is a standard monthly one (which lists the AM-settled root too)."""
    return kind(expiration) is not ExpirationKind.WEEKLY


def columns_in_reach(product: Product, spot: float) -> range:
    """Return all multiples of the strike unit, in units, among which strikes are listed at a spot."""
    unit = product.strike_unit
    return range(int(LOWEST_STRIKE * spot / unit), int(HIGHEST_STRIKE * spot / unit) + 2)


@lru_cache(maxsize=8192)
def strike_columns(product: Product, spot: float) -> NDArray[np.intp]:
    """Return the strikes listed at a spot, ascending, in units of the product's strike_unit."""
    unit = product.strike_unit
    reach = columns_in_reach(product, spot)
    columns = np.arange(reach.start, reach.stop)
    distance = np.abs(columns * (unit / spot) - 1.0)
    listed = np.zeros(len(columns), dtype=bool)
    nearest = -1.0
    for band in product.bands:
        inside = (distance > nearest) & (distance <= band.within)
        listed |= inside & (columns % (band.step // unit) == 0)
        nearest = band.within
    return columns[listed]


@lru_cache(maxsize=4096)
def symbol_prefix(root: str, expiration: date) -> str:
    """Return the part of an OCC symbol that all contracts of an expiration share."""
    return f"{root}{expiration:%y%m%d}"


def _reach(of: ExpirationKind) -> timedelta:
    match of:
        case ExpirationKind.QUARTERLY:
            return QUARTERLIES_FOR
        case ExpirationKind.MONTHLY:
            return MONTHLIES_FOR
        case ExpirationKind.WEEKLY:
            return WEEKLIES_FOR
        case _:
            assert_never(of)


def _kind_of_friday(friday: date) -> ExpirationKind:
    if not is_third_friday(friday):
        return ExpirationKind.WEEKLY
    return ExpirationKind.QUARTERLY if friday.month in QUARTER_MONTHS else ExpirationKind.MONTHLY


def _friday_of(expiration: date) -> date:
    return expiration + timedelta(days=(_FRIDAY - expiration.weekday()) % 7)
