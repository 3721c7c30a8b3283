"""Reads an order form, with the traps of the real one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from infra.local.vendors.occ import contract_of
from infra.local.vendors.tradier.errors import RiskRefusal, invalid
from infra.local.vendors.tradier.order import EQUITY_SIDES, OPTION_SIDES, OrderClass, Side

LARGEST_LEGS: Final = 4
LONGEST_TAG: Final = 255
SINGLE_TYPES: Final = ("market", "limit", "stop", "stop_limit")
PACKAGE_TYPES: Final = ("market", "debit", "credit", "even")
DURATIONS: Final = ("day", "gtc", "pre", "post")
_TAG: Final = re.compile(r"[A-Za-z0-9-]+")
_Choice = TypeVar("_Choice", bound=str)


@dataclass(frozen=True, slots=True)
class TicketLeg:
    """What one leg of the form asks for."""

    symbol: str
    side: Side
    quantity: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a form asks for."""

    order_class: OrderClass
    symbol: str
    type: str
    duration: str
    legs: tuple[TicketLeg, ...]
    price: Decimal | None
    stop: Decimal | None
    tag: str | None
    preview: bool


def read_ticket(form: Mapping[str, str]) -> Ticket:
    """Read the form of a new order.

    Raises:
        Refusal: a field is missing or wrong (400).
        RiskRefusal: the form contradicts itself (200 with codes).
    """
    order_class = OrderClass(_choice(form, "class", tuple(OrderClass)))
    types = PACKAGE_TYPES if order_class is OrderClass.MULTILEG else SINGLE_TYPES
    order_type = _choice(form, "type", types)
    duration = _choice(form, "duration", DURATIONS)
    ticket = Ticket(
        order_class,
        _text(form, "symbol"),
        order_type,
        duration,
        _legs(form, order_class),
        _price(form, "price", needed=order_type in ("limit", "stop_limit", "debit", "credit")),
        _price(form, "stop", needed=order_type in ("stop", "stop_limit")),
        read_tag(form),
        form.get("preview", "false") == "true",
    )
    if ticket.type == "market" and ticket.duration == "gtc":
        raise RiskRefusal("MarketOrderIsGtc")
    return ticket


def read_tag(form: Mapping[str, str]) -> str | None:
    """Read the tag; a bad one refuses the whole order, a good one is kept as it is."""
    tag = form.get("tag") or None
    if tag is None:
        return None
    if len(tag) > LONGEST_TAG:
        raise invalid("tag", f"contains more than {LONGEST_TAG} characters")
    if _TAG.fullmatch(tag) is None:
        raise invalid("tag", "contains invalid characters")
    return tag


@dataclass(frozen=True, slots=True)
class Change:
    """What a modification asks for; only these four can change."""

    type: str | None
    duration: str | None
    price: Decimal | None
    stop: Decimal | None


def read_change(form: Mapping[str, str], order_class: OrderClass) -> Change:
    """Read the form of a modification; quantities and legs in it are not looked at."""
    types = PACKAGE_TYPES if order_class is OrderClass.MULTILEG else SINGLE_TYPES
    return Change(
        _choice(form, "type", types) if form.get("type") else None,
        _choice(form, "duration", DURATIONS) if form.get("duration") else None,
        _price(form, "price", needed=False),
        _price(form, "stop", needed=False),
    )


def _legs(form: Mapping[str, str], order_class: OrderClass) -> tuple[TicketLeg, ...]:
    match order_class:
        case OrderClass.EQUITY:
            side = Side(_choice(form, "side", tuple(side for side in Side if side in EQUITY_SIDES)))
            return (TicketLeg(_text(form, "symbol"), side, _quantity(form, "quantity")),)
        case OrderClass.OPTION:
            return (_option_leg(form, ""),)
        case OrderClass.MULTILEG:
            return _package(form)


def _package(form: Mapping[str, str]) -> tuple[TicketLeg, ...]:
    """Read legs from index 0 up to the first gap; what comes after it is dropped without a word."""
    legs: list[TicketLeg] = []
    while f"option_symbol[{len(legs)}]" in form:
        legs.append(_option_leg(form, f"[{len(legs)}]"))
    if not legs:
        raise invalid("option_symbol[0]", "is required")
    if len(legs) > LARGEST_LEGS:
        raise invalid(f"option_symbol[{LARGEST_LEGS}]", f"no more than {LARGEST_LEGS} legs are allowed")
    return tuple(legs)


def _option_leg(form: Mapping[str, str], index: str) -> TicketLeg:
    symbol = _text(form, f"option_symbol{index}")
    if contract_of(symbol) is None:
        raise invalid(f"option_symbol{index}", "is not a valid option symbol")
    side = Side(_choice(form, f"side{index}", tuple(side for side in Side if side in OPTION_SIDES)))
    return TicketLeg(symbol, side, _quantity(form, f"quantity{index}"))


def _text(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise invalid(name, "is required")
    return form[name]


def _choice(form: Mapping[str, str], name: str, choices: tuple[_Choice, ...]) -> str:
    text = _text(form, name)
    if text not in choices:
        raise invalid(name, f"must be one of {', '.join(choices)}")
    return text


def _quantity(form: Mapping[str, str], name: str) -> int:
    text = _text(form, name)
    number = _decimal(text, name)
    if number != int(number):
        raise invalid(name, "must be a whole number")
    if number < 1:
        raise RiskRefusal("OrderQuantity")
    return int(number)


def _price(form: Mapping[str, str], name: str, *, needed: bool) -> Decimal | None:
    text = form.get(name)
    if not text:
        if needed:
            raise invalid(name, "is required")
        return None
    number = _decimal(text, name)
    if number <= 0:
        raise invalid(name, "must be greater than 0")
    return number


def _decimal(text: str, name: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise invalid(name, "must be a number") from None
    if not number.is_finite():
        raise invalid(name, "must be a number")
    return number
