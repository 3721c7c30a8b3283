"""The embedded history is complete, and rows that are no history are refused."""

from datetime import date, timedelta
from importlib import resources

import pytest

from shared.backtest.history import Bar, History
from shared.domain.errors import InvalidValueError
from shared.domain.sessions import sessions_between

MONDAY = date(2018, 2, 5)


def bar(day: date = MONDAY, *, low: float = 95.0, high: float = 105.0, close: float = 101.0) -> Bar:
    return Bar(day, 100.0, high, low, close, 1)


def test_the_embedded_history_has_every_session_once(history: History) -> None:
    assert history.days == sessions_between(date(2014, 1, 3), date(2018, 12, 31))


def test_the_embedded_history_holds_the_shock_of_february_2018(history: History) -> None:
    shock = history.index_of(MONDAY)
    assert history.bars[shock] == Bar(MONDAY, 2741.06, 2763.39, 2638.17, 2648.94, 5_283_460_000)
    assert history.vix_closes[shock] == 37.32


def test_the_data_carry_their_source_and_licence() -> None:
    notice = resources.files("shared.backtest.data").joinpath("NOTICE").read_text(encoding="utf-8")
    assert "pypi.org/project/arch" in notice
    assert "Copyright (c) 2017 Kevin Sheppard" in notice
    assert "Permission is hereby granted, free of charge" in notice
    assert "WITHOUT WARRANTY OF ANY KIND" in notice


@pytest.mark.parametrize(
    ("bars", "vix_closes", "remedy"),
    [
        pytest.param((), (), "one of each a session", id="nothing"),
        pytest.param((bar(),), (), "one of each a session", id="no VIX"),
        pytest.param((bar(), bar()), (10.0, 10.0), "sort the rows by date", id="a day twice"),
        pytest.param((bar(), bar(MONDAY - timedelta(days=3))), (10.0, 10.0), "sort the rows by date", id="unsorted"),
        pytest.param((bar(close=94.0),), (10.0,), "between low and high", id="close below the low"),
        pytest.param((bar(high=99.0),), (10.0,), "between low and high", id="open above the high"),
        pytest.param((bar(low=-1.0),), (10.0,), "between low and high", id="negative low"),
    ],
)
def test_rows_that_are_no_history_are_refused(
    bars: tuple[Bar, ...], vix_closes: tuple[float, ...], remedy: str
) -> None:
    with pytest.raises(InvalidValueError, match=remedy):
        History(bars, vix_closes)


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2018, 2, 4), id="a Sunday"),
        pytest.param(date(2013, 12, 31), id="before it begins"),
        pytest.param(date(2019, 1, 2), id="after it ends"),
    ],
)
def test_a_day_outside_names_the_days_there_are(history: History, day: date) -> None:
    with pytest.raises(InvalidValueError, match="2014-01-03 to 2018-12-31"):
        history.index_of(day)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2018, 2, 4), date(2018, 2, 2), id="Sunday falls back to Friday"),
        pytest.param(MONDAY, MONDAY, id="a session is its own"),
        pytest.param(date(2019, 1, 1), date(2018, 12, 31), id="a holiday after the last session"),
    ],
)
def test_the_row_at_a_day_is_the_last_session(history: History, day: date, expected: date) -> None:
    assert history.days[history.index_at(day)] == expected


@pytest.mark.parametrize("day", [date(2014, 1, 2), date(2019, 1, 2)])
def test_no_row_is_invented_outside_the_history(history: History, day: date) -> None:
    with pytest.raises(InvalidValueError, match="choose one from"):
        history.index_at(day)


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        pytest.param(MONDAY, date(2018, 2, 9), 5, id="a week"),
        pytest.param(date(2018, 2, 3), date(2018, 2, 4), 0, id="a weekend"),
        pytest.param(date(2018, 2, 3), MONDAY, 1, id="from a weekend"),
        pytest.param(date(2013, 1, 1), date(2014, 1, 6), 2, id="from before the history"),
    ],
)
def test_a_span_includes_both_ends(history: History, start: date, end: date, count: int) -> None:
    assert len(history.between(start, end)) == count


def test_twenty_years_have_every_session() -> None:
    long = History.twenty_years()
    assert long.days == sessions_between(date(1999, 1, 4), date(2018, 12, 31))
    assert long.vix_closes[-len(History.embedded().vix_closes) :] == History.embedded().vix_closes
    assert all(9.0 <= close <= 82.7 for close in long.vix_closes)
