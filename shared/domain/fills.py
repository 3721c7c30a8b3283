"""What changed hands of a position, when, and for how much: by the whole, and by each leg where that is known."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from shared.domain.options import CONTRACT_MULTIPLIER
from shared.domain.orders import BrokerLeg
from shared.domain.values import CENT, Dollars, Price, UtcTime, Value

DUST: Final = CENT / 2
"""By how much the legs may miss the whole: averages of several fills do not come out even."""


class FillKind(StrEnum):
    """How contracts came or went."""

    ENTRY = "ENTRY"
    EXIT = "EXIT"
    SETTLEMENT = "SETTLEMENT"
    BY_HAND = "BY_HAND"


class Fill(Value):
    """Contracts that one order, one settlement or one close by hand took on or gave up.

    ``cash`` is total dollars before fees, positive when it came in; ``leg_cash`` is the same by OCC symbol, None where
    only the price of the whole is known.
    """

    kind: FillKind
    at: UtcTime
    contracts: Annotated[int, Field(ge=1)]
    cash: Dollars
    fees: Price
    leg_cash: dict[str, Dollars] | None = None


def cash_by_leg(legs: Iterable[BrokerLeg], contracts: int, cash: Decimal) -> dict[str, Decimal] | None:
    """Return the dollars that each leg of an order brought, as the broker reports its average price."""
    found: dict[str, Decimal] = {}
    for leg in legs:
        if leg.fill_price is None:
            return None
        found[leg.option_symbol] = -leg.side.sign * leg.fill_price * CONTRACT_MULTIPLIER * contracts
    return agreeing(found, cash)


def agreeing(by_leg: Mapping[str, Decimal], cash: Decimal) -> dict[str, Decimal] | None:
    """Return the cash of the legs where it adds up to the whole; None where it does not, for then one of them lies."""
    return dict(by_leg) if by_leg and abs(sum(by_leg.values()) - cash) < DUST else None
