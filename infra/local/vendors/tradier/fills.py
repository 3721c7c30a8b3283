"""At what price a working order fills, if it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from infra.local.vendors.tradier.order import ZERO, Leg, Order

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class TwoSided:
    """The quote of one leg, dollars."""

    bid: Decimal
    ask: Decimal

    @property
    def mid(self) -> Decimal:
        """The middle."""
        return (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True)
class Package:
    """The quote of a whole order, a unit of it: what it costs, credits negative."""

    mid: Decimal
    natural: Decimal


def two_sided(bid: float, ask: float) -> TwoSided | None:
    """Return a quote that can be traded on, None for one that cannot."""
    if not (0 <= bid <= ask and ask > 0):
        return None
    return TwoSided(Decimal(str(bid)), Decimal(str(ask)))


def package(order: Order, quotes: Sequence[TwoSided]) -> Package:
    """Price a unit of the order: at the middle, and at the far side of each leg."""
    mid = natural = ZERO
    for leg, quote in zip(order.legs, quotes, strict=True):
        ratio = leg.side.sign * Decimal(leg.quantity) / order.spreads
        mid += ratio * quote.mid
        natural += ratio * (quote.ask if leg.side.sign > 0 else quote.bid)
    return Package(mid, natural)


def fill_price(order: Order, quoted: Package, now: datetime, mid_fill_delay_s: float) -> Decimal | None:
    """Return the price of a unit at which the order fills now, None where it does not.

    When it arrives it gets the natural price where its limit reaches that; later it gets its limit, since the market
    came to it. A limit from the middle on fills after a delay; one short of the middle does not.
    """
    limit = order.limit()
    if limit is None:
        return quoted.natural
    if limit >= quoted.natural:
        return limit if order.arrived else quoted.natural
    waited = now - (order.working_since or order.created_at) >= timedelta(seconds=mid_fill_delay_s)
    return limit if limit >= quoted.mid and waited else None


def stop_is_touched(order: Order, quote: TwoSided) -> bool:
    """Tell whether the market trades through the stop price of a single order."""
    if order.stop is None:
        return True
    return quote.ask >= order.stop if order.legs[0].side.sign > 0 else quote.bid <= order.stop


def leg_prices(order: Order, quotes: Sequence[TwoSided], quoted: Package, price: Decimal) -> list[Decimal]:
    """Split the price of a unit among the legs: each as far from its middle as the whole, the rest on one leg."""
    width = quoted.natural - quoted.mid
    part = ZERO if width == 0 else (price - quoted.mid) / width
    prices = [
        max(ZERO, (quote.mid + leg.side.sign * part * (quote.ask - quote.bid) / 2).quantize(CENT, ROUND_HALF_EVEN))
        for leg, quote in zip(order.legs, quotes, strict=True)
    ]
    rest = price - sum((_ratio(order, leg) * value for leg, value in zip(order.legs, prices, strict=True)), ZERO)
    if rest:
        index = max(range(len(prices)), key=lambda at: (-abs(_ratio(order, order.legs[at])), prices[at]))
        prices[index] += rest / _ratio(order, order.legs[index])
    return prices


def _ratio(order: Order, leg: Leg) -> Decimal:
    return leg.side.sign * Decimal(leg.quantity) / order.spreads
