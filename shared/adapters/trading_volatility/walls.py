"""The walls, which the vendor does not deliver: strikes of the largest and the most negative net exposure.

The curve is the longest list of a minute, so it is read by columns, and row by row only where one is no number.
"""

from decimal import Decimal
from typing import Any, Final, NamedTuple

from shared.adapters.documents import MOST_DIGITS, Record, decimal_of
from shared.domain.errors import MalformedReplyError
from shared.domain.reference import StrikeExposures

STRIKE: Final = "strike"
NUMBERS: Final = frozenset({int, float})
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
        call_wall=Decimal(str(strikes[dollars.index(highest)])) if highest > 0 else None,
        put_wall=Decimal(str(strikes[dollars.index(lowest)])) if lowest < 0 else None,
    )


def exposures_of(curve: Record, name: str, net: str) -> StrikeExposures:
    """Read the rows of a curve, whose exposure stands in the field ``net``; empty rows occur and are left out.

    Raises:
        MalformedReplyError: a row is no object, or its strike or exposure cannot be read.
    """
    rows = curve.listed(name)
    return _of_numbers(rows, net) or _row_by_row(curve, name, rows, net)


def _of_numbers(rows: list[Any], net: str) -> StrikeExposures | None:
    """Return a curve that is all numbers, as nearly every one is; None where its rows must be looked at."""
    try:
        strikes, dollars = [row[STRIKE] for row in rows], [row[net] for row in rows]
    except (LookupError, TypeError):
        return None
    if not rows or not NUMBERS.issuperset(map(type, strikes)) or not NUMBERS.issuperset(map(type, dollars)):
        return None
    if min(strikes) < 0 or max(strikes) >= LARGEST or min(dollars) <= -LARGEST or max(dollars) >= LARGEST:
        return None
    return StrikeExposures(tuple(strikes), tuple(dollars))


def _row_by_row(curve: Record, name: str, rows: list[Any], net: str) -> StrikeExposures:
    strikes, dollars = [], []
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            raise MalformedReplyError(curve.source, f"{curve.at(name)}[{place}]", row)
        if not row:
            continue
        strike, exposure = _number(row.get(STRIKE)), _number(row.get(net))
        if strike is None or strike < 0 or exposure is None:
            field = net if strike is not None and strike >= 0 else STRIKE
            raise MalformedReplyError(curve.source, f"{curve.at(name)}[{place}].{field}", row.get(field))
        strikes.append(strike)
        dollars.append(exposure)
    return StrikeExposures(tuple(strikes), tuple(dollars))


def _number(value: object) -> float | None:
    number = decimal_of(repr(value) if type(value) is float else value)
    return None if number is None else float(number)
