"""Tradier's /accounts and /user endpoints of one host."""

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from infra.local import market_clock
from infra.local.market_clock import Phase
from infra.local.vendors.faults import ACCEPTANCE_FAULTS, FaultBook, FaultKind, Vendor
from infra.local.vendors.http import Request
from infra.local.vendors.options import SimulatorOptions
from infra.local.vendors.switches import Switches
from infra.local.vendors.tradier import account_rows, errors
from infra.local.vendors.tradier.book import Book
from infra.local.vendors.tradier.checks import margin_change, order_cost, refusal_codes
from infra.local.vendors.tradier.engine import Engine
from infra.local.vendors.tradier.envelope import Document, Envelope
from infra.local.vendors.tradier.errors import Refusal, RiskRefusal, finalized, invalid, unauthorized_account
from infra.local.vendors.tradier.order import ZERO, Leg, Order, OrderClass, Status, strategy_of
from infra.local.vendors.tradier.quotes import QuoteDesk
from infra.local.vendors.tradier.ticket import Ticket, read_change, read_ticket
from shared.domain import sessions

PARTNER_ID: Final = "c7d3a4f0-52f1-4c7e-9a55-6a1de0b0c1d2"
"""The same on every order: no idempotency, no correlation."""
DEFAULT_LIMIT: Final = 25
_PATH: Final = re.compile(r"/v1/accounts/([^/]+)/(balances|positions|history|gainloss|orders)(?:/([^/]+))?")


class Accounts:
    """The accounts of one host."""

    def __init__(
        self, desk: QuoteDesk, switches: Switches, faults: FaultBook, vendor: Vendor, options: SimulatorOptions
    ) -> None:
        """Open the accounts of this host."""
        self.desk = desk
        self.engine = Engine(desk, switches, vendor)
        self.books = {spec.number: Book.opened(spec) for spec in options.accounts if spec.host is vendor}
        self._switches = switches
        self._faults = faults
        self._vendor = vendor
        self._envelope = Envelope(switches)
        self._rows = account_rows.OrderRows(self._envelope, lambda: str(switches["tradier.multileg_quantity"]))
        self._ids = itertools.count(options.first_order_id)

    def advance(self, now: datetime) -> None:
        """Let every account live up to this instant."""
        for book in self.books.values():
            self.engine.advance(book, now)

    def answer(self, request: Request, now: datetime) -> Any:  # noqa: ANN401
        """Answer one call."""
        if request.path == "/v1/user/profile" and request.method == "GET":
            return self._profile()
        match = _PATH.fullmatch(request.path)
        if match is None:
            raise Refusal(errors.text(404, "Not Found"))
        book = self.books.get(match[1])
        if book is None:
            raise unauthorized_account(match[1])
        self.engine.advance(book, now)
        if match[2] == "orders":
            return self._orders(book, request, match[3], now)
        if request.method != "GET" or match[3] is not None:
            raise Refusal(errors.text(405, "Method Not Allowed"))
        return self._read(book, match[2], request.query, now)

    def _read(self, book: Book, what: str, query: Mapping[str, str], now: datetime) -> Document:
        match what:
            case "balances":
                return {"balances": self._balances(book, now)}
            case "positions":
                rows = [account_rows.position_row(holding) for holding in book.holdings.values()]
                return self._envelope.rows("positions", "positions", "position", rows)
            case "gainloss":
                closed_rows = [account_rows.closed_row(lot) for lot in reversed(book.closed)]
                return self._envelope.rows("gainloss", "gainloss", "closed_position", _page(closed_rows, query))
            case _:
                if self._vendor is Vendor.TRADIER_SANDBOX:
                    raise Refusal(errors.text(404, "Not Found"))
                events = [account_rows.event_row(happening) for happening in reversed(book.happenings)]
                return self._envelope.rows("events", "history", "event", _page(events, query))

    def _balances(self, book: Book, now: datetime) -> Document:
        closed = self._closed_today(book, now)
        told = account_rows.balances(book, lambda symbol: self.engine.mid(symbol, now), closed)
        printed = self._switches["tradier.account_type"]
        return told if printed == "own" else {**told, "account_type": printed}

    def _closed_today(self, book: Book, now: datetime) -> Decimal:
        today = sessions.new_york_date(now)
        lots = (lot for lot in book.closed if sessions.new_york_date(lot.closed_at) == today)
        return sum((lot.proceeds - lot.cost for lot in lots), ZERO)

    def _profile(self) -> Document:
        accounts = [
            {
                "account_number": book.spec.number,
                "classification": "individual",
                "date_created": "2016-08-01T21:08:55.000Z",
                "day_trader": book.type == "pdt",
                "option_level": book.spec.option_level,
                "status": "active",
                "type": "cash" if book.type == "cash" else "margin",
                "last_update_date": "2016-08-01T21:08:55.000Z",
            }
            for book in self.books.values()
        ]
        account = accounts[0] if len(accounts) == 1 else accounts
        return {"profile": {"account": account, "id": "id-simulated", "name": "Simulated Account"}}

    # Orders.

    def _orders(self, book: Book, request: Request, name: str | None, now: datetime) -> Any:  # noqa: ANN401
        if name is None:
            match request.method:
                case "GET":
                    return self._list(book, request.query, now)
                case "POST":
                    return self._place(book, request.form, now)
                case _:
                    raise Refusal(errors.text(405, "Method Not Allowed"))
        order = self._find(book, name, now)
        match request.method:
            case "GET":
                tags = request.query.get("includeTags") == "true"
                return {"order": self._rows.row(order, now, tags=tags)}
            case "PUT":
                return self._modify(book, order, request.form, now)
            case "DELETE":
                return self._cancel(book, order, now)
            case _:
                raise Refusal(errors.text(405, "Method Not Allowed"))

    def _list(self, book: Book, query: Mapping[str, str], now: datetime) -> Document:
        """Return the rows of the current New York day, in one reply unless pages are asked for."""
        if self._faults.strike((FaultKind.EMPTY_ORDER_LIST,), self._vendor):
            return self._envelope.nothing("orders", "orders")
        today = sessions.new_york_date(now)
        orders = [
            order
            for order in book.orders.values()
            if sessions.new_york_date(order.created_at) == today and _is_visible(order, now)
        ]
        wanted = _page(orders, query) if "page" in query or "limit" in query else orders
        tags = query.get("includeTags") == "true"
        rows = [self._rows.row(order, now, tags=tags) for order in wanted]
        return self._envelope.rows("orders", "orders", "order", rows)

    def _find(self, book: Book, name: str, now: datetime) -> Order:
        """Return an order of today; an unknown or forgotten one answers as a foreign account does."""
        order = book.orders.get(int(name)) if name.isdigit() else None
        if order is None or not _is_visible(order, now):
            raise unauthorized_account(book.spec.number)
        forgotten = sessions.new_york_date(order.created_at) != sessions.new_york_date(now)
        served = self._switches["tradier.forgotten_order"] == "served" or not order.is_final
        if forgotten and not served:
            raise unauthorized_account(book.spec.number)
        return order

    def _place(self, book: Book, form: Mapping[str, str], now: datetime) -> Any:  # noqa: ANN401
        ticket = read_ticket(form)
        if ticket.duration == "pre" and market_clock.phase(now) is not Phase.PREMARKET:
            raise invalid("duration", "pre market no longer available")
        order = self._order(ticket, now)
        today = sessions.new_york_date(now)
        codes = refusal_codes(book, order, lambda symbol: self.engine.mid(symbol, now), today)
        if codes:
            book.note("refused", now, tag=ticket.tag, codes=codes)
            raise RiskRefusal(errors.BACK_OFFICE, *codes)
        if ticket.preview:
            return {"order": self._preview(book, order, now)}
        order = self.numbered(order)
        order.faults = self._sticking(ticket.tag)
        self.engine.accept(book, order, now)
        return {"order": {"id": order.id, "status": "ok", "partner_id": PARTNER_ID}}

    def _order(self, ticket: Ticket, now: datetime) -> Order:
        legs = [Leg(0, leg.symbol, leg.side, leg.quantity) for leg in ticket.legs]
        working = sessions.is_open(now)
        return Order(
            id=0,
            order_class=ticket.order_class,
            type=ticket.type,
            symbol=ticket.symbol,
            duration=ticket.duration,
            legs=legs,
            created_at=now,
            changed_at=now,
            status=Status.OPEN if working else Status.PENDING,
            price=ticket.price if ticket.type not in ("market", "even", "stop") else None,
            stop=ticket.stop,
            tag=ticket.tag,
            strategy=strategy_of(legs),
            working_since=now if working else None,
        )

    def numbered(self, order: Order) -> Order:
        """Give an order and its legs their ids."""
        order.id = next(self._ids)
        for leg in order.legs:
            leg.id = order.id if order.order_class is not OrderClass.MULTILEG else next(self._ids)
        return order

    def _sticking(self, tag: str | None) -> dict[FaultKind, Any]:
        found = (self._faults.strike((kind,), self._vendor, tag=tag) for kind in ACCEPTANCE_FAULTS)
        return {fault.kind: fault for fault in found if fault is not None}

    def _preview(self, book: Book, order: Order, now: datetime) -> Document:
        """Return what the order would cost, and by how much it would change what the account binds; no id."""
        cost = order_cost(order, lambda symbol: self.engine.mid(symbol, now))
        rate = Decimal(str(self._switches["tradier.commission"]))
        commission = rate * sum(leg.quantity for leg in order.legs if leg.multiplier > 1)
        multileg = order.order_class is OrderClass.MULTILEG
        return {
            "status": "ok",
            "commission": commission,
            "cost": cost + commission,
            "fees": 0,
            "symbol": order.symbol,
            "quantity": sum(leg.quantity for leg in order.legs),
            "side": "buy" if multileg else order.legs[0].side.value,
            "type": order.type,
            "duration": order.duration,
            "result": True,
            "order_cost": cost,
            "margin_change": margin_change(book, order),
            "request_date": now.astimezone(sessions.NEW_YORK).replace(tzinfo=None).isoformat(timespec="milliseconds"),
            "extended_hours": False,
            "class": order.order_class.value,
            "strategy": order.strategy if multileg else order.order_class.value,
            "day_trades": 0,
        }

    def _modify(self, book: Book, order: Order, form: Mapping[str, str], now: datetime) -> Document:
        change = read_change(form, order.order_class)
        if order.fault(FaultKind.FILL_ON_REPLACE) and not order.is_final:
            self.engine.force(book, order, order.open_spreads, None, now)
        if order.is_final:
            raise finalized(order.status)
        order.type = change.type or order.type
        order.duration = change.duration or order.duration
        order.price = change.price or order.price
        order.stop = change.stop or order.stop
        order.changed_at, order.arrived = now, False
        if order.status is not Status.PENDING:
            order.working_since = now
        book.note("modified", now, order_id=order.id, tag=order.tag, price=str(order.price), type=order.type)
        self.engine.advance(book, now)
        return {"order": {"id": order.id, "status": "ok", "partner_id": PARTNER_ID}}

    def _cancel(self, book: Book, order: Order, now: datetime) -> Document:
        race = order.fault(FaultKind.FILL_ON_CANCEL)
        if race is not None and not order.is_final:
            self.engine.force(book, order, int(race.parameters.get("contracts", order.open_spreads)), None, now)
        if order.is_final:
            raise finalized(order.status)
        slow = order.fault(FaultKind.SLOW_CANCEL)
        if slow is None:
            self.engine.end(book, order, Status.CANCELED, now)
        else:
            order.cancel_at = order.cancel_at or now + timedelta(seconds=slow.seconds(1.0))
        return {"order": {"id": order.id, "status": "ok"}}


def _is_visible(order: Order, now: datetime) -> bool:
    hidden = order.fault(FaultKind.HIDDEN_ORDER)
    return hidden is None or now >= order.created_at + timedelta(seconds=hidden.seconds())


def _page(rows: Sequence[Any], query: Mapping[str, str]) -> Sequence[Any]:
    page, limit = _whole(query, "page", 1), _whole(query, "limit", DEFAULT_LIMIT)
    return rows[(page - 1) * limit : page * limit]


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise invalid(name, "must be a positive whole number")
    return int(text)
