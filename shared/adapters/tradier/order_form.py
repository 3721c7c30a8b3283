"""Our orders as the form fields Tradier reads."""

import re
from decimal import Decimal
from typing import Final

from shared.domain.errors import InvalidValueError, OrderDeniedError
from shared.domain.options import UNDERLYING_OF, parse_option_symbol
from shared.domain.orders import Order

TAG: Final = re.compile(r"[A-Za-z0-9-]{1,255}", re.ASCII)


def order_form(order: Order) -> dict[str, str]:
    """Return the fields of an order: one leg as an option order, more as one multileg with indices without a gap.

    Raises:
        OrderDeniedError: the broker could not but misread it.
    """
    symbol = UNDERLYING_OF.get(order.underlying, order.underlying)
    _check(order, symbol)
    form = {"symbol": symbol, "duration": "day"}
    if len(order.legs) == 1:
        (leg,) = order.legs
        one = {"option_symbol": leg.option_symbol, "side": leg.side.value, "quantity": str(order.contracts)}
        return form | {"class": "option", "type": "limit", "price": price_text(order.limit_price)} | one
    form |= {"class": "multileg"} | _net_price(order)
    for index, leg in enumerate(order.legs):
        form[f"option_symbol[{index}]"] = leg.option_symbol
        form[f"side[{index}]"] = leg.side.value
        form[f"quantity[{index}]"] = str(order.contracts)
    return form


def tagged(form: dict[str, str], tag: str) -> dict[str, str]:
    """Add the tag. Raises OrderDeniedError for one that would kill the order."""
    if not TAG.fullmatch(tag):
        raise OrderDeniedError(f"tag {tag!r}: the broker takes 1 to 255 letters, digits and hyphens only")
    return form | {"tag": tag}


def price_text(price: Decimal) -> str:
    """Write a price as a plain number, never with an exponent."""
    return format(price, "f")


def _net_price(order: Order) -> dict[str, str]:
    if order.limit_price == 0:
        return {"type": "even"}
    return {"type": order.effect.value, "price": price_text(order.limit_price)}


def _check(order: Order, symbol: str) -> None:
    if len(order.legs) == 1 and order.limit_price <= 0:
        raise OrderDeniedError(f"limit price {order.limit_price}: an order for one option needs a price above zero")
    symbols = [leg.option_symbol for leg in order.legs]
    if len(set(symbols)) != len(symbols):
        raise OrderDeniedError(f"legs {symbols}: a contract stands in two legs")
    for option_symbol in symbols:
        try:
            contract = parse_option_symbol(option_symbol)
        except InvalidValueError as error:
            raise OrderDeniedError(str(error)) from error
        if contract.underlying != symbol or contract.option_symbol != option_symbol:
            raise OrderDeniedError(f"leg {option_symbol} is no option on {symbol}")
