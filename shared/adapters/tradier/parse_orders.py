"""Tradier's orders made into ours: contracts and prices come from the legs, signs from the cash."""

import json
from decimal import Decimal
from typing import Final

from shared.adapters.documents import Document, Record, parsing
from shared.adapters.tradier.envelope import TRADIER, rows_of
from shared.adapters.vendor_times import from_iso
from shared.domain.errors import MalformedReplyError
from shared.domain.orders import BrokerLeg, BrokerOrder, OrderSide, OrderStatus

_STATUS: Final = {
    "pending": OrderStatus.SUBMITTED,
    "submitted": OrderStatus.SUBMITTED,
    "accepted_for_bidding": OrderStatus.SUBMITTED,
    "held": OrderStatus.SUBMITTED,
    "open": OrderStatus.WORKING,
    "partially_filled": OrderStatus.PARTIALLY_FILLED,
    "filled": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "rejected": OrderStatus.REJECTED,
    "error": OrderStatus.REJECTED,
    "expired": OrderStatus.EXPIRED,
}
FACTS_SHOWN: Final = 2_000
"""How many characters of an unreadable order are shown."""
_SIDES: Final = tuple(side.value for side in OrderSide)


class _LegRow:
    """One leg as the broker counts it: its own contracts, filled ones, and their average price."""

    __slots__ = ("filled", "option_symbol", "price", "quantity", "side")

    def __init__(self, row: Record) -> None:
        self.option_symbol = row.text("option_symbol")
        self.side = OrderSide(row.text("side")) if row.raw("side") in _SIDES else _refused(row)
        self.quantity = row.whole("quantity")
        self.filled = row.whole("exec_quantity") if row.has("exec_quantity") else 0
        price = row.optional_number("avg_fill_price")
        if self.quantity < 1 or not 0 <= self.filled <= self.quantity:
            raise row.malformed("quantity" if self.quantity < 1 else "exec_quantity")
        if price is not None and price < 0:
            raise row.malformed("avg_fill_price")
        self.price = price if self.filled and price else None

    def told(self) -> BrokerLeg:
        return BrokerLeg(
            option_symbol=self.option_symbol, side=self.side, filled_contracts=self.filled, fill_price=self.price
        )


def parse_orders(document: Document) -> tuple[BrokerOrder, ...]:
    """Return all orders of an answer, in its order; one that cannot be read is told apart, the others stay readable.

    Raises:
        MalformedReplyError: an order without an id or a time, which nobody could tell apart.
    """
    return tuple(_told_apart(row) for row in rows_of(document, "orders", "order"))


def parse_order(document: Document) -> BrokerOrder:
    """Return the one order of an answer."""
    return _told_apart(Record.of(TRADIER, "", document).record("order"))


def _told_apart(row: Record) -> BrokerOrder:
    try:
        return _order(row)
    except MalformedReplyError as fault:
        facts = json.dumps(row.values, default=str, sort_keys=True)
        return BrokerOrder(
            order_id=row.name_of("id"),
            tag=row.text("tag") if row.has("tag") else None,
            status=OrderStatus.UNREADABLE,
            legs=(),
            contracts=0,
            filled_contracts=0,
            fill_price=None,
            limit_price=None,
            created_at=row.moment("create_date", from_iso),
            updated_at=row.moment("create_date", from_iso),
            reason=f"{fault}; the broker said: {facts[:FACTS_SHOWN]}",
        )


def _order(row: Record) -> BrokerOrder:
    match row.raw("class"):
        case "option":
            return _ours(row, (_LegRow(row),))
        case "multileg":
            return _ours(row, tuple(_LegRow(leg) for leg in row.rows("leg")))
        case _:
            return _foreign(row)


def _ours(row: Record, legs: tuple[_LegRow, ...]) -> BrokerOrder:
    """Read an order of the kinds this system sends; the parent's own quantities are sums and are not used."""
    if not legs:
        raise row.malformed("leg")
    contracts = min(leg.quantity for leg in legs)
    filled = min(leg.filled * contracts // leg.quantity for leg in legs)
    return _told(row, tuple(leg.told() for leg in legs), contracts, filled, _cash(legs, contracts) if filled else None)


def _cash(legs: tuple[_LegRow, ...], contracts: int) -> Decimal | None:
    """Return the premium per unit, positive when paid to us; None until every leg has its price."""
    total = Decimal(0)
    for leg in legs:
        if leg.price is None:
            return None
        total -= leg.side.sign * leg.price * leg.quantity / contracts
    return total


def _foreign(row: Record) -> BrokerOrder:
    """Read an order of a kind this system never sends, far enough to know that it is there."""
    options = [leg for leg in row.rows("leg") if leg.has("option_symbol") and leg.raw("side") in _SIDES]
    legs = tuple(_LegRow(leg) for leg in options)
    contracts = min((leg.quantity for leg in legs), default=0)
    return _told(row, tuple(leg.told() for leg in legs), contracts, 0, None)


def _told(
    row: Record, legs: tuple[BrokerLeg, ...], contracts: int, filled: int, fill_price: Decimal | None
) -> BrokerOrder:
    created = row.moment("create_date", from_iso)
    status = _STATUS.get(row.text("status"))
    if status is None:
        raise row.malformed("status")
    if status is OrderStatus.WORKING and filled:
        status = OrderStatus.PARTIALLY_FILLED
    with parsing(TRADIER, row.path):
        return BrokerOrder(
            order_id=row.name_of("id"),
            tag=row.text("tag") if row.has("tag") else None,
            status=status,
            legs=legs,
            contracts=contracts,
            filled_contracts=filled,
            fill_price=fill_price,
            limit_price=row.optional_number("price"),
            created_at=created,
            updated_at=row.optional_moment("transaction_date", from_iso) or created,
            reason=row.text("reason_description") if row.has("reason_description") else None,
        )


def _refused(row: Record) -> OrderSide:
    raise row.malformed("side")
