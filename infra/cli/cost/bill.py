"""A month's usage in dollars."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from infra.cli.cost.prices import ALLOWANCE, PRICES, Item


@dataclass(frozen=True)
class Line:
    """One item of the bill."""

    item: Item
    amount: Decimal
    dollars: Decimal


@dataclass(frozen=True)
class Bill:
    """The month, dearest first; text messages stand beside it, for they depend on the phone and not on the system."""

    lines: tuple[Line, ...]
    text_messages: Line

    @property
    def total(self) -> Decimal:
        """Dollars of the month, without text messages."""
        return sum((line.dollars for line in self.lines), Decimal(0))

    @property
    def dominant(self) -> Line:
        """The dearest item."""
        return self.lines[0]


def bill(usage: Mapping[Item, Decimal]) -> Bill:
    """Return what a month's usage costs beyond CloudWatch's standing allowance."""
    lines = [_line(item, amount) for item, amount in usage.items() if item is not Item.SMS]
    dearest_first = sorted(lines, key=lambda line: line.dollars, reverse=True)
    return Bill(tuple(dearest_first), _line(Item.SMS, usage.get(Item.SMS, Decimal(0))))


def _line(item: Item, amount: Decimal) -> Line:
    paid = max(amount - ALLOWANCE.get(item, Decimal(0)), Decimal(0))
    return Line(item, amount, PRICES[item].of(paid))
