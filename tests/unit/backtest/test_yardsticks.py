"""The model against figures that somebody else published."""

from datetime import date

import pytest

from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.yardsticks import BXM_YEARS, buy_write_years

POINTS = 3.0
ROLL_BEFORE = date(2013, 12, 20)
"""The roll whose call the index held when 2014 began; the VIX of its eight sessions is estimated."""


@pytest.fixture(scope="module")
def rebuilt() -> dict[int, float]:
    return buy_write_years(MarketModel(History.twenty_years(), seed=7), ROLL_BEFORE)


@pytest.mark.parametrize("year", BXM_YEARS)
def test_a_buy_write_from_the_model_earns_what_the_cboe_published(rebuilt: dict[int, float], year: int) -> None:
    assert rebuilt[year] == pytest.approx(BXM_YEARS[year], abs=POINTS)
