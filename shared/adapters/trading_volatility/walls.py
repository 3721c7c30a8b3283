"""The walls, which the vendor does not deliver: strikes of the largest and the most negative net exposure.

The curve is the longest list of a minute, so its rows are read in place and paths are made only for errors.
"""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Final, NamedTuple

from shared.adapters.documents import Record, decimal_of
from shared.domain.errors import MalformedReplyError
from shared.domain.reference import StrikeExposure

STRIKE: Final = "strike"
_NET_GEX: Final = attrgetter("net_gex")


class Walls(NamedTuple):
    """Strikes; None where no strike has exposure of that sign."""

    call_wall: Decimal | None
    put_wall: Decimal | None


NO_WALLS = Walls(None, None)


def walls_of(exposures: Sequence[StrikeExposure]) -> Walls:
    """Return the walls over all strikes, on net exposure (calls less puts)."""
    if not exposures:
        return NO_WALLS
    highest, lowest = max(exposures, key=_NET_GEX), min(exposures, key=_NET_GEX)
    return Walls(
        call_wall=highest.strike if highest.net_gex > 0 else None,
        put_wall=lowest.strike if lowest.net_gex < 0 else None,
    )


def exposures_of(curve: Record, name: str, net: str) -> tuple[StrikeExposure, ...]:
    """Read the rows of a curve, whose exposure stands in the field ``net``; empty rows occur and are left out.

    Raises:
        MalformedReplyError: a row is no object, or its strike or exposure cannot be read.
    """
    exposures = []
    for place, row in enumerate(curve.listed(name)):
        if not isinstance(row, dict):
            raise MalformedReplyError(curve.source, f"{curve.at(name)}[{place}]", row)
        if not row:
            continue
        strike, exposure = decimal_of(row.get(STRIKE)), decimal_of(row.get(net))
        if strike is None or strike < 0 or exposure is None:
            field = net if strike is not None and strike >= 0 else STRIKE
            raise MalformedReplyError(curve.source, f"{curve.at(name)}[{place}].{field}", row.get(field))
        exposures.append(StrikeExposure(strike, exposure))
    return tuple(exposures)
