"""The accounts as they truly are, and what happens to them without an order of ours: for the control endpoint."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from infra.local.vendors.occ import contract_of
from infra.local.vendors.options import AccountType
from infra.local.vendors.tradier.accounts import Accounts
from infra.local.vendors.tradier.book import Book, Happening, UnknownAccountError
from infra.local.vendors.tradier.checks import option_buying_power
from infra.local.vendors.tradier.order import Leg, Order, OrderClass, Side, Status
from infra.local.vendors.tradier.settlement import deliver

Given = Mapping[str, Any]


class Truth:
    """Reads and moves the accounts of one host."""

    def __init__(self, accounts: Accounts) -> None:
        """Look into these accounts."""
        self._accounts = accounts

    def has(self, number: str) -> bool:
        """Tell whether the account is of this host."""
        return number in self._accounts.books

    def advance(self, now: datetime) -> None:
        """Let every account live up to this instant."""
        self._accounts.advance(now)

    def account(self, number: str, now: datetime) -> dict[str, Any]:
        """Return orders, positions and cash of an account, and how many live orders each tag has."""
        book = self._book(number)
        engine = self._accounts.engine
        engine.advance(book, now)
        power = option_buying_power(book, lambda symbol: engine.mid(symbol, now))
        return {
            "number": number,
            "type": book.type,
            "cash": str(book.cash),
            "option_buying_power": str(power),
            "orders": [_order(order) for order in book.orders.values()],
            "positions": {symbol: holding.quantity for symbol, holding in book.holdings.items()},
            "costs": {symbol: str(holding.cost) for symbol, holding in book.holdings.items()},
            "live_orders_by_tag": dict(Counter(order.tag or "" for order in book.live())),
            "orders_by_tag": dict(Counter(order.tag or "" for order in book.orders.values())),
        }

    def journal(self, number: str) -> list[dict[str, Any]]:
        """Return everything that ever happened to an account, in order."""
        return self._book(number).journal

    def act(self, number: str, action: str, given: Given, now: datetime) -> dict[str, Any]:
        """Do something to an account.

        Raises:
            ValueError: no such action.
        """
        if action not in ACTIONS:
            raise ValueError(f"no action {action!r}; there are: {', '.join(ACTIONS)}")
        book = self._book(number)
        self._accounts.engine.advance(book, now)
        ACTIONS[action](self, book, given, now)
        return self.account(number, now)

    def _book(self, number: str) -> Book:
        book = self._accounts.books.get(number)
        if book is None:
            raise UnknownAccountError(number)
        return book

    def trade(self, book: Book, given: Given, now: datetime) -> None:
        """Trade by hand at the broker: signed `quantity` of `symbol` at `price`, with an order row of its own."""
        symbol, quantity, price = given["symbol"], int(given["quantity"]), Decimal(str(given["price"]))
        contract = contract_of(symbol)
        order = self._accounts.numbered(
            Order(
                id=0,
                order_class=OrderClass.EQUITY if contract is None else OrderClass.OPTION,
                type="limit",
                symbol=symbol if contract is None else contract.underlying,
                duration="day",
                legs=[Leg(0, symbol, _side(book.held(symbol), quantity, option=contract is not None), abs(quantity))],
                created_at=now,
                changed_at=now,
                status=Status.FILLED,
                price=price,
                tag=given.get("tag"),
                filled_at=now,
            )
        )
        order.legs[0].fill(abs(quantity), price)
        order.spreads_filled = order.last_spreads = abs(quantity)
        book.orders[order.id] = order
        book.trade(symbol, quantity, price, now)
        book.note("traded_by_hand", now, order_id=order.id, symbol=symbol, quantity=quantity, price=str(price))

    def assign(self, book: Book, given: Given, now: datetime) -> None:
        """Assign `quantity` short contracts of `symbol`; without a quantity all of them."""
        contract = contract_of(given["symbol"])
        held = book.held(given["symbol"])
        if contract is None or held >= 0:
            raise ValueError(f"no short contracts of {given['symbol']} to assign")
        deliver(book, contract, -int(given.get("quantity", -held)), now)

    def cash(self, book: Book, given: Given, now: datetime) -> None:
        """Set the cash to `amount`."""
        amount = Decimal(str(given["amount"]))
        moved = {"description": given.get("description", "Funds moved"), "quantity": Decimal(0)}
        book.happenings.append(Happening(now, "journal", amount - book.cash, moved))
        book.cash = amount
        book.note("cash_set", now, amount=str(book.cash))

    def type(self, book: Book, given: Given, now: datetime) -> None:
        """Set the account's `type`."""
        book.type = AccountType(given["type"])
        book.note("type_set", now, type=book.type)

    def fill(self, book: Book, given: Given, now: datetime) -> None:
        """Fill `contracts` (or all) of `order_id` at a `price` of a unit, or at its limit."""
        order = _live_order(book, given)
        price = None if given.get("price") is None else Decimal(str(given["price"]))
        self._accounts.engine.force(book, order, int(given.get("contracts", order.open_spreads)), price, now)

    def reject(self, book: Book, given: Given, now: datetime) -> None:
        """Reject `order_id` with `reason`."""
        self._accounts.engine.reject(book, _live_order(book, given), str(given.get("reason", "Order rejected.")), now)

    def release(self, book: Book, given: Given, now: datetime) -> None:  # noqa: ARG002 - as every action
        """Let go of the faults that stick to live orders: from now on they fill as any other."""
        for order in book.live():
            order.faults.clear()


def _live_order(book: Book, given: Given) -> Order:
    order = book.orders.get(int(given["order_id"]))
    if order is None or order.is_final:
        raise ValueError(f"order {given['order_id']} is not live")
    return order


def _side(held: int, quantity: int, *, option: bool) -> Side:
    closes = held * quantity < 0
    if option:
        names = {(True, False): "buy_to_open", (True, True): "buy_to_close", (False, False): "sell_to_open"}
        return Side(names.get((quantity > 0, closes), "sell_to_close"))
    names = {(True, False): "buy", (True, True): "buy_to_cover", (False, False): "sell_short"}
    return Side(names.get((quantity > 0, closes), "sell"))


def _order(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "tag": order.tag,
        "class": order.order_class,
        "type": order.type,
        "status": order.status,
        "price": None if order.price is None else str(order.price),
        "spreads": order.spreads,
        "spreads_filled": order.spreads_filled,
        "average": str(order.package_average),
        "created_at": order.created_at.isoformat(),
        "legs": [
            {
                "symbol": leg.symbol,
                "side": leg.side,
                "quantity": leg.quantity,
                "filled": leg.filled,
                "average": str(leg.average),
            }
            for leg in order.legs
        ],
    }


ACTIONS: Final[dict[str, Callable[[Truth, Book, Given, datetime], None]]] = {
    "trade": Truth.trade,
    "assign": Truth.assign,
    "cash": Truth.cash,
    "type": Truth.type,
    "fill": Truth.fill,
    "reject": Truth.reject,
    "release": Truth.release,
}
