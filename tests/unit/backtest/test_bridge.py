"""A replayed day touches its real open, high, low and close, and is the same for the same seed."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import log
from statistics import correlation, mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.backtest.bridge import DayPath, VixChange, day_path
from shared.backtest.history import Bar, History
from shared.backtest.market import MarketModel

DAY = date(2018, 2, 5)
CALM = VixChange(before=15.0, close=15.0)


def path(bar: Bar, *, minutes: int = 390, seed: int = 7, vix: VixChange = CALM) -> DayPath:
    return day_path(bar, bar.open, vix, minutes=minutes, seed=seed)


def touches(bar: Bar, spot: Sequence[float]) -> bool:
    return (spot[0], max(spot), min(spot), spot[-1]) == (bar.open, bar.high, bar.low, bar.close)


def test_every_day_of_the_history_touches_its_bar(history: History) -> None:
    assert all(touches(bar, path(bar).spot) for bar in history.bars)


@given(
    cents=st.lists(st.integers(200_000, 300_000), min_size=4, max_size=4),
    minutes=st.sampled_from([210, 390]),
    seed=st.integers(0, 2**32),
)
def test_any_bar_is_touched(cents: list[int], minutes: int, seed: int) -> None:
    low, first, second, high = (each / 100 for each in sorted(cents))
    for opening, closing in ((first, second), (second, first), (low, high), (high, low), (high, high)):
        bar = Bar(DAY, opening, high, low, closing, 0)
        spot = path(bar, minutes=minutes, seed=seed).spot
        assert len(spot) == minutes + 1
        assert touches(bar, spot)


def test_a_day_without_a_range_is_flat() -> None:
    assert set(path(Bar(DAY, 2700.0, 2700.0, 2700.0, 2700.0, 0)).spot) == {2700.0}


def test_the_seed_and_the_day_make_the_path(history: History) -> None:
    bar = history.bars[history.index_of(DAY)]
    assert path(bar) == path(bar)
    assert path(bar).spot != path(bar, seed=8).spot
    assert path(bar).spot != path(bar._replace(day=date(2018, 2, 6))).spot


def test_minutes_are_as_rough_as_the_days_range(history: History) -> None:
    rows = history.between(date(2017, 1, 1), date(2018, 12, 31))
    ratios = []
    for row in rows:
        bar = history.bars[row]
        spot = path(bar).spot
        moves = sum((later - earlier) ** 2 for earlier, later in pairwise(spot))
        ratios.append(moves / (bar.high - bar.low) ** 2)
    assert sum(ratios) / len(ratios) == pytest.approx(0.36, abs=0.08)  # 1 / (4 ln 2), Parkinson (1980)


@pytest.mark.parametrize(
    ("before", "close"),
    [
        pytest.param(17.31, 37.32, id="the shock"),
        pytest.param(37.32, 29.98, id="the day after"),
        pytest.param(15.0, 15.0, id="unchanged"),
    ],
)
def test_the_vix_reaches_its_close(history: History, before: float, close: float) -> None:
    bar = history.bars[history.index_of(DAY)]
    vix = path(bar, vix=VixChange(before, close)).vix
    assert vix[-1] == close
    assert min(vix) > 0.5 * min(before, close)
    assert max(vix) < 1.5 * max(before, close)


def test_the_vix_moves_against_the_index(history: History) -> None:
    bar = history.bars[history.index_of(date(2018, 2, 6))]
    day = path(bar, vix=VixChange(before=29.98, close=29.98))
    moves = [[later - earlier for earlier, later in pairwise(line)] for line in (day.spot, day.vix)]
    assert correlation(moves[0], moves[1]) < -0.7


def test_the_vix_ranges_as_widely_in_a_day_as_it_did_in_2014_to_2018(market: MarketModel) -> None:
    bars = market.daily_bars("VIX", date(2014, 1, 6), date(2018, 12, 31))
    assert mean(log(bar.high / bar.low) for bar in bars) == pytest.approx(0.1055, abs=0.005)
