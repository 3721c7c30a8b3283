"""The walls, which the vendor does not deliver: strikes of the largest and the most negative net exposure.

The curve is the longest list of a minute, so its rows are read in place and paths are made only for errors.
"""

from decimal import Decimal
from typing import Final, NamedTuple

from shared.adapters.documents import MOST_DIGITS, Record, decimal_of
from shared.domain.errors import MalformedReplyError
from shared.domain.reference import StrikeExposures

STRIKE: Final = "strike"
LARGEST: Final = 10**MOST_DIGITS


class Walls(NamedTuple):
    """Strikes; None where no strike has exposure of that sign."""

    call_wall: Decimal | None
    put_wall: Decimal | None


NO_WALLS = Walls(None, None)


def walls_of(exposures: StrikeExposures) -> Walls:
    """Return the walls over all strikes, on net exposure (calls less puts)."""
    strikes, dollars = exposures
    if not strikes:
        return NO_WALLS
    highest, lowest = max(dollars), min(dollars)
    return Walls(
        call_wall=strikes[dollars.index(highest)] if highest > 0 else None,
        put_wall=strikes[dollars.index(lowest)] if lowest < 0 else None,
    )


def exposures_of(curve: Record, name: str, net: str) -> StrikeExposures:
    """Read the rows of a curve, whose exposure stands in the field ``net``; empty rows occur and are left out.

    Raises:
        MalformedReplyError: a row is no object, or its strike or exposure cannot be read.
    """
    strikes, dollars = [], []
    for place, row in enumerate(curve.listed(name)):
        if not isinstance(row, dict):
            raise MalformedReplyError(curve.source, f"{curve.at(name)}[{place}]", row)
        if not row:
            continue
        strike, exposure = _strike(row.get(STRIKE)), _dollars(row.get(net))
        if strike is None or exposure is None:
            field = STRIKE if strike is None else net
            raise MalformedReplyError(curve.source, f"{curve.at(name)}[{place}].{field}", row.get(field))
        strikes.append(strike)
        dollars.append(exposure)
    return StrikeExposures(tuple(strikes), tuple(dollars))


def _strike(value: object) -> Decimal | None:
    if type(value) is int or type(value) is float:
        return Decimal(value if type(value) is int else repr(value)) if 0 <= value < LARGEST else None
    strike = decimal_of(value)
    return strike if strike is not None and strike >= 0 else None


def _dollars(value: object) -> float | None:
    if type(value) is float:
        return value if -LARGEST < value < LARGEST else None
    dollars = decimal_of(value)
    return None if dollars is None else float(dollars)
