"""Dealers' gamma exposure of an option chain, in plain Python.

Dealers are taken to be long the calls and short the puts. ``net_gex`` is dollars of delta they trade per +1 %
move: ``sum(s * gamma * open_interest * 100 * S**2 * 0.01)`` with ``gamma = exp(-qT) phi(d1) / (S iv sqrt(T))``
(Black and Scholes 1973; Merton 1973). The profile revalues the sum at other spots with each contract's own
implied volatility held; the flip is its zero nearest the spot. Gamma is always computed from implied volatility:
vendors round theirs to four decimals, which loses a third of an index's open interest.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from math import exp, log, pi, sqrt
from typing import Final, NamedTuple

from shared.domain.black_scholes import years_between
from shared.domain.options import CONTRACT_MULTIPLIER, OptionQuote, Right
from shared.domain.sessions import NEW_YORK, session

ONE_PERCENT = 0.01
PROFILE_RANGE = 0.20
PROFILE_POINTS = 41
FLIP_TOLERANCE = 1e-6
FLIP_PRECISION = 1e-9
_INV_SQRT_2PI = 1.0 / sqrt(2.0 * pi)
_DEEP = 38.0
HIGHEST_IV = 3.0
"""Beyond it a quote says nothing: deep in the money, about to expire."""


class GammaRow(NamedTuple):
    """What the exposure needs of one contract: dollars, a decimal volatility and contracts."""

    strike: float
    expiration: date
    is_call: bool
    iv: float
    open_interest: int


class GammaExposure(NamedTuple):
    """Dollars per +1 % move; flip and walls in the underlying's dollars, None where there is none."""

    net_gex: float
    flip_point: float | None
    call_wall: float | None
    put_wall: float | None
    by_strike: dict[float, float]


_END: Final = GammaRow(0.0, date.min, True, 0.0, 0)
"""Stands after the last row, so that the one before it is reckoned too."""

_Term = tuple[float, float, float]
"""The logarithm of a strike less the drift, the inverse deviation, and dollars per unit of spot and density."""


def rows_of(quotes: Iterable[OptionQuote]) -> list[GammaRow]:
    """Keep the contracts that have open interest and a usable implied volatility."""
    return [
        GammaRow(
            float(quote.contract.strike),
            quote.contract.expiration,
            quote.contract.right is Right.CALL,
            quote.iv,
            quote.open_interest,
        )
        for quote in quotes
        if quote.open_interest > 0 and quote.iv is not None and 0.0 < quote.iv < HIGHEST_IV
    ]


def gamma_exposure(
    options: Sequence[GammaRow],
    spot: float,
    as_of: datetime,
    *,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
    with_flip: bool = True,
) -> GammaExposure:
    """Return net exposure, flip and walls of a chain.

    ``spot`` is dollars, ``as_of`` aware; ``rate`` and ``dividend_yield`` are decimals a year. Time to expiration
    is calendar days over 365, at least one day. Expired rows, and rows that expire today once the session is
    over, are dropped. An empty chain has exposure 0, no flip and no walls. The flip takes most of the time and can
    be left out.

    Raises:
        ValueError: the spot is not positive.
    """
    if not spot > 0.0:
        raise ValueError(f"spot: {spot} is not a price; give dollars above zero")
    terms, by_strike = _opened(options, spot, as_of, rate, dividend_yield)
    if not by_strike:
        return GammaExposure(0.0, None, None, None, {})
    return GammaExposure(
        net_gex=sum(by_strike.values()),
        flip_point=_flip(terms, spot) if with_flip else None,
        call_wall=_wall(by_strike, max, lambda exposure: exposure > 0.0),
        put_wall=_wall(by_strike, min, lambda exposure: exposure < 0.0),
        by_strike=by_strike,
    )


def profile(
    options: Sequence[GammaRow],
    spots: Sequence[float],
    as_of: datetime,
    *,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
) -> tuple[float, ...]:
    """Return the net exposure the same chain would have at each of these spots, in dollars per +1 % move."""
    terms, _ = _opened(options, spots[0] if spots else 1.0, as_of, rate, dividend_yield)
    return tuple(_net(terms, spot) for spot in spots)


def _first_live_expiration(as_of: datetime) -> tuple[date, bool]:
    today = as_of.astimezone(NEW_YORK).date()
    hours = session(today)
    return today, hours is not None and as_of < hours.closes_at


def _opened(
    options: Sequence[GammaRow], spot: float, as_of: datetime, rate: float, dividend_yield: float
) -> tuple[list[_Term], dict[float, float]]:
    """Return the terms of the profile and the exposure by strike at the spot: the hot loop, so all in one pass.

    A call and a put of one strike that stand side by side with one volatility are netted first and make one term,
    which is reckoned when the next begins.
    """
    today, today_lives = _first_live_expiration(as_of)
    log_spot = log(spot)
    terms: list[_Term] = []
    by_strike: dict[float, float] = {}
    known, logarithm, density_at, add = by_strike.get, log, exp, terms.append
    day: date | None = None
    near_strike = near_iv = root = drift = dollars = 0.0
    contracts, is_live = 0, False
    for strike, expiration, is_call, iv, open_interest in (*options, _END):
        if strike == near_strike and iv == near_iv and expiration == day:
            contracts += open_interest if is_call else -open_interest
            continue
        if is_live:
            deviation = near_iv * root
            inverse = 1.0 / deviation
            shifted = logarithm(near_strike) - drift - 0.5 * deviation * deviation
            weight = dollars * inverse * contracts
            add((shifted, inverse, weight))
            d1 = (log_spot - shifted) * inverse
            if -_DEEP < d1 < _DEEP:
                by_strike[near_strike] = known(near_strike, 0.0) + weight * density_at(-0.5 * d1 * d1) * spot
        if expiration != day:
            day = expiration
            is_live = expiration > today or (today_lives and expiration == today)
            tau = years_between(as_of, expiration)
            root, drift = sqrt(tau), (rate - dividend_yield) * tau
            dollars = CONTRACT_MULTIPLIER * ONE_PERCENT * exp(-dividend_yield * tau) * _INV_SQRT_2PI
        near_strike, near_iv = strike, iv
        contracts = open_interest if is_call else -open_interest
    return terms, by_strike


def _net(terms: Sequence[_Term], spot: float) -> float:
    log_spot, density_at = log(spot), exp
    total = 0.0
    for shifted, inverse, weight in terms:
        d1 = (log_spot - shifted) * inverse
        if -_DEEP < d1 < _DEEP:
            total += weight * density_at(-0.5 * d1 * d1)
    return total * spot


def _flip(terms: Sequence[_Term], spot: float) -> float | None:
    """Find the zero nearest the spot: scan outward for a change of sign, then close in."""
    step = 2.0 * PROFILE_RANGE / (PROFILE_POINTS - 1)
    half = PROFILE_POINTS // 2
    values = {0: _net(terms, spot)}
    for distance in range(1, half + 1):
        for side in (-distance, distance):
            values[side] = _net(terms, spot * (1.0 + side * step))
        zeros = [
            zero
            for inner, outer in ((-distance + 1, -distance), (distance - 1, distance))
            if (zero := _zero(terms, spot, step, (inner, values[inner]), (outer, values[outer]))) is not None
        ]
        if zeros:
            return min(zeros, key=lambda zero: abs(zero - spot))
    return None


def _zero(
    terms: Sequence[_Term], spot: float, step: float, inner: tuple[int, float], outer: tuple[int, float]
) -> float | None:
    (near, at_near), (far, at_far) = inner, outer
    if at_near == 0.0 and (near == 0 or at_far != 0.0):
        return spot * (1.0 + near * step) if at_far != 0.0 else None
    if at_near * at_far >= 0.0:
        return None
    return _root(terms, spot, (spot * (1.0 + near * step), at_near), (spot * (1.0 + far * step), at_far))


def _root(terms: Sequence[_Term], spot: float, one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the zero between two points of opposite sign: regula falsi, the kept end halved (Illinois)."""
    (low, at_low), (high, at_high) = one, other
    while abs(high - low) > FLIP_TOLERANCE * spot:
        middle = high - at_high * (high - low) / (at_high - at_low)
        value = _net(terms, middle)
        if abs(value) <= FLIP_PRECISION * abs(one[1] - other[1]):
            return middle
        if value * at_high < 0.0:
            low, at_low = high, at_high
        else:
            at_low *= 0.5
        high, at_high = middle, value
    return high


def _wall(
    by_strike: dict[float, float],
    extreme: Callable[..., float],
    counts: Callable[[float], bool],
) -> float | None:
    strike = extreme(by_strike, key=by_strike.__getitem__)
    return strike if counts(by_strike[strike]) else None
