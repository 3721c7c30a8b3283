"""What a closed trade is on a tax form."""

from datetime import timedelta

import pytest

from infra.cli.gains import gain_rows, leg_rows
from shared.domain.vocabulary import Strategy, TradingMode
from tests.builders import NOON, closed_trade, position

SPREAD, CALL, PUT = Strategy.BULL_PUT_SPREAD, Strategy.LONG_CALL, Strategy.CASH_SECURED_PUT
LIVE = TradingMode.LIVE


@pytest.mark.parametrize(
    ("underlying", "strategy", "days", "expected"),
    [
        pytest.param("SPY", SPREAD, 10, ("short", "100.00", "0", "no", "8949"), id="a fund's option sold first"),
        pytest.param("SPY", CALL, 10, ("short", "100.00", "0", "no", "8949"), id="a fund's option held for days"),
        pytest.param("SPY", CALL, 366, ("long", "0.00", "100.00", "no", "8949"), id="held for more than a year"),
        pytest.param("SPY", SPREAD, 366, ("short", "100.00", "0", "no", "8949"), id="what was written is never long"),
        pytest.param("SPX", PUT, 10, ("60/40", "40.00", "60.00", "yes", "6781"), id="an index option, held for days"),
        pytest.param("SPX", CALL, 400, ("60/40", "40.00", "60.00", "yes", "6781"), id="or for more than a year"),
    ],
)
def test_the_kind_of_a_gain_follows_from_the_underlying_and_how_it_was_held(
    underlying: str, strategy: Strategy, days: int, expected: tuple[str, ...]
) -> None:
    trade = closed_trade(
        pnl=100, underlying=underlying, strategy=strategy, mode=LIVE, opened_at=NOON - timedelta(days=days)
    )
    (row,) = gain_rows([trade], {})
    found = [str(row[name]) for name in ("term", "short_term_gain", "long_term_gain", "section_1256", "form")]
    assert tuple(found) == expected
    assert row["proceeds"] - row["cost"] == row["gain"] == row["short_term_gain"] + row["long_term_gain"]


@pytest.mark.parametrize(
    ("strategy", "gains"),
    [
        pytest.param(CALL, [50], id="one leg: its own gain"),
        pytest.param(SPREAD, [None, None], id="two legs: one price for both"),
    ],
)
def test_each_leg_has_its_row_beside_that_of_the_structure(strategy: Strategy, gains: list[int | None]) -> None:
    held, trade = position(strategy), closed_trade(strategy=strategy)
    rows = list(leg_rows([trade], {"p1": held}))
    assert [row["gain"] for row in rows] == gains
    assert {row["gain_of_structure"] for row in rows} == {50}
    for row, leg in zip(rows, held.legs, strict=True):
        assert (row["option_symbol"], row["sold"] < row["acquired"]) == (leg.option_symbol, leg.side == "short")
