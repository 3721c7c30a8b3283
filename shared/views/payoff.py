"""What a position would bring at other prices of its underlying: at expiration, and now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Final

from shared.domain.black_scholes import implied_volatility, price, years_between
from shared.domain.options import CONTRACT_MULTIPLIER, Leg, OptionQuote, Right
from shared.domain.package import intrinsic_value
from shared.domain.positions import Position
from shared.views.view import View

POINTS: Final = 61
REACH: Final = 0.06
"""How far the diagram reaches beyond spot and strikes, as a share of the spot."""


class PayoffView(View):
    """Profit or loss in dollars, fees both ways included, over prices of the underlying.

    ``now`` holds each leg's implied volatility; None where a leg has no sound quote.
    """

    spots: tuple[float, ...]
    at_expiration: tuple[float, ...]
    now: tuple[float, ...] | None
    breakevens: tuple[float, ...]


def payoff_view(position: Position, spot: Decimal, quotes: Mapping[str, OptionQuote], now: datetime) -> PayoffView:
    """Return the payoff of what is left of a position."""
    spots = _spots(position, float(spot))
    ends = tuple(_dollars(position, float(_worth(position, one))) for one in spots)
    return PayoffView(
        spots=spots,
        at_expiration=ends,
        now=_present(position, spots, float(spot), quotes, now),
        breakevens=_zeros(spots, ends),
    )


def _spots(position: Position, spot: float) -> tuple[float, ...]:
    """Return evenly spaced prices, with every strike among them so that the corners are sharp."""
    strikes = [float(leg.contract.strike) for leg in position.legs]
    low = min(*strikes, spot) - REACH * spot
    high = max(*strikes, spot) + REACH * spot
    step = (high - low) / (POINTS - 1)
    return tuple(sorted({round(low + step * number, 2) for number in range(POINTS)} | set(strikes) | {round(spot, 2)}))


def _worth(position: Position, spot: float) -> Decimal:
    return intrinsic_value(position.strategy, position.legs, Decimal(str(spot)))


def _dollars(position: Position, worth: float) -> float:
    """Return the profit of a structure whose unsigned worth per unit is this."""
    entry = float(position.entry_price)
    gained = entry - worth if position.strategy.is_credit else worth - entry
    fees = 2 * float(position.entry_fees) / position.contracts
    return round((gained * CONTRACT_MULTIPLIER - fees) * position.remaining_contracts, 2)


def _present(
    position: Position, spots: Sequence[float], spot: float, quotes: Mapping[str, OptionQuote], now: datetime
) -> tuple[float, ...] | None:
    years = years_between(now, position.expiration)
    volatilities = [_volatility(leg, quotes, spot, years) for leg in position.legs]
    known = [(leg, iv) for leg, iv in zip(position.legs, volatilities, strict=True) if iv is not None]
    if len(known) < len(position.legs):
        return None
    sign = -1.0 if position.strategy.is_credit else 1.0
    values = (sign * sum(leg.sign * _value(leg, one, years, iv) for leg, iv in known) for one in spots)
    drawn = tuple(_dollars(position, value) for value in values)
    return drawn if all(isfinite(one) for one in drawn) else None


def _volatility(leg: Leg, quotes: Mapping[str, OptionQuote], spot: float, years: float) -> float | None:
    quote = quotes.get(leg.option_symbol)
    if quote is None or quote.mid is None:
        return None
    strike, is_call = float(leg.contract.strike), leg.contract.right is Right.CALL
    return implied_volatility(float(quote.mid), spot, strike, years, is_call=is_call)


def _value(leg: Leg, spot: float, years: float, iv: float) -> float:
    return price(spot, float(leg.contract.strike), years, iv, is_call=leg.contract.right is Right.CALL)


def _zeros(spots: Sequence[float], ends: Sequence[float]) -> tuple[float, ...]:
    """Return where the payoff at expiration crosses nothing; it is straight between two points."""
    found = []
    for (low, at_low), (high, at_high) in zip(
        zip(spots, ends, strict=True), list(zip(spots, ends, strict=True))[1:], strict=False
    ):
        if at_low * at_high < 0:
            found.append(round(low + (high - low) * at_low / (at_low - at_high), 2))
    return tuple(found)
