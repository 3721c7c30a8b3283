"""European option prices, greeks and implied volatility after Black, Scholes and Merton.

Standard library only; volatilities, rates and yields are decimals a year, times are years. Formulas: Merton
(1973), "Theory of Rational Option Pricing", with a continuous dividend yield.
"""

from datetime import date, datetime
from math import erfc, exp, log, pi, sqrt
from typing import Final, NamedTuple

from shared.domain.sessions import new_york_date

DAYS_PER_YEAR: Final = 365
MINIMUM_DAYS: Final = 1
VOL_POINT: Final = 0.01

LOWEST_IV: Final = 1e-4
HIGHEST_IV: Final = 20.0

_SQRT_2: Final = sqrt(2.0)
_INVERSE_SQRT_2PI: Final = 1.0 / sqrt(2.0 * pi)
_ITERATIONS: Final = 64
_RELATIVE_TOLERANCE: Final = 1e-13
_SMALLEST_TIME_VALUE: Final = 1e-11
"""Time value below this share of the spot says nothing of volatility in double precision."""


class Greeks(NamedTuple):
    """Sensitivities of one option: theta a calendar day, vega a volatility point, the others a dollar."""

    delta: float
    gamma: float
    theta: float
    vega: float


class Valuation(NamedTuple):
    """The value of one option with its Greeks, in their units."""

    price: float
    delta: float
    gamma: float
    theta: float
    vega: float


def years_between(as_of: datetime, expiration: date) -> float:
    """Return the years to an expiration: New York calendar days over 365, at least one day."""
    days = (expiration - new_york_date(as_of)).days
    return max(days, MINIMUM_DAYS) / DAYS_PER_YEAR


def price(
    spot: float,
    strike: float,
    years: float,
    iv: float,
    *,
    is_call: bool,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
) -> float:
    """Return the value of one option on one unit of the underlying."""
    forward_spot = spot * exp(-dividend_yield * years)
    discounted_strike = strike * exp(-rate * years)
    return _discounted_price(forward_spot, discounted_strike, iv * sqrt(years), is_call)


def greeks(
    spot: float,
    strike: float,
    years: float,
    iv: float,
    *,
    is_call: bool,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
) -> Greeks:
    """Return the sensitivities of one option; years and iv are positive."""
    valued = valuation(spot, strike, years, iv, is_call=is_call, rate=rate, dividend_yield=dividend_yield)
    return Greeks(valued.delta, valued.gamma, valued.theta, valued.vega)


def valuation(
    spot: float,
    strike: float,
    years: float,
    iv: float,
    *,
    is_call: bool,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
) -> Valuation:
    """Return price and sensitivities of one option in one go; years and iv are positive."""
    root = sqrt(years)
    deviation = iv * root
    d1 = (log(spot / strike) + (rate - dividend_yield) * years) / deviation + 0.5 * deviation
    carry = exp(-dividend_yield * years)
    density = carry * exp(-0.5 * d1 * d1) * _INVERSE_SQRT_2PI
    sign = 1.0 if is_call else -1.0
    delta = sign * carry * 0.5 * erfc(-sign * d1 / _SQRT_2)
    owed = sign * exp(-rate * years) * strike * 0.5 * erfc(sign * (deviation - d1) / _SQRT_2)
    decay = -0.5 * spot * density * iv / root - rate * owed + dividend_yield * spot * delta
    return Valuation(
        price=spot * delta - owed,
        delta=delta,
        gamma=density / (spot * deviation),
        theta=decay / DAYS_PER_YEAR,
        vega=spot * density * root * VOL_POINT,
    )


def implied_volatility(
    option_price: float,
    spot: float,
    strike: float,
    years: float,
    *,
    is_call: bool,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
) -> float | None:
    """Return the volatility that gives this price, or None where none does.

    None means: the price is at or below the discounted intrinsic value, at or above its upper bound, not
    finite, or implies a volatility outside LOWEST_IV to HIGHEST_IV. Newton's method on the out-of-the-money
    option of the same strike, kept inside a shrinking bracket.
    """
    if not (spot > 0 and strike > 0 and years > 0):
        return None
    forward_spot = spot * exp(-dividend_yield * years)
    discounted_strike = strike * exp(-rate * years)
    if is_call == (forward_spot > discounted_strike):
        option_price -= abs(forward_spot - discounted_strike)  # put-call parity to the out-of-the-money side
    upper_bound = min(forward_spot, discounted_strike)
    if not _SMALLEST_TIME_VALUE * spot < option_price < upper_bound:
        return None
    root = sqrt(years)
    deviation = _implied_deviation(option_price, forward_spot, discounted_strike, LOWEST_IV * root, HIGHEST_IV * root)
    return None if deviation is None else deviation / root


def _implied_deviation(
    target: float, forward_spot: float, discounted_strike: float, low: float, high: float
) -> float | None:
    """Solve the out-of-the-money price for iv·√years between low and high."""
    log_ratio = log(forward_spot / discounted_strike)
    is_call = log_ratio <= 0.0
    if not (
        _discounted_price(forward_spot, discounted_strike, low, is_call)
        <= target
        <= _discounted_price(forward_spot, discounted_strike, high, is_call)
    ):
        return None
    sign = 1.0 if is_call else -1.0
    log_target = log(target)
    deviation = min(max(_first_guess(target, forward_spot, discounted_strike, log_ratio), low), high)
    for _ in range(_ITERATIONS):
        d1 = log_ratio / deviation + 0.5 * deviation
        value = (
            sign
            * 0.5
            * (forward_spot * erfc(-sign * d1 / _SQRT_2) - discounted_strike * erfc(sign * (deviation - d1) / _SQRT_2))
        )
        if value > target:
            high = deviation
        else:
            low = deviation
        slope = forward_spot * exp(-0.5 * d1 * d1) * _INVERSE_SQRT_2PI
        # In the logarithm of the price the function is close to straight far from the money.
        step = (log_target - log(value)) * value / slope if value > 0.0 and slope > 0.0 else 0.0
        candidate = deviation + step
        if not low < candidate < high or step == 0.0:
            candidate = 0.5 * (low + high) if value != target else deviation
        if abs(candidate - deviation) <= _RELATIVE_TOLERANCE * deviation:
            return candidate
        deviation = candidate
    return deviation


def _first_guess(target: float, forward_spot: float, discounted_strike: float, log_ratio: float) -> float:
    """Start at the inflection point, or at the at-the-money approximation where that is larger."""
    inflection = sqrt(2.0 * abs(log_ratio))
    at_the_money = target / (0.2 * (forward_spot + discounted_strike))
    return max(inflection, at_the_money, 1e-3)


def _discounted_price(forward_spot: float, discounted_strike: float, deviation: float, is_call: bool) -> float:
    sign = 1.0 if is_call else -1.0
    if deviation <= 0.0:
        return max(sign * (forward_spot - discounted_strike), 0.0)
    d1 = log(forward_spot / discounted_strike) / deviation + 0.5 * deviation
    return (
        sign
        * 0.5
        * (forward_spot * erfc(-sign * d1 / _SQRT_2) - discounted_strike * erfc(sign * (deviation - d1) / _SQRT_2))
    )
