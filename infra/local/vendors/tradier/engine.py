"""The life of orders: what becomes of each one as time passes and quotes move."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from infra.local import market_clock
from infra.local.vendors.faults import Fault, FaultKind, Vendor
from infra.local.vendors.market_view import SYMBOLS
from infra.local.vendors.occ import contract_of
from infra.local.vendors.switches import Switches
from infra.local.vendors.tradier.book import Book
from infra.local.vendors.tradier.fills import TwoSided, fill_price, leg_prices, package, stop_is_touched, two_sided
from infra.local.vendors.tradier.order import Order, OrderClass, Status
from infra.local.vendors.tradier.quotes import QuoteDesk
from infra.local.vendors.tradier.rows import HALF_SPREAD
from infra.local.vendors.tradier.settlement import Settlement
from shared.domain import sessions

LONGEST_GTC: Final = timedelta(days=90)
LARGEST_SANDBOX_ORDER: Final = 200
LAST_SANDBOX_CLOSE: Final = time(15, 45)
_MOMENT: Final = timedelta(seconds=1)


class Engine:
    """Lets the orders and holdings of one host live."""

    def __init__(self, desk: QuoteDesk, switches: Switches, vendor: Vendor) -> None:
        """Fill from this desk's quotes."""
        self._desk = desk
        self._switches = switches
        self._vendor = vendor
        self._settlement = Settlement(desk.view, switches)

    def advance(self, book: Book, now: datetime) -> None:
        """Let an account live up to this instant."""
        for order in book.live():
            self._live(book, order, now)
        self._settlement.settle(book, now)

    def accept(self, book: Book, order: Order, now: datetime) -> None:
        """Take a checked order in."""
        book.orders[order.id] = order
        book.note("accepted", now, order_id=order.id, tag=order.tag, **_told(order))
        self._live(book, order, now)

    def _live(self, book: Book, order: Order, now: datetime) -> None:
        rejection = order.fault(FaultKind.LATE_REJECTION)
        if rejection is not None and now >= order.created_at + timedelta(seconds=rejection.seconds()):
            status = Status(rejection.parameters.get("status", Status.REJECTED))
            self.reject(book, order, rejection.parameters.get("reason", "Order rejected."), now, status)
            return
        begins = working_from(order)
        ends = ends_at(order)
        moment = min(now, ends - _MOMENT)
        if order.cancel_at is not None and order.cancel_at <= now:
            self.end(book, order, Status.CANCELED, order.cancel_at)
            return
        if order.status is Status.PENDING and moment >= begins:
            order.status, order.working_since, order.changed_at = Status.OPEN, begins, begins
        if order.status in (Status.OPEN, Status.PARTIALLY_FILLED) and sessions.is_open(moment):
            self._work(book, order, moment)
        if not order.is_final and now >= ends:
            self.end(book, order, Status.EXPIRED, ends)

    def _work(self, book: Book, order: Order, now: datetime) -> None:
        reason = self._sandbox_reason(order, now)
        if reason is not None:
            self.reject(book, order, reason, now)
            return
        units = self._units(order, now)
        quotes = self.quotes(order, now)
        if units <= 0 or quotes is None:
            return
        order.triggered = order.triggered or stop_is_touched(order, quotes[0])
        quoted = package(order, quotes)
        delay = self._switches.seconds("tradier.mid_fill_delay_s")
        price = fill_price(order, quoted, now, delay) if order.triggered else None
        order.arrived = True
        if price is not None:
            self._fill(book, order, units, leg_prices(order, quotes, quoted, price), now)

    def _units(self, order: Order, now: datetime) -> int:
        """Return how many units may fill now."""
        if self._switches["tradier.fills"] == "never" or order.fault(FaultKind.NO_FILL):
            return 0
        since = order.working_since or order.created_at
        if now < since + timedelta(seconds=self._switches.seconds("tradier.fill_latency_s")):
            return 0
        partial = order.fault(FaultKind.PARTIAL_FILL)
        return order.open_spreads if partial is None else _partial_units(order, partial, now)

    def _sandbox_reason(self, order: Order, now: datetime) -> str | None:
        """Return why the sandbox rejects what production would work: large packages, late closes of the day's own."""
        if self._vendor is not Vendor.TRADIER_SANDBOX:
            return None
        if order.order_class is OrderClass.MULTILEG and order.spreads > LARGEST_SANDBOX_ORDER:
            return "OrderQuantity"
        today = sessions.new_york_date(now)
        late = now >= market_clock.wall(today, LAST_SANDBOX_CLOSE)
        expiring = any((contract := contract_of(leg.symbol)) and contract.expiration == today for leg in order.legs)
        closing = not any(leg.side.opens for leg in order.legs)
        return "OrderIsNotAllowedForAccount" if late and expiring and closing else None

    def quotes(self, order: Order, now: datetime) -> Sequence[TwoSided] | None:
        """Return the true quotes of an order's legs, None where one cannot be traded on."""
        quotes = [self.quote(leg.symbol, now) for leg in order.legs]
        found = [quote for quote in quotes if quote is not None]
        return found if len(found) == len(quotes) else None

    def quote(self, symbol: str, now: datetime) -> TwoSided | None:
        """Return the true quote of a contract or a share."""
        if symbol in SYMBOLS:
            level = round(self._desk.level(symbol, now), 2)
            return two_sided(round(level - HALF_SPREAD, 2), round(level + HALF_SPREAD, 2))
        quote = self._desk.quote(symbol, now)
        return None if quote is None else two_sided(quote.bid, quote.ask)

    def mid(self, symbol: str, now: datetime) -> Decimal | None:
        """Return the middle of a symbol's quote."""
        quote = self.quote(symbol, now)
        return None if quote is None else quote.mid

    def force(self, book: Book, order: Order, units: int, price: Decimal | None, now: datetime) -> None:
        """Fill units whatever the market says: at a price of a unit, else at the limit, else at the natural price."""
        quotes = self.quotes(order, now)
        if quotes is None or units <= 0:
            return
        quoted = package(order, quotes)
        limit = order.limit()
        wanted = price if price is not None else quoted.natural if limit is None else limit
        self._fill(book, order, min(units, order.open_spreads), leg_prices(order, quotes, quoted, wanted), now)

    def _fill(self, book: Book, order: Order, units: int, prices: Sequence[Decimal], now: datetime) -> None:
        commission = Decimal(str(self._switches["tradier.commission"]))
        for leg, price in zip(order.legs, prices, strict=True):
            quantity = leg.quantity * units // order.spreads
            leg.fill(quantity, price)
            paid = commission * quantity if contract_of(leg.symbol) else Decimal(0)
            book.trade(leg.symbol, leg.side.sign * quantity, price, now, paid)
        order.spreads_filled += units
        order.last_spreads = units
        complete = order.open_spreads == 0
        order.status = Status.FILLED if complete else Status.PARTIALLY_FILLED
        order.changed_at = now
        order.part_filled_at = now
        order.filled_at = now if complete else None
        book.note(
            "filled",
            now,
            order_id=order.id,
            tag=order.tag,
            spreads=units,
            status=order.status,
            legs=[
                {"symbol": leg.symbol, "side": leg.side, "quantity": leg.last_quantity, "price": str(leg.last_price)}
                for leg in order.legs
            ],
        )

    def reject(self, book: Book, order: Order, reason: str, now: datetime, status: Status = Status.REJECTED) -> None:
        """Reject an order that had been acknowledged; ``status`` may also be Tradier's `error`."""
        order.reason = reason
        self.end(book, order, status, now)

    def end(self, book: Book, order: Order, status: Status, at: datetime) -> None:
        """End an order."""
        order.status, order.changed_at = status, at
        book.note(status.value, at, order_id=order.id, tag=order.tag, spreads_filled=order.spreads_filled)


def working_from(order: Order) -> datetime:
    """Return when an order begins to work: at once in a session, else at the next opening."""
    day = sessions.new_york_date(order.created_at)
    today = sessions.session(day)
    if today is not None and order.created_at < today.closes_at:
        return max(order.created_at, today.opens_at)
    following = sessions.session(sessions.next_session(day))
    return order.created_at if following is None else following.opens_at


def ends_at(order: Order) -> datetime:
    """Return when an order expires: at the close of its first day, or of its contracts', or after 90 days."""
    begins = working_from(order)
    day = sessions.new_york_date(begins)
    if order.duration == "gtc":
        expirations = [contract.expiration for leg in order.legs if (contract := contract_of(leg.symbol))]
        day = min([*expirations, day + LONGEST_GTC])
        day = day if sessions.is_session(day) else sessions.previous_session(day)
    session = sessions.session(day)
    return begins if session is None else session.closes_at


def _partial_units(order: Order, partial: Fault, now: datetime) -> int:
    first = int(partial.parameters.get("contracts", 1))
    if order.spreads_filled < first:
        return min(first - order.spreads_filled, order.open_spreads)
    rest_follows = "seconds" in partial.parameters and order.part_filled_at is not None
    due = rest_follows and now >= (order.part_filled_at or now) + timedelta(seconds=partial.seconds())
    return order.open_spreads if due else 0


def _told(order: Order) -> dict[str, Any]:
    return {
        "class": order.order_class,
        "type": order.type,
        "price": None if order.price is None else str(order.price),
        "spreads": order.spreads,
        "legs": [{"symbol": leg.symbol, "side": leg.side, "quantity": leg.quantity} for leg in order.legs],
    }
