"""What a whole structure is worth: its mid, its spread, its ticks, its fees, its maximum loss."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple, Protocol

from shared.domain.config import Fees
from shared.domain.options import CONTRACT_MULTIPLIER, Leg, LegSide, OptionQuote, Right
from shared.domain.orders import Order, PriceEffect
from shared.domain.positions import width_of
from shared.domain.vocabulary import Strategy

INDEX_UNDERLYINGS = frozenset({"SPX", "XSP", "NDX", "RUT", "VIX"})
COARSE_UNDERLYINGS = INDEX_UNDERLYINGS - {"XSP"}
"""Quoted in nickels and dimes; XSP is an index too, but quoted in cents."""
INDEX_TICK_CHANGE = Decimal(3)
INDEX_TICK_BELOW = Decimal("0.05")
INDEX_TICK_ABOVE = Decimal("0.10")
PENNY_TICK = Decimal("0.01")


class PackageQuote(NamedTuple):
    """A structure's premium per unit: ``mid`` unsigned in the structure's own sense, ``spread`` of all legs."""

    mid: Decimal
    spread: Decimal

    @property
    def worse(self) -> Decimal:
        """Half the spread below mid: what a seller of the package gets at once."""
        return self.mid - self.spread / 2

    @property
    def dearer(self) -> Decimal:
        """Half the spread above mid: what a buyer of the package pays at once."""
        return self.mid + self.spread / 2


class SignedLeg(Protocol):
    """A leg of a position or of an order: ``sign`` is +1 for what is owned or bought, -1 for what is owed or sold."""

    @property
    def option_symbol(self) -> str: ...

    @property
    def sign(self) -> int: ...


def package_quote(strategy: Strategy, legs: Sequence[Leg], quotes: Mapping[str, OptionQuote]) -> PackageQuote | None:
    """Price a structure from its legs' quotes; None when any leg has no sound quote."""
    return _priced(legs, quotes, is_credit=strategy.is_credit)


def package_of(order: Order, quotes: Mapping[str, OptionQuote]) -> PackageQuote | None:
    """Price an order's package in its own sense; None when any leg has no sound quote."""
    return _priced(order.legs, quotes, is_credit=order.effect is PriceEffect.CREDIT)


def _priced(legs: Sequence[SignedLeg], quotes: Mapping[str, OptionQuote], *, is_credit: bool) -> PackageQuote | None:
    value = spread = Decimal(0)
    for leg in legs:
        quote = quotes.get(leg.option_symbol)
        mid = None if quote is None else quote.mid
        width = None if quote is None else quote.spread
        if mid is None or width is None:
            return None
        value += leg.sign * mid
        spread += width
    return PackageQuote(-value if is_credit else value, spread)


def executable_entry(strategy: Strategy, package: PackageQuote) -> Decimal:
    """Return the premium an entry gets or pays at once, per unit."""
    return package.worse if strategy.is_credit else package.dearer


def tick_of(underlying: str, price: Decimal) -> Decimal:
    """Return the smallest price step of an option or package at a price, in dollars per unit."""
    if underlying not in COARSE_UNDERLYINGS:
        return PENNY_TICK
    return INDEX_TICK_BELOW if price < INDEX_TICK_CHANGE else INDEX_TICK_ABOVE


def round_up(underlying: str, price: Decimal) -> Decimal:
    """Round a price up to its tick."""
    tick = tick_of(underlying, price)
    return (price / tick).to_integral_value(ROUND_CEILING) * tick


def round_down(underlying: str, price: Decimal) -> Decimal:
    """Round a price down to its tick."""
    tick = tick_of(underlying, price)
    return (price / tick).to_integral_value(ROUND_FLOOR) * tick


def one_way_fees(underlying: str, legs: int, fees: Fees) -> Decimal:
    """Return what one trade of one contract of a structure costs, in dollars."""
    surcharge = fees.index_surcharge if underlying in INDEX_UNDERLYINGS else Decimal(0)
    return legs * (fees.per_contract + surcharge)


def max_loss(strategy: Strategy, legs: tuple[Leg, ...], premium: Decimal, round_trip_fees: Decimal) -> Decimal:
    """Return the most one contract of the structure can lose, in dollars.

    Credit spreads and condors: (wider width - credit) x 100 + fees. Cash-secured put: (strike - credit) x 100 +
    fees, the cash it secures. Debits: debit x 100 + fees.
    """
    if not strategy.is_credit:
        return premium * CONTRACT_MULTIPLIER + round_trip_fees
    width = width_of(legs)
    at_stake = legs[0].contract.strike if width is None else width
    return max(at_stake - premium, Decimal(0)) * CONTRACT_MULTIPLIER + round_trip_fees


def mark_bounds(legs: Sequence[Leg]) -> tuple[Decimal, Decimal | None]:
    """Return the lowest and highest possible mark of a structure; None when it has no upper bound."""
    width = width_of(tuple(legs))
    if width is not None:
        return Decimal(0), width
    only = legs[0].contract
    return Decimal(0), only.strike if only.right is Right.PUT else None


def intrinsic_value(strategy: Strategy, legs: Sequence[Leg], settlement: Decimal) -> Decimal:
    """Return the structure's unsigned worth at expiration, at this official close, per unit."""
    value = sum((leg.sign * leg_worth(leg, settlement) for leg in legs), Decimal(0))
    return -value if strategy.is_credit else value


def leg_worth(leg: Leg, settlement: Decimal) -> Decimal:
    """Return what one contract is worth at expiration to whoever owns it, at this official close, per unit."""
    contract = leg.contract
    inside = settlement - contract.strike if contract.right is Right.CALL else contract.strike - settlement
    return max(inside, Decimal(0))


def short_legs(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Return the legs that are owed."""
    return tuple(leg for leg in legs if leg.side is LegSide.SHORT)
