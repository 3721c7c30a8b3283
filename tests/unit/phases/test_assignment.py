"""A short leg settled in shares stays neither into its expiration day nor, in the money, over an ex-dividend date."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from shared.domain.dividends import ex_dividend_dates
from shared.domain.options import Right
from shared.domain.positions import Position
from shared.domain.vocabulary import Strategy
from shared.phases.monitoring.assignment import at_risk_of_assignment
from tests.builders import long, position, short

THURSDAY, FRIDAY = date(2026, 12, 17), date(2026, 12, 18)
"""The third Friday of December 2026 is SPY's ex-dividend date."""
LATER = date(2027, 1, 15)
CALLS = position(
    Strategy.BEAR_CALL_SPREAD,
    legs=(short(410, Right.CALL, expiration=LATER), long(415, Right.CALL, expiration=LATER)),
)
PUTS = position(expiration=LATER)
LONG_CALL = position(Strategy.LONG_CALL, expiration=LATER)
INDEX = position(
    underlying="SPX",
    legs=(short(4100, Right.CALL, "SPXW", LATER), long(4105, Right.CALL, "SPXW", LATER)),
    strategy=Strategy.BEAR_CALL_SPREAD,
)


def at_risk(
    held: Position, today: date, price: object | None = 400, given: Mapping[str, tuple[date, ...]] | None = None
) -> bool:
    spot = None if price is None else Decimal(str(price))
    return at_risk_of_assignment(held, today, {held.underlying: spot}.get, given or {})


@pytest.mark.parametrize(
    ("held", "today", "expected"),
    [
        pytest.param(position(expiration=FRIDAY), THURSDAY, True, id="the session before expiration"),
        pytest.param(position(expiration=FRIDAY), date(2026, 12, 16), False, id="two sessions before"),
        pytest.param(position(expiration=date(2026, 12, 21)), FRIDAY, True, id="over the weekend into expiration"),
        pytest.param(position(expiration=date(2026, 11, 27)), date(2026, 11, 25), True, id="over Thanksgiving"),
        pytest.param(position(Strategy.LONG_CALL, expiration=FRIDAY), THURSDAY, False, id="nothing is owed"),
    ],
)
def test_no_short_leg_goes_into_its_expiration_day(held: Position, today: date, expected: bool) -> None:
    assert at_risk(held, today) is expected


@pytest.mark.parametrize(
    ("held", "today", "price", "expected"),
    [
        pytest.param(CALLS, THURSDAY, "410.01", True, id="a call in the money the day before"),
        pytest.param(CALLS, THURSDAY, "410.00", False, id="at the money"),
        pytest.param(CALLS, date(2026, 12, 16), "420", False, id="two days before"),
        pytest.param(CALLS, FRIDAY, "420", False, id="on the day it is too late"),
        pytest.param(PUTS, THURSDAY, "389.99", True, id="a put in the money"),
        pytest.param(PUTS, THURSDAY, "390.00", False, id="a put at the money"),
        pytest.param(CALLS, THURSDAY, None, False, id="a price that is not known is no price"),
        pytest.param(LONG_CALL, THURSDAY, "500", False, id="nothing is owed"),
        pytest.param(INDEX, THURSDAY, "5000", False, id="an index pays cash"),
    ],
)
def test_no_short_leg_in_the_money_goes_over_the_ex_dividend_date(
    held: Position, today: date, price: object | None, expected: bool
) -> None:
    assert at_risk(held, today, price) is expected


def test_dates_that_the_user_gives_replace_the_schedule() -> None:
    given = {"SPY": (date(2026, 12, 22),)}
    assert not at_risk(CALLS, THURSDAY, 420, given)
    assert at_risk(CALLS, date(2026, 12, 21), 420, given)
    assert not at_risk(CALLS, THURSDAY, 420, {"SPY": ()})


def test_dates_that_have_run_out_leave_the_schedule_in_force() -> None:
    assert at_risk(CALLS, THURSDAY, 420, {"SPY": (date(2025, 12, 19),)})


@pytest.mark.parametrize(
    ("underlying", "year", "expected"),
    [
        pytest.param("SPY", 2026, ["03-20", "06-18", "09-18", "12-18"], id="third Fridays; Juneteenth moves one"),
        pytest.param("SPY", 2008, ["03-20", "06-20", "09-19", "12-19"], id="Good Friday moves one"),
        pytest.param("SPX", 2026, [], id="an index pays no dividend"),
    ],
)
def test_spy_goes_ex_dividend_on_the_third_friday_of_each_quarter(
    underlying: str, year: int, expected: list[str]
) -> None:
    assert [f"{day:%m-%d}" for day in ex_dividend_dates(underlying, year, {})] == expected
