"""The account of the paper broker: cash, holdings, and the orders of the day."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from shared.domain.options import CONTRACT_MULTIPLIER, Right, parse_option_symbol
from shared.domain.orders import BrokerOrder, Order
from shared.domain.values import SCHEMA_VERSION, Dollars, Value


class PaperOrder(Value):
    """An order at the paper broker: what was asked and how it stands."""

    order: Order
    status: BrokerOrder


class PaperAccount(Value):
    """Dollars of cash, signed contracts by OCC symbol, and the orders that are still remembered."""

    schema_version: int = SCHEMA_VERSION
    version: int = 0
    account_id: str
    cash: Dollars
    holdings: dict[str, int] = Field(default_factory=dict)
    orders: tuple[PaperOrder, ...] = ()
    next_order: int = 1


def requirement(holdings: dict[str, int]) -> Decimal:
    """Return the most the holdings can lose at expiration, in dollars, premiums aside.

    Each underlying's expiration is valued on its own at every strike and at zero: between strikes the worth is
    linear. Holdings that lose without limit above the highest strike need the worth at twice that strike.
    """
    groups: dict[tuple[str, date], dict[str, int]] = {}
    for option_symbol, contracts in holdings.items():
        contract = parse_option_symbol(option_symbol)
        groups.setdefault((contract.underlying, contract.expiration), {})[option_symbol] = contracts
    return sum((_worst(group) for group in groups.values()), Decimal(0))


def _worst(holdings: dict[str, int]) -> Decimal:
    strikes = [parse_option_symbol(symbol).strike for symbol in holdings]
    points = [Decimal(0), *strikes, 2 * max(strikes)]
    return max(-min(worth(holdings, at) for at in points), Decimal(0)) * CONTRACT_MULTIPLIER


def worth(holdings: dict[str, int], at: Decimal) -> Decimal:
    """Return what holdings of one underlying are worth at expiration at this price, per unit, short negative."""
    total = Decimal(0)
    for option_symbol, contracts in holdings.items():
        contract = parse_option_symbol(option_symbol)
        inside = at - contract.strike if contract.right is Right.CALL else contract.strike - at
        total += contracts * max(inside, Decimal(0))
    return total
