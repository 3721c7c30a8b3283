"""An order and its legs, as the broker keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from infra.local.vendors.faults import Fault, FaultKind
from infra.local.vendors.occ import contract_of

CONTRACT_MULTIPLIER: Final = 100
ZERO: Final = Decimal(0)


class Status(StrEnum):
    """Tradier's words for the states of an order; *canceled* has one l."""

    PENDING = "pending"
    OPEN = "open"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    EXPIRED = "expired"
    CANCELED = "canceled"
    REJECTED = "rejected"
    ERROR = "error"


FINAL: Final = frozenset({Status.FILLED, Status.EXPIRED, Status.CANCELED, Status.REJECTED, Status.ERROR})


class OrderClass(StrEnum):
    """What kind of thing is ordered."""

    EQUITY = "equity"
    OPTION = "option"
    MULTILEG = "multileg"


class Side(StrEnum):
    """What a leg does, shares first."""

    BUY = "buy"
    BUY_TO_COVER = "buy_to_cover"
    SELL = "sell"
    SELL_SHORT = "sell_short"
    BUY_TO_OPEN = "buy_to_open"
    BUY_TO_CLOSE = "buy_to_close"
    SELL_TO_OPEN = "sell_to_open"
    SELL_TO_CLOSE = "sell_to_close"

    @property
    def sign(self) -> int:
        """+1 buys, -1 sells."""
        return 1 if self.startswith("buy") else -1

    @property
    def opens(self) -> bool:
        """Whether the side makes or enlarges a position."""
        return self in (Side.BUY, Side.SELL_SHORT, Side.BUY_TO_OPEN, Side.SELL_TO_OPEN)


EQUITY_SIDES: Final = frozenset({Side.BUY, Side.BUY_TO_COVER, Side.SELL, Side.SELL_SHORT})
OPTION_SIDES: Final = frozenset(Side) - EQUITY_SIDES


@dataclass(slots=True)
class Leg:
    """One contract of an order; quantities are contracts or shares of the whole order."""

    id: int
    symbol: str
    side: Side
    quantity: int
    filled: int = 0
    average: Decimal = ZERO
    last_price: Decimal = ZERO
    last_quantity: int = 0

    @property
    def multiplier(self) -> int:
        """Shares a unit stands for."""
        return CONTRACT_MULTIPLIER if contract_of(self.symbol) else 1

    def fill(self, quantity: int, price: Decimal) -> None:
        """Add a fill."""
        self.average = (self.average * self.filled + price * quantity) / (self.filled + quantity)
        self.filled += quantity
        self.last_price, self.last_quantity = price, quantity


@dataclass(slots=True)
class Order:
    """One order; a single contract is an order of one leg that shares its id."""

    id: int
    order_class: OrderClass
    type: str
    symbol: str
    duration: str
    legs: list[Leg]
    created_at: datetime
    changed_at: datetime
    status: Status
    price: Decimal | None = None
    stop: Decimal | None = None
    tag: str | None = None
    strategy: str = "unknown"
    reason: str | None = None
    working_since: datetime | None = None
    arrived: bool = False
    triggered: bool = False
    spreads_filled: int = 0
    last_spreads: int = 0
    cancel_at: datetime | None = None
    part_filled_at: datetime | None = None
    filled_at: datetime | None = None
    faults: dict[FaultKind, Fault] = field(default_factory=dict)
    reads: int = 0

    @property
    def is_final(self) -> bool:
        """Whether the order has ended."""
        return self.status in FINAL

    @property
    def spreads(self) -> int:
        """How many of the smallest unit are ordered."""
        return min(leg.quantity for leg in self.legs)

    @property
    def open_spreads(self) -> int:
        """How many units are not filled."""
        return self.spreads - self.spreads_filled

    @property
    def package_average(self) -> Decimal:
        """Average fill price of a unit: a debit is positive, a credit negative."""
        if not self.spreads_filled:
            return ZERO
        total = sum((leg.side.sign * leg.average * leg.filled for leg in self.legs), ZERO)
        return total / self.spreads_filled

    def limit(self) -> Decimal | None:
        """Return what the order pays at most for a unit, negative what it must receive at least; None: anything."""
        match self.type:
            case "market" | "stop":
                return None
            case "even":
                return ZERO
            case "credit":
                return None if self.price is None else -self.price
            case "debit":
                return self.price
            case _:
                return None if self.price is None else self.price * self.legs[0].side.sign

    def fault(self, kind: FaultKind) -> Fault | None:
        """Return the fault of this kind that sticks to the order."""
        return self.faults.get(kind)


def strategy_of(legs: Sequence[Leg]) -> str:
    """Return Tradier's label for a combination of options; a label only."""
    contracts = [contract for leg in legs if (contract := contract_of(leg.symbol))]
    rights = {contract.is_call for contract in contracts}
    match len(contracts):
        case 2:
            return "spread" if len(rights) == 1 else "strangle"
        case 3:
            return "butterfly" if len(rights) == 1 else "unknown"
        case 4:
            return "condor" if len({contract.strike for contract in contracts}) == 4 else "iron butterfly"
        case _:
            return "unknown"
