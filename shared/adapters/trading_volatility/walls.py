"""The walls, which the vendor does not deliver: strikes of the largest and the most negative net exposure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shared.domain.reference import StrikeExposure


class Walls(NamedTuple):
    """Strikes; None where no strike has exposure of that sign."""

    call_wall: Decimal | None
    put_wall: Decimal | None


NO_WALLS = Walls(None, None)


def walls_of(exposures: Sequence[StrikeExposure]) -> Walls:
    """Return the walls over all strikes, on net exposure (calls less puts)."""
    if not exposures:
        return NO_WALLS
    highest = max(exposures, key=lambda one: one.net_gex)
    lowest = min(exposures, key=lambda one: one.net_gex)
    return Walls(
        call_wall=highest.strike if highest.net_gex > 0 else None,
        put_wall=lowest.strike if lowest.net_gex < 0 else None,
    )
