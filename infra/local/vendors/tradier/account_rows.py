"""Documents of an account as they go over the wire."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from infra.local.vendors.faults import Fault, FaultKind
from infra.local.vendors.occ import contract_of
from infra.local.vendors.options import AccountType
from infra.local.vendors.tradier.book import Book, ClosedLot, Happening, Holding
from infra.local.vendors.tradier.checks import option_buying_power
from infra.local.vendors.tradier.envelope import Document, Envelope
from infra.local.vendors.tradier.margin import requirement
from infra.local.vendors.tradier.order import ZERO, Leg, Order, OrderClass, Status

QUANTITY: Final = Decimal("0.00000000")
LONG_TAIL: Final = Decimal("0.00000000000000000000")
CENTS: Final = Decimal("0.01")

Mid = Callable[[str], Decimal | None]


def moment(at: datetime) -> str:
    """Write a time as orders and positions carry it: UTC, milliseconds, Z."""
    return f"{at.astimezone(UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def quantity(number: int | Decimal) -> Decimal:
    """Write a quantity with eight decimals."""
    return Decimal(number).quantize(QUANTITY)


def dollars(number: Decimal) -> Decimal:
    """Write an amount of the balances with the long tail they have."""
    return number.quantize(CENTS).quantize(LONG_TAIL)


def price(number: Decimal) -> float | Decimal:
    """Write a price as it was given, with one decimal at least."""
    return number if number != number.to_integral_value() else number.quantize(Decimal("0.1"))


class OrderRows:
    """Writes orders, with the veils that faults draw over them."""

    def __init__(self, envelope: Envelope, multileg_quantity: Callable[[], str]) -> None:
        """Write with this envelope; the second says how a parent counts: `sum` or `spreads`."""
        self._envelope = envelope
        self._multileg_quantity = multileg_quantity

    def row(self, order: Order, now: datetime, *, tags: bool) -> Document:
        """Return the row of an order; reading it counts."""
        without_prices = _veiled(order, order.fault(FaultKind.FILLED_WITHOUT_PRICES), now)
        status = order.status
        if _veiled(order, order.fault(FaultKind.LAGGING_STATUS), now):
            status = Status.OPEN
        order.reads += order.filled_at is not None
        if order.order_class is OrderClass.MULTILEG:
            row = self._parent(order, status, without_prices=without_prices)
        else:
            row = _single(order, order.legs[0], status, without_prices=without_prices)
        if order.reason is not None:
            row["reason_description"] = order.reason
        if tags and order.tag is not None:
            row["tag"] = order.tag
        return row

    def _parent(self, order: Order, status: Status, *, without_prices: bool) -> Document:
        """Write a multileg parent: side always buy, quantities summed over the legs, nothing ever remaining."""
        summed = self._multileg_quantity() == "sum"
        ordered = sum(leg.quantity for leg in order.legs) if summed else order.spreads
        executed = sum(leg.filled for leg in order.legs) if summed else order.spreads_filled
        legs = [
            _single(order, leg, order.status, without_prices=without_prices, type_=order.type) for leg in order.legs
        ]
        return {
            "id": order.id,
            "type": order.type,
            "symbol": order.symbol,
            "side": "buy",
            "quantity": quantity(ordered),
            "status": status.value,
            "duration": order.duration,
            **_asked(order),
            "avg_fill_price": quantity(ZERO if without_prices else order.package_average),
            "exec_quantity": quantity(executed),
            "last_fill_price": quantity(0),
            "last_fill_quantity": quantity(order.last_spreads),
            "remaining_quantity": quantity(0),
            "create_date": moment(order.created_at),
            "transaction_date": moment(order.changed_at),
            "class": "multileg",
            "num_legs": len(order.legs),
            "strategy": order.strategy,
            "leg": self._envelope.collapse("legs", legs),
        }


def _single(order: Order, leg: Leg, status: Status, *, without_prices: bool, type_: str | None = None) -> Document:
    contract = contract_of(leg.symbol)
    remaining = 0 if order.is_final else leg.quantity - leg.filled
    row: Document = {
        "id": leg.id,
        "type": type_ or order.type,
        "symbol": order.symbol,
        "side": leg.side.value,
        "quantity": quantity(leg.quantity),
        "status": status.value,
        "duration": order.duration,
        **_asked(order),
        "avg_fill_price": quantity(ZERO if without_prices else leg.average),
        "exec_quantity": quantity(leg.filled),
        "last_fill_price": quantity(ZERO if without_prices else leg.last_price),
        "last_fill_quantity": quantity(leg.last_quantity),
        "remaining_quantity": quantity(remaining),
        "create_date": moment(order.created_at),
        "transaction_date": moment(order.changed_at),
        "class": "equity" if contract is None else "option",
    }
    if contract is not None:
        row["option_symbol"] = leg.symbol
    return row


def _asked(order: Order) -> Document:
    asked: Document = {}
    if order.price is not None:
        asked["price"] = price(order.price)
    if order.stop is not None:
        asked["stop_price"] = price(order.stop)
    return asked


def _veiled(order: Order, fault: Fault | None, now: datetime) -> bool:
    """Tell whether a fault still hides the end of an order: for so many seconds, and for so many reads."""
    if fault is None or order.filled_at is None:
        return False
    seconds = fault.seconds()
    reads = int(fault.parameters.get("reads", 0 if seconds else 1))
    return now < order.filled_at + timedelta(seconds=seconds) or order.reads < reads


def position_row(holding: Holding) -> Document:
    """Write a holding: no price, no profit, no group."""
    return {
        "cost_basis": holding.cost.quantize(CENTS),
        "date_acquired": moment(holding.acquired_at),
        "id": holding.id,
        "quantity": quantity(holding.quantity),
        "symbol": holding.symbol,
    }


def closed_row(lot: ClosedLot) -> Document:
    """Write a closed lot of the gain/loss feed."""
    gain = lot.proceeds - lot.cost
    return {
        "close_date": f"{lot.closed_at.astimezone(UTC):%Y-%m-%d}T00:00:00.000Z",
        "cost": lot.cost.quantize(CENTS),
        "gain_loss": gain.quantize(CENTS),
        "gain_loss_percent": Decimal(0) if lot.cost == 0 else (100 * gain / lot.cost).quantize(Decimal("0.0001")),
        "open_date": f"{lot.opened_at.astimezone(UTC):%Y-%m-%d}T00:00:00.000Z",
        "proceeds": lot.proceeds.quantize(CENTS),
        "quantity": quantity(lot.quantity),
        "symbol": lot.symbol,
        "term": (lot.closed_at - lot.opened_at).days,
    }


def event_row(happening: Happening) -> Document:
    """Write a row of the account's history."""
    return {
        "amount": happening.amount.quantize(CENTS),
        "date": f"{happening.at.astimezone(UTC):%Y-%m-%d}T00:00:00Z",
        "type": happening.type,
        happening.type: dict(happening.detail),
    }


def balances(book: Book, mid: Mid, closed_today: Decimal) -> Document:
    """Write the balances; option buying power is inside the block of the account's type, or nowhere."""
    long_options = short_options = stocks = short_stocks = cost = ZERO
    for holding in book.holdings.values():
        value = _market_value(holding, mid)
        cost += holding.cost
        if contract_of(holding.symbol) is None:
            stocks += max(value, ZERO)
            short_stocks += min(value, ZERO)
        else:
            long_options += max(value, ZERO)
            short_options += min(value, ZERO)
    market_value = long_options + short_options + stocks + short_stocks
    bound = requirement({symbol: holding.quantity for symbol, holding in book.holdings.items()}) or ZERO
    return {
        "option_short_value": dollars(short_options) if short_options else 0,
        "total_equity": dollars(book.cash + market_value),
        "account_number": book.spec.number,
        "account_type": book.type.value,
        "close_pl": dollars(closed_today),
        "current_requirement": dollars(bound + stocks / 2),
        "equity": 0,
        "long_market_value": dollars(long_options + stocks),
        "market_value": dollars(market_value),
        "open_pl": dollars(market_value - cost),
        "option_long_value": dollars(long_options),
        "option_requirement": dollars(bound) if bound else 0,
        "pending_orders_count": len(book.live()),
        "short_market_value": dollars(short_options + short_stocks) if short_options or short_stocks else 0,
        "stock_long_value": dollars(stocks),
        "total_cash": dollars(book.cash),
        "uncleared_funds": 0,
        "pending_cash": 0,
        **_block(book, option_buying_power(book, mid), short_stocks),
    }


def _block(book: Book, power: Decimal, short_stocks: Decimal) -> dict[str, Any]:
    calls = {"fed_call": 0, "maintenance_call": 0}
    powers = {
        "option_buying_power": dollars(power),
        "stock_buying_power": dollars(2 * power),
        "stock_short_value": dollars(short_stocks) if short_stocks else 0,
    }
    match book.type:
        case AccountType.CASH:
            return {"cash": {"cash_available": dollars(power), "sweep": 0, "unsettled_funds": 0}}
        case AccountType.MARGIN:
            return {"margin": {**calls, **powers, "sweep": 0}}
        case AccountType.PDT:
            return {"pdt": {"day_trade_buying_power": dollars(4 * power), **calls, **powers}}


def _market_value(holding: Holding, mid: Mid) -> Decimal:
    now = mid(holding.symbol)
    if now is None:
        return holding.cost
    return now * holding.quantity * (1 if contract_of(holding.symbol) is None else 100)
