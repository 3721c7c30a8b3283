"""Dealers' exposure of small chains, against answers computed by hand."""

from datetime import UTC, date, datetime
from math import exp, log, pi, sqrt

import pytest

from shared.domain.gamma import GammaRow, gamma_exposure, profile, rows_of
from shared.domain.options import Right
from tests.builders import contract, option_quote

SPOT = 100.0
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
YEAR = date(2027, 11, 23)
TODAY = date(2026, 11, 23)


def call(strike: float, open_interest: int = 1_000, expiration: date = YEAR, iv: float = 0.2) -> GammaRow:
    return GammaRow(strike, expiration, True, iv, open_interest)


def put(strike: float, open_interest: int = 1_000, expiration: date = YEAR, iv: float = 0.2) -> GammaRow:
    return GammaRow(strike, expiration, False, iv, open_interest)


def test_one_call_at_the_money_a_year_out() -> None:
    """d1 = iv/2 = 0.1; gamma = phi(0.1) / (100 x 0.2) = 0.0198476; x 1,000 x 100 x 100 squared x 1 % = 198,476."""
    found = gamma_exposure([call(100)], SPOT, NOON)
    assert found.net_gex == pytest.approx(198_476.3, abs=0.1)
    assert (found.call_wall, found.put_wall, found.flip_point) == (100, None, None)


def test_a_put_counts_against_a_call() -> None:
    assert gamma_exposure([put(100)], SPOT, NOON).net_gex == pytest.approx(-198_476.3, abs=0.1)
    assert gamma_exposure([call(100), put(100)], SPOT, NOON).net_gex == pytest.approx(0, abs=1e-6)


def by_the_formula(row: GammaRow, spot: float, years: float, rate: float, dividend_yield: float) -> float:
    d1 = (log(spot / row.strike) + (rate - dividend_yield + row.iv**2 / 2) * years) / (row.iv * sqrt(years))
    gamma = exp(-dividend_yield * years) * exp(-(d1**2) / 2) / sqrt(2 * pi) / (spot * row.iv * sqrt(years))
    return (1 if row.is_call else -1) * gamma * row.open_interest * 100 * spot**2 * 0.01


@pytest.mark.parametrize(("rate", "dividend_yield"), [(0.0, 0.0), (0.04, 0.0), (0.04, 0.015)])
def test_a_chain_is_the_sum_of_the_formula(rate: float, dividend_yield: float) -> None:
    month = date(2026, 12, 23)
    rows = [call(95), call(110, 300), put(90, 2_000, iv=0.3), put(105, 700, month), call(100, 50, month, 0.15)]
    expected = sum(
        by_the_formula(row, SPOT, 1.0 if row.expiration == YEAR else 30 / 365, rate, dividend_yield) for row in rows
    )
    found = gamma_exposure(rows, SPOT, NOON, rate=rate, dividend_yield=dividend_yield)
    assert found.net_gex == pytest.approx(expected, rel=1e-12)


def test_walls_are_the_extremes_of_net_exposure() -> None:
    rows = [call(100, 5_000), put(100, 4_900), call(110, 900), put(90, 800), put(95, 300)]
    found = gamma_exposure(rows, SPOT, NOON)
    assert (found.call_wall, found.put_wall) == (110, 90)
    assert set(found.by_strike) == {90, 95, 100, 110}
    assert found.net_gex == pytest.approx(sum(found.by_strike.values()))


def test_equal_calls_and_puts_around_the_spot_flip_where_their_gammas_are_equal() -> None:
    """phi(d1) of both is equal where ln(S/K) + iv squared T / 2 is opposite: S = sqrt(K1 K2) exp(-iv squared T / 2)."""
    found = gamma_exposure([call(110), put(90)], SPOT, NOON)
    assert found.flip_point == pytest.approx(sqrt(110 * 90) * exp(-0.02), abs=0.001)
    assert profile([call(110), put(90)], [95.0, 100.0], NOON)[0] < 0 < found.net_gex


def test_of_several_zeros_the_one_nearest_the_spot_is_the_flip() -> None:
    near = date(2026, 12, 23)
    rows = [put(85, 1_000, near), call(100, 1_000, near), put(112, 1_000, near)]
    steps = [80 + step / 10 for step in range(400)]
    values = profile(rows, steps, NOON)
    zeros = [
        (low + high) / 2
        for low, high, below, above in zip(steps, steps[1:], values, values[1:], strict=False)
        if below * above < 0
    ]
    assert len(zeros) == 2
    for spot in (96.0, 104.0):
        nearest = min(zeros, key=lambda zero: abs(zero - spot))
        assert gamma_exposure(rows, spot, NOON).flip_point == pytest.approx(nearest, abs=0.06)


def test_one_sided_chains_never_flip() -> None:
    assert gamma_exposure([call(100), call(110)], SPOT, NOON).flip_point is None
    assert gamma_exposure([put(100), put(90)], SPOT, NOON).flip_point is None


@pytest.mark.parametrize(
    ("expiration", "as_of", "counts"),
    [
        pytest.param(date(2026, 11, 20), NOON, False, id="expired on Friday"),
        pytest.param(TODAY, NOON, True, id="expires today, in the session"),
        pytest.param(TODAY, datetime(2026, 11, 23, 21, 0, tzinfo=UTC), False, id="expires today, at the close"),
        pytest.param(TODAY, datetime(2026, 11, 24, 1, 0, tzinfo=UTC), False, id="expired today, 20:00 in New York"),
        pytest.param(date(2026, 11, 24), datetime(2026, 11, 24, 1, 0, tzinfo=UTC), True, id="expires tomorrow"),
    ],
)
def test_expired_rows_are_dropped(expiration: date, as_of: datetime, counts: bool) -> None:
    assert (gamma_exposure([call(100, expiration=expiration)], SPOT, as_of).net_gex > 0) is counts


def test_the_last_day_counts_as_one_day() -> None:
    today, tomorrow = call(100, expiration=TODAY), call(100, expiration=date(2026, 11, 24))
    assert gamma_exposure([today], SPOT, NOON).net_gex == gamma_exposure([tomorrow], SPOT, NOON).net_gex


def test_an_empty_chain_has_no_exposure() -> None:
    assert gamma_exposure([], SPOT, NOON) == (0.0, None, None, None, {})


@pytest.mark.parametrize("spot", [0.0, -1.0, float("nan")])
def test_a_spot_that_is_no_price_is_refused(spot: float) -> None:
    with pytest.raises(ValueError, match="give dollars above zero"):
        gamma_exposure([call(100)], spot, NOON)


def test_only_rows_with_interest_and_a_usable_volatility_count() -> None:
    sound = option_quote(contract(100, Right.CALL), 1, 2)
    quotes = [
        replaced
        for open_interest, iv in ((10, 0.2), (0, 0.2), (10, None), (10, 0.0), (10, 5.0), (10, float("nan")))
        for replaced in [
            type(sound)(sound.contract, sound.bid, sound.ask, sound.as_of, open_interest=open_interest, iv=iv)
        ]
    ]
    assert [(row.open_interest, row.iv, row.is_call) for row in rows_of(quotes)] == [(10, 0.2, True)]
