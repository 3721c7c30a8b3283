"""Prices and greeks equal an independent library's, and implied volatility gives back what priced the option."""

from datetime import UTC, date, datetime
from itertools import product
from math import exp, inf, nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from vollib.black_scholes_merton import black_scholes_merton
from vollib.black_scholes_merton.greeks import analytical
from vollib.black_scholes_merton.implied_volatility import implied_volatility as vollib_iv

from shared.domain.black_scholes import (
    HIGHEST_IV,
    LOWEST_IV,
    greeks,
    implied_volatility,
    price,
    valuation,
    years_between,
)

SPOT, RATE, YIELD = 2700.0, 0.01, 0.018
GRID = list(
    product((1900.0, 2500.0, 2700.0, 2725.0, 3100.0), (1 / 365, 30 / 365, 2.0), (0.08, 0.2, 0.9), (True, False))
)


def flag(is_call: bool) -> str:
    return "c" if is_call else "p"


@pytest.mark.parametrize(("strike", "years", "iv", "is_call"), GRID)
def test_price_and_greeks_equal_the_oracle(strike: float, years: float, iv: float, is_call: bool) -> None:
    arguments = (flag(is_call), SPOT, strike, years, RATE, iv, YIELD)
    ours = greeks(SPOT, strike, years, iv, is_call=is_call, rate=RATE, dividend_yield=YIELD)
    assert price(SPOT, strike, years, iv, is_call=is_call, rate=RATE, dividend_yield=YIELD) == pytest.approx(
        black_scholes_merton(flag(is_call), SPOT, strike, years, RATE, iv, YIELD), abs=1e-9
    )
    assert ours.delta == pytest.approx(analytical.delta(*arguments), abs=1e-9)
    assert ours.gamma == pytest.approx(analytical.gamma(*arguments), abs=1e-9)
    assert ours.theta == pytest.approx(analytical.theta(*arguments), abs=1e-9)
    assert ours.vega == pytest.approx(analytical.vega(*arguments), abs=1e-9)


@pytest.mark.parametrize(("strike", "years", "iv", "is_call"), GRID)
def test_a_valuation_is_the_price_with_its_greeks(strike: float, years: float, iv: float, is_call: bool) -> None:
    whole = valuation(SPOT, strike, years, iv, is_call=is_call, rate=RATE, dividend_yield=YIELD)
    assert whole.price == pytest.approx(
        price(SPOT, strike, years, iv, is_call=is_call, rate=RATE, dividend_yield=YIELD), abs=1e-9
    )
    assert whole[1:] == greeks(SPOT, strike, years, iv, is_call=is_call, rate=RATE, dividend_yield=YIELD)


@pytest.mark.parametrize("is_call", [True, False])
@pytest.mark.parametrize("strike", [2400.0, 2700.0, 2900.0])
def test_implied_volatility_equals_the_oracle(strike: float, is_call: bool) -> None:
    option_price = price(SPOT, strike, 45 / 365, 0.17, is_call=is_call, rate=RATE, dividend_yield=YIELD)
    ours = implied_volatility(option_price, SPOT, strike, 45 / 365, is_call=is_call, rate=RATE, dividend_yield=YIELD)
    oracle = vollib_iv(option_price, SPOT, strike, 45 / 365, RATE, YIELD, flag(is_call))
    assert ours == pytest.approx(oracle, abs=1e-9)


@given(
    log_moneyness=st.floats(-1.0, 1.0),
    days=st.integers(1, 730),
    iv=st.floats(0.01, 3.0),
    is_call=st.booleans(),
    rate=st.floats(-0.01, 0.08),
    dividend_yield=st.floats(0.0, 0.05),
)
def test_implied_volatility_gives_back_what_priced_the_option(
    log_moneyness: float, days: int, iv: float, is_call: bool, rate: float, dividend_yield: float
) -> None:
    strike, years = SPOT * exp(log_moneyness), days / 365
    whole = valuation(SPOT, strike, years, iv, is_call=is_call, rate=rate, dividend_yield=dividend_yield)
    assume(whole.vega > 1e-3)
    found = implied_volatility(
        whole.price, SPOT, strike, years, is_call=is_call, rate=rate, dividend_yield=dividend_yield
    )
    assert found == pytest.approx(iv, rel=1e-6)


@given(
    option_price=st.floats(allow_nan=True, allow_infinity=True),
    spot=st.floats(0.01, 1e5),
    strike=st.floats(0.01, 1e5),
    days=st.integers(0, 2000),
    is_call=st.booleans(),
)
def test_implied_volatility_is_always_a_volatility_or_none(
    option_price: float, spot: float, strike: float, days: int, is_call: bool
) -> None:
    found = implied_volatility(option_price, spot, strike, days / 365, is_call=is_call, rate=0.02)
    assert found is None or LOWEST_IV <= found <= HIGHEST_IV


@pytest.mark.parametrize(
    ("option_price", "strike", "is_call"),
    [
        pytest.param(199.0, 2500.0, True, id="call below intrinsic"),
        pytest.param(200.0, 2500.0, True, id="call at intrinsic"),
        pytest.param(2700.0, 2500.0, True, id="call at its upper bound"),
        pytest.param(2501.0, 2500.0, False, id="put above its upper bound"),
        pytest.param(0.0, 2500.0, False, id="worthless put"),
        pytest.param(-1.0, 2500.0, False, id="negative price"),
        pytest.param(nan, 2500.0, False, id="not a number"),
        pytest.param(inf, 2500.0, False, id="infinite price"),
    ],
)
def test_an_impossible_price_has_no_volatility(option_price: float, strike: float, is_call: bool) -> None:
    assert implied_volatility(option_price, SPOT, strike, 30 / 365, is_call=is_call) is None


@pytest.mark.parametrize(
    ("spot", "strike", "years"),
    [
        pytest.param(0.0, 2500.0, 0.1, id="no spot"),
        pytest.param(2700.0, -1.0, 0.1, id="negative strike"),
        pytest.param(2700.0, 2500.0, 0.0, id="no time"),
    ],
)
def test_an_impossible_option_has_no_volatility(spot: float, strike: float, years: float) -> None:
    assert implied_volatility(10.0, spot, strike, years, is_call=False) is None


@pytest.mark.parametrize(
    ("as_of", "expiration", "days"),
    [
        pytest.param(datetime(2018, 2, 5, 20, tzinfo=UTC), date(2018, 3, 16), 39, id="calendar days"),
        pytest.param(datetime(2018, 2, 6, 3, tzinfo=UTC), date(2018, 2, 7), 2, id="counted in New York"),
        pytest.param(datetime(2018, 2, 16, 20, tzinfo=UTC), date(2018, 2, 16), 1, id="at least one day"),
        pytest.param(datetime(2018, 2, 16, 20, tzinfo=UTC), date(2018, 2, 9), 1, id="also when expired"),
    ],
)
def test_years_are_calendar_days_over_365(as_of: datetime, expiration: date, days: int) -> None:
    assert years_between(as_of, expiration) == days / 365
