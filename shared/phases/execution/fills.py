"""What an order, or a plan that nobody can follow any more, makes of the fills of a position."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from shared.domain.config import Fees
from shared.domain.fills import Fill, FillKind, cash_by_leg
from shared.domain.options import CONTRACT_MULTIPLIER
from shared.domain.orders import BrokerLeg
from shared.domain.package import one_way_fees
from shared.domain.positions import Position, premium_dollars


def planned_fill(position: Position, contracts: int, at: datetime) -> Fill:
    """Return the entry of contracts whose price nobody tells any more: at the planned one, its legs unknown."""
    premium = premium_dollars(position.entry_price, contracts)
    return Fill(
        kind=FillKind.ENTRY,
        at=at,
        contracts=contracts,
        cash=premium if position.strategy.is_credit else -premium,
        fees=position.entry_fees * contracts / position.contracts,
    )


def exit_fill(
    position: Position, contracts: int, fill_price: Decimal, filled_at: datetime, fees: Fees, legs: Iterable[BrokerLeg]
) -> Fill:
    """Return what an exit's order closed; ``fill_price`` is dollars per unit by cash."""
    each_way = one_way_fees(position.underlying, len(position.legs), fees)
    return order_fill(FillKind.EXIT, filled_at, contracts, fill_price, each_way * contracts, legs)


def order_fill(
    kind: FillKind, at: datetime, contracts: int, fill_price: Decimal, fees: Decimal, legs: Iterable[BrokerLeg]
) -> Fill:
    """Return what an order did: ``fill_price`` is dollars per unit by cash, ``fees`` total dollars."""
    cash = fill_price * CONTRACT_MULTIPLIER * contracts
    by_leg = cash_by_leg(legs, contracts, cash)
    return Fill(kind=kind, at=at, contracts=contracts, cash=cash, fees=fees, leg_cash=by_leg)
