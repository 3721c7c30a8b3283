"""What an account holds, and what it has lived through."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from infra.local.vendors.occ import contract_of
from infra.local.vendors.options import AccountSpec, AccountType
from infra.local.vendors.tradier.order import CONTRACT_MULTIPLIER, ZERO, Order

FIRST_POSITION_ID: Final = 130_089


class UnknownAccountError(Exception):
    """No such account; the message is its number."""


@dataclass(slots=True)
class Holding:
    """All contracts or shares of one symbol, merged; cost is signed and total, ×100 included."""

    id: int
    symbol: str
    quantity: int
    cost: Decimal
    acquired_at: datetime
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ClosedLot:
    """What was closed of a holding."""

    symbol: str
    quantity: int
    cost: Decimal
    proceeds: Decimal
    opened_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """A row of the account's history."""

    at: datetime
    type: str
    amount: Decimal
    detail: dict[str, Any]


@dataclass(slots=True)
class Book:
    """One account: cash, holdings, orders, and everything that ever happened, in order."""

    spec: AccountSpec
    cash: Decimal
    type: AccountType
    holdings: dict[str, Holding] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    closed: list[ClosedLot] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    journal: list[dict[str, Any]] = field(default_factory=list)
    _position_ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(FIRST_POSITION_ID))

    @classmethod
    def opened(cls, spec: AccountSpec) -> "Book":
        """Open the account."""
        return cls(spec, spec.cash, spec.type)

    def held(self, symbol: str) -> int:
        """Return the signed quantity of a symbol."""
        holding = self.holdings.get(symbol)
        return 0 if holding is None else holding.quantity

    def live(self) -> list[Order]:
        """Return the orders that have not ended, oldest first."""
        return [order for order in self.orders.values() if not order.is_final]

    def trade(self, symbol: str, quantity: int, price: Decimal, at: datetime, commission: Decimal = ZERO) -> None:
        """Book a signed quantity at a price, cash included, and write it into the history."""
        multiplier = CONTRACT_MULTIPLIER if contract_of(symbol) else 1
        amount = -price * quantity * multiplier - commission
        self.cash += amount
        self.move(symbol, quantity, price, at)
        detail = {
            "commission": commission,
            "description": symbol,
            "price": price,
            "quantity": Decimal(quantity),
            "symbol": symbol,
            "trade_type": "Option" if multiplier > 1 else "Equity",
        }
        self.happenings.append(Happening(at, "trade", amount, detail))

    def move(self, symbol: str, quantity: int, price: Decimal, at: datetime) -> None:
        """Change a holding without touching cash."""
        multiplier = CONTRACT_MULTIPLIER if contract_of(symbol) else 1
        holding = self.holdings.get(symbol)
        if holding is None:
            holding = self.holdings[symbol] = Holding(next(self._position_ids), symbol, 0, ZERO, at, at)
        closing = 0
        if holding.quantity * quantity < 0:
            closing = min(abs(holding.quantity), abs(quantity)) * (1 if holding.quantity > 0 else -1)
            self._close(holding, closing, price * multiplier, at)
        opening = quantity + closing
        if opening:
            holding.opened_at = at if holding.quantity == 0 else holding.opened_at
            holding.cost += price * opening * multiplier
            holding.quantity += opening
        holding.acquired_at = at
        if holding.quantity == 0:
            del self.holdings[symbol]

    def _close(self, holding: Holding, quantity: int, value: Decimal, at: datetime) -> None:
        """Take a signed quantity out of a holding, at a value a unit."""
        cost = holding.cost * quantity / holding.quantity
        bought, sold = (cost, value * quantity) if quantity > 0 else (-value * quantity, -cost)
        self.closed.append(ClosedLot(holding.symbol, quantity, bought, sold, holding.opened_at, at))
        holding.cost -= cost
        holding.quantity -= quantity

    def note(self, event: str, at: datetime, **detail: Any) -> None:  # noqa: ANN401
        """Write into the journal, which only the control endpoint shows."""
        self.journal.append({"event": event, "at": at.isoformat(), **detail})
