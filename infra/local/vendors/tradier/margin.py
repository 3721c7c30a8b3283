"""What positions and orders bind: the largest loss at expiration, an expiration at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from infra.local.vendors.occ import Contract, contract_of
from infra.local.vendors.tradier.order import CONTRACT_MULTIPLIER, ZERO, Order

Quantities = Mapping[str, int]


def requirement(quantities: Quantities) -> Decimal | None:
    """Return the dollars that option positions bind, premiums aside; None where a loss has no bound.

    A vertical binds its width ×100, a condor its wider wing, a put its strike: the least payoff at expiration, which
    lies at zero, at a strike, or beyond the last. Shares cover short calls one for one.
    """
    by_expiration: dict[tuple[str, date], list[tuple[Contract, int]]] = defaultdict(list)
    shares: dict[str, int] = {}
    for symbol, quantity in quantities.items():
        contract = contract_of(symbol)
        if contract is None:
            shares[symbol] = quantity
        elif quantity:
            by_expiration[contract.underlying, contract.expiration].append((contract, quantity))
    total = ZERO
    for (underlying, _), held in by_expiration.items():
        uncovered = _slope_above(held) + max(0, shares.get(underlying, 0)) // CONTRACT_MULTIPLIER
        if uncovered < 0:
            return None
        total += _largest_loss(held)
    return total


def _slope_above(held: Iterable[tuple[Contract, int]]) -> int:
    return sum(quantity for contract, quantity in held if contract.is_call)


def _largest_loss(held: list[tuple[Contract, int]]) -> Decimal:
    levels = {0.0, *(contract.strike for contract, _ in held)}
    least = min(sum(quantity * _payoff(contract, level) for contract, quantity in held) for level in levels)
    return Decimal(str(round(max(0.0, -least) * CONTRACT_MULTIPLIER, 2)))


def _payoff(contract: Contract, level: float) -> float:
    return max(0.0, level - contract.strike if contract.is_call else contract.strike - level)


def with_order(quantities: Quantities, order: Order) -> dict[str, int]:
    """Return the quantities as they would be were the rest of an order filled."""
    after = dict(quantities)
    for leg in order.legs:
        after[leg.symbol] = after.get(leg.symbol, 0) + leg.side.sign * (leg.quantity - leg.filled)
    return after
