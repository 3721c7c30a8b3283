"""Which expirations, strikes and roots are listed."""

from datetime import date, timedelta

import numpy as np
import pytest

from shared.backtest.listing import SPX, SPY, ExpirationKind, expirations, kind, strike_columns
from shared.domain.sessions import is_session

DAY = date(2017, 10, 2)


def test_fridays_of_ten_weeks_months_of_a_year_and_quarters_of_two_are_listed() -> None:
    listed = expirations(DAY)
    kinds = {of: [day for day in listed if kind(day) is of] for of in ExpirationKind}
    assert max(kinds[ExpirationKind.WEEKLY]) == date(2017, 12, 8)
    assert max(kinds[ExpirationKind.MONTHLY]) == date(2018, 8, 17)
    assert max(kinds[ExpirationKind.QUARTERLY]) == date(2019, 9, 20)
    assert [day for day in listed if day <= DAY + timedelta(weeks=10)] == [
        date(2017, 10, 6) + timedelta(weeks=week) for week in range(10)
    ]


@pytest.mark.parametrize(
    ("on", "first"),
    [
        pytest.param(date(2018, 2, 16), date(2018, 2, 16), id="its own day"),
        pytest.param(date(2018, 2, 17), date(2018, 2, 23), id="Saturday"),
        pytest.param(date(2018, 3, 29), date(2018, 3, 29), id="Thursday before Good Friday"),
        pytest.param(date(2018, 3, 30), date(2018, 4, 6), id="Good Friday"),
    ],
)
def test_the_nearest_expiration(on: date, first: date) -> None:
    assert expirations(on)[0] == first


def test_every_expiration_is_a_session() -> None:
    days = [date(2014, 1, 3) + timedelta(days=step) for step in range(0, 1800, 7)]
    assert all(is_session(expiration) for day in days for expiration in expirations(day))


@pytest.mark.parametrize(
    ("expiration", "expected"),
    [
        pytest.param(date(2018, 3, 16), ExpirationKind.QUARTERLY, id="third Friday of a quarter"),
        pytest.param(date(2018, 2, 16), ExpirationKind.MONTHLY, id="third Friday"),
        pytest.param(date(2018, 2, 23), ExpirationKind.WEEKLY, id="fourth Friday"),
        pytest.param(date(2014, 4, 17), ExpirationKind.MONTHLY, id="Thursday before Good Friday, the third"),
    ],
)
def test_the_kind_of_an_expiration(expiration: date, expected: ExpirationKind) -> None:
    assert kind(expiration) is expected


@pytest.mark.parametrize(
    ("distance", "step"),
    [
        pytest.param(0.03, 5, id="near the money"),
        pytest.param(0.10, 25, id="beyond 5 %"),
        pytest.param(0.25, 50, id="beyond 15 %"),
    ],
)
@pytest.mark.parametrize("side", [-1, 1])
def test_spx_strikes_thin_out_away_from_the_money(distance: float, step: int, side: int) -> None:
    strikes = strike_columns(SPX, 2500.0) * SPX.strike_unit
    place = int(np.searchsorted(strikes, 2500.0 * (1 + side * distance)))
    assert strikes[place + 1] - strikes[place] == step


def test_spy_strikes_are_a_dollar_apart() -> None:
    strikes = strike_columns(SPY, 252.86) * SPY.strike_unit
    assert set(np.diff(strikes).tolist()) == {1}
    assert strikes[0] < 0.51 * 252.86 < 1.34 * 252.86 < strikes[-1]
