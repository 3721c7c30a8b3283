"""Tradier's account reads made into our values."""

from decimal import Decimal
from typing import Final

from shared.adapters.documents import Document, Record, parsing
from shared.adapters.tradier.envelope import TRADIER, rows_of
from shared.adapters.vendor_times import from_iso
from shared.domain.errors import InvalidValueError
from shared.domain.options import parse_option_symbol
from shared.domain.orders import Balances, BrokerPosition, OrderPreview
from shared.domain.reference import GainLoss

_BUYING_POWER: Final = (
    ("pdt", "option_buying_power"),
    ("margin", "option_buying_power"),
    ("cash", "cash_available"),
)
"""Blocks in the order of trust: the account's type as printed is not reliable, the block that is there is."""


def parse_balances(document: Document) -> Balances:
    """Return the account's money; the buying power of a cash account is its available cash."""
    balances = Record.of(TRADIER, "", document).record("balances")
    for block, name in _BUYING_POWER:
        inner = balances.optional_record(block)
        if inner is not None and inner.has(name):
            with parsing(TRADIER, balances.path):
                return Balances(
                    account_id=balances.text("account_number"),
                    total_equity=balances.number("total_equity"),
                    option_buying_power=inner.number(name),
                )
    raise balances.malformed("margin.option_buying_power")


def parse_positions(document: Document) -> tuple[BrokerPosition, ...]:
    """Return the holdings: signed contracts by OCC symbol, and whole shares by the stock's symbol."""
    return tuple(_position(row) for row in rows_of(document, "positions", "position"))


def _position(row: Record) -> BrokerPosition:
    symbol = row.text("symbol")
    try:
        option_symbol = parse_option_symbol(symbol).option_symbol
    except InvalidValueError:
        return BrokerPosition(option_symbol=symbol, contracts=int(row.number("quantity")))
    return BrokerPosition(option_symbol=option_symbol, contracts=row.whole("quantity"))


def parse_gain_loss(document: Document) -> tuple[GainLoss, ...]:
    """Return the closed lots of an answer, in its order."""
    return tuple(_lot(row) for row in rows_of(document, "gainloss", "closed_position"))


def _lot(row: Record) -> GainLoss:
    with parsing(TRADIER, row.path):
        return GainLoss(
            symbol=row.text("symbol"),
            quantity=row.number("quantity"),
            cost=row.number("cost"),
            proceeds=row.number("proceeds"),
            gain_loss=row.number("gain_loss"),
            opened_on=row.moment("open_date", from_iso).date(),
            closed_on=row.moment("close_date", from_iso).date(),
        )


def parse_preview(order: Record) -> OrderPreview:
    """Return what an order would cost: cash with fees, change of margin, and all fees, in dollars."""
    commission = order.optional_number("commission") or Decimal(0)
    with parsing(TRADIER, order.path):
        return OrderPreview(
            cost=order.number("cost") if order.has("cost") else order.number("order_cost"),
            margin_change=order.number("margin_change"),
            fees=commission + (order.optional_number("fees") or Decimal(0)),
        )
