"""The spread table, its ticks, and bids and asks on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.backtest.quotes import SPREADS


@pytest.mark.parametrize(
    ("underlying", "mid", "vega", "spread"),
    [
        pytest.param("SPX", 20.0, 3.0, 0.0975 + 0.0025 * 20 + 0.0653 * 3, id="SPX of 45 days"),
        pytest.param("SPX", 1.0, 0.0, 0.10, id="SPX, no vega"),
        pytest.param("SPX", 4.0, 0.0, 0.1075, id="SPX above the coarse tick"),
        pytest.param("SPY", 2.0, 0.3, 0.009 + 0.0051 * 2 + 0.0349 * 0.3, id="SPY of 45 days"),
        pytest.param("SPY", 0.01, 0.0, 0.01, id="SPY, never below a tick"),
    ],
)
def test_the_spread_table(underlying: str, mid: float, vega: float, spread: float) -> None:
    assert SPREADS[underlying].spread(mid, vega) == pytest.approx(spread)


@pytest.mark.parametrize(
    ("underlying", "mid", "vega", "expected"),
    [
        pytest.param("SPX", 20.03, 3.0, (19.8, 20.3), id="SPX on ten cents"),
        pytest.param("SPX", 2.0, 0.5, (1.9, 2.1), id="SPX below three dollars on five cents"),
        pytest.param("SPX", 2.98, 1.0, (2.85, 3.1), id="an ask above three dollars is on ten cents"),
        pytest.param("SPX", 0.01, 0.0, (0.0, 0.1), id="a bid may be nothing"),
        pytest.param("SPX", 0.0, 0.0, (0.0, 0.05), id="an ask is never nothing"),
        pytest.param("SPY", 2.005, 0.3, (1.99, 2.02), id="SPY on cents"),
    ],
)
def test_bid_and_ask_are_rounded_outwards(
    underlying: str, mid: float, vega: float, expected: tuple[float, float]
) -> None:
    assert SPREADS[underlying].bid_ask(mid, vega) == expected


@given(
    underlying=st.sampled_from(sorted(SPREADS)),
    mid=st.floats(0.0, 500.0),
    vega=st.floats(0.0, 10.0),
)
def test_a_quote_lies_on_ticks_around_its_mid(underlying: str, mid: float, vega: float) -> None:
    rule = SPREADS[underlying]
    bid, ask = rule.bid_ask(mid, vega)
    assert 0.0 <= bid <= mid + 1e-6
    assert mid - 1e-6 <= ask
    assert ask - bid >= rule.tick(mid) - 1e-9
    assert ask - bid <= rule.spread(mid, vega) + 3 * rule.coarse_tick
    for quoted in (bid, ask):
        ticks = quoted / rule.tick(quoted)
        assert ticks == pytest.approx(round(ticks), abs=1e-6)


@given(
    underlying=st.sampled_from(sorted(SPREADS)),
    options=st.lists(st.tuples(st.floats(0.0, 500.0), st.floats(0.0, 10.0)), min_size=1, max_size=20),
)
def test_one_option_and_many_are_quoted_alike(underlying: str, options: list[tuple[float, float]]) -> None:
    rule = SPREADS[underlying]
    mids, vegas = (np.array(column) for column in zip(*options, strict=True))
    bids, asks = rule.bids_asks(mids, vegas)
    assert list(zip(bids.tolist(), asks.tolist(), strict=True)) == [rule.bid_ask(*each) for each in options]
