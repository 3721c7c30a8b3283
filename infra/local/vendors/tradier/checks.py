"""The back office: what it refuses with 200 before an order lives."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from infra.local.vendors.faults import Vendor
from infra.local.vendors.occ import contract_of
from infra.local.vendors.options import AccountType
from infra.local.vendors.tradier.book import Book
from infra.local.vendors.tradier.margin import requirement, with_order
from infra.local.vendors.tradier.order import ZERO, Leg, Order, OrderClass, Side

LARGEST_QUANTITY: Final = 10_000_000
MARGIN_RATE: Final = Decimal("0.5")
LEVELS: Final = {"long": 2, "spread": 3, "naked": 4}

Mid = Callable[[str], Decimal | None]
"""The middle of a symbol's present quote, None where it has none."""


def refusal_codes(book: Book, order: Order, mid: Mid, today: date) -> list[str]:
    """Return the codes of a refusal, none where the order may live."""
    for check in (_unknown, _one_expiration, _sides, _levels):
        codes = check(book, order, mid, today)
        if codes:
            return codes
    return _buying_power(book, order, mid)


def _unknown(book: Book, order: Order, mid: Mid, today: date) -> list[str]:  # noqa: ARG001
    for leg in order.legs:
        contract = contract_of(leg.symbol)
        if contract is not None and contract.expiration < today:
            return ["InvalidOrderExpiration"]
        if contract is not None and order.symbol not in (contract.underlying, contract.root):
            return ["SecurityUndefined"]
        if mid(leg.symbol) is None:
            return ["SecurityUndefined"]
        if leg.quantity > LARGEST_QUANTITY:
            return ["IncorrectOrderQuantity"]
    return []


def _one_expiration(book: Book, order: Order, mid: Mid, today: date) -> list[str]:  # noqa: ARG001
    contracts = [contract for leg in order.legs if (contract := contract_of(leg.symbol))]
    index = any(contract.is_index for contract in contracts)
    days = {(contract.expiration, contract.root) for contract in contracts}
    return ["IndexOptionsOneExparyDate"] if index and len(days) > 1 else []


def _sides(book: Book, order: Order, mid: Mid, today: date) -> list[str]:  # noqa: ARG001
    return [code for leg in order.legs if (code := _side_conflict(book, order, leg))][:1]


def _side_conflict(book: Book, order: Order, leg: Leg) -> str | None:
    held = book.held(leg.symbol)
    option = "Option" if order.order_class is not OrderClass.EQUITY else ""
    reserved = _reserved(book, leg)
    match leg.side:
        case Side.BUY_TO_OPEN | Side.BUY if held < 0:
            return f"UnexpectedBuyOrder{option}"
        case Side.SELL_TO_OPEN | Side.SELL_SHORT if held > 0:
            return f"UnexpectedSellShortOrder{option}"
        case Side.SELL_TO_CLOSE | Side.SELL:
            if held <= 0:
                return f"UnexpectedSellOrder{option}"
            return "LongPositionCrossZero" if leg.quantity > held - reserved else None
        case Side.BUY_TO_CLOSE | Side.BUY_TO_COVER:
            if held >= 0:
                return f"UnexpectedBuyToCoverOrder{option}"
            return "ShortPositionCrossZero" if leg.quantity > -held - reserved else None
        case _:
            return None


def _reserved(book: Book, leg: Leg) -> int:
    """Return how much of a holding the working closing orders already claim."""
    return sum(
        other.quantity - other.filled
        for order in book.live()
        for other in order.legs
        if other.symbol == leg.symbol and other.side is leg.side
    )


def _levels(book: Book, order: Order, mid: Mid, today: date) -> list[str]:  # noqa: ARG001
    if order.order_class is OrderClass.EQUITY:
        return []
    level = book.spec.option_level
    opens_short = any(leg.side is Side.SELL_TO_OPEN for leg in order.legs)
    if order.order_class is OrderClass.MULTILEG and level < LEVELS["spread"]:
        return ["SpreadTradingDeniedForAccount"]
    if any(leg.side is Side.BUY_TO_OPEN for leg in order.legs) and level < LEVELS["long"]:
        return ["OptionLevelRestriction"]
    if opens_short and requirement(with_order(_quantities(book), order)) is None:
        return ["OptionLevelRestriction"]
    return []


def _buying_power(book: Book, order: Order, mid: Mid) -> list[str]:
    added, cost = margin_change(book, order), order_cost(order, mid)
    if not any(leg.side.opens for leg in order.legs):
        blocked = book.spec.host is Vendor.TRADIER_SANDBOX and option_buying_power(book, mid) < 0
        return ["InitialMargin"] if blocked else []
    if added + cost > option_buying_power(book, mid):
        return ["DayTradingBuyingPowerExceeded" if book.type is AccountType.PDT else "InitialMargin"]
    return []


def margin_change(book: Book, order: Order) -> Decimal:
    """Return the dollars by which an order changes what holdings and working orders bind, premiums aside."""
    before = requirement(_with_working(book))
    after = requirement(with_order(_with_working(book), order))
    return ZERO if before is None or after is None else after - before


def order_cost(order: Order, mid: Mid) -> Decimal:
    """Return the dollars an order pays when filled (negative: receives), at its limit or at the middle."""
    limit = order.limit()
    if limit is None:
        values = ((leg, mid(leg.symbol) or ZERO) for leg in order.legs)
        dollars = sum((leg.side.sign * value * leg.quantity * leg.multiplier for leg, value in values), ZERO)
    else:
        dollars = limit * order.spreads * order.legs[0].multiplier
    if order.order_class is OrderClass.EQUITY:
        return abs(dollars) * MARGIN_RATE if order.legs[0].side.opens else -abs(dollars)
    return dollars


def option_buying_power(book: Book, mid: Mid) -> Decimal:
    """Return cash less what positions and working orders bind."""
    bound = requirement(_with_working(book))
    paying = sum((max(ZERO, _rest(order, mid)) for order in book.live()), ZERO)
    return book.cash - (ZERO if bound is None else bound) - paying - _short_shares(book)


def _rest(order: Order, mid: Mid) -> Decimal:
    return order_cost(order, mid) * order.open_spreads / order.spreads


def _short_shares(book: Book) -> Decimal:
    holdings = (holding for holding in book.holdings.values() if contract_of(holding.symbol) is None)
    return sum((abs(holding.cost) * MARGIN_RATE for holding in holdings if holding.quantity < 0), ZERO)


def _quantities(book: Book) -> dict[str, int]:
    return {symbol: holding.quantity for symbol, holding in book.holdings.items()}


def _with_working(book: Book) -> dict[str, int]:
    quantities = _quantities(book)
    for order in book.live():
        if any(leg.side.opens for leg in order.legs):
            quantities = with_order(quantities, order)
    return quantities
