"""Deltas and implied volatilities that can be trusted: the vendor's where fresh and possible, else from the mids.

Vendors' greeks are refreshed hourly, missing for some rows and absurd for others. Where they are, the volatility is
that of the out-of-the-money side of the strike, at the forward that the quotes themselves imply (put-call parity
around the money, as in the Cboe VIX methodology), and the delta is that of the forward.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from statistics import median
from typing import Final

from shared.domain.black_scholes import greeks, implied_volatility, years_between
from shared.domain.options import OptionQuote, Right

GREEKS_AGE_S: Final = 300
"""The age from which the vendor's greeks are of another market."""
ABSURD_IV: Final = 5.0
PARITY_STRIKES: Final = 5
LARGEST_CARRY: Final = 0.03
"""A forward further from the spot than this share is a defect of the quotes."""

_Group = tuple[str, date]
_Pair = dict[Right, OptionQuote]


def with_sound_greeks(quotes: Iterable[OptionQuote], spot: Decimal, as_of: datetime) -> tuple[OptionQuote, ...]:
    """Return the same contracts, each with a sound delta and volatility, or None where there is none.

    ``spot`` is dollars above zero, ``as_of`` the moment the greeks are needed for, aware. Rates are those the
    quotes imply; the root of a contract matters (SPX and SPXW settle differently at one strike and day).
    """
    quotes = tuple(quotes)
    if all(is_sound(quote, as_of) for quote in quotes):
        return quotes
    groups: dict[_Group, dict[Decimal, _Pair]] = {}
    for quote in quotes:
        contract = quote.contract
        strikes = groups.setdefault((contract.root, contract.expiration), {})
        strikes.setdefault(contract.strike, {})[contract.right] = quote
    forwards = {group: forward_of(strikes, float(spot)) for group, strikes in groups.items()}
    volatilities: dict[tuple[_Group, Decimal], float | None] = {}
    return tuple(
        quote if is_sound(quote, as_of) else _recomputed(quote, groups, forwards, volatilities, as_of)
        for quote in quotes
    )


def is_sound(quote: OptionQuote, as_of: datetime) -> bool:
    """Tell whether a vendor's greeks are there, possible and fresh."""
    if quote.iv is None or quote.delta is None or quote.greeks_as_of is None:
        return False
    possible = 0 <= quote.delta <= 1 if quote.contract.right is Right.CALL else -1 <= quote.delta <= 0
    fresh = abs((as_of - quote.greeks_as_of).total_seconds()) <= GREEKS_AGE_S
    return possible and fresh and 0 < quote.iv < ABSURD_IV


def forward_of(strikes: dict[Decimal, _Pair], spot: float) -> float:
    """Return the forward that put-call parity implies around the money, the spot where the quotes imply none."""
    paired: list[tuple[float, float]] = []
    for strike, pair in strikes.items():
        call, put = _mid(pair.get(Right.CALL)), _mid(pair.get(Right.PUT))
        if call is not None and put is not None:
            paired.append((abs(call - put), float(strike) + call - put))
    implied = [forward for _, forward in sorted(paired)[:PARITY_STRIKES]]
    if not implied:
        return spot
    forward = median(implied)
    return forward if abs(forward / spot - 1.0) <= LARGEST_CARRY else spot


def _recomputed(
    quote: OptionQuote,
    groups: dict[_Group, dict[Decimal, _Pair]],
    forwards: dict[_Group, float],
    volatilities: dict[tuple[_Group, Decimal], float | None],
    as_of: datetime,
) -> OptionQuote:
    contract = quote.contract
    group = (contract.root, contract.expiration)
    forward, years = forwards[group], years_between(as_of, contract.expiration)
    key = (group, contract.strike)
    if key not in volatilities:
        volatilities[key] = _volatility(groups[group][contract.strike], contract.strike, forward, years)
    iv = volatilities[key]
    if iv is None:
        return replace(quote, iv=None, delta=None, greeks_as_of=None)
    is_call = contract.right is Right.CALL
    delta = greeks(forward, float(contract.strike), years, iv, is_call=is_call).delta
    return replace(quote, iv=iv, delta=delta, greeks_as_of=quote.as_of)


def _volatility(pair: _Pair, strike: Decimal, forward: float, years: float) -> float | None:
    """Return the implied volatility of the strike's out-of-the-money side."""
    is_call = float(strike) >= forward
    mid = _mid(pair.get(Right.CALL if is_call else Right.PUT))
    if mid is None:
        return None
    iv = implied_volatility(mid, forward, float(strike), years, is_call=is_call)
    return iv if iv is not None and iv < ABSURD_IV else None


def _mid(quote: OptionQuote | None) -> float | None:
    mid = quote.mid if quote is not None else None
    return None if mid is None else float(mid)
