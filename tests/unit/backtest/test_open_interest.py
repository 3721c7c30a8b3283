"""Open interest grows to its target around the spot of each day, and remembers it."""

from datetime import date
from math import exp

import numpy as np
import pytest

from shared.backtest.history import History
from shared.backtest.listing import SPX, SPY, SPY_INTEREST, Product
from shared.backtest.open_interest import OpenBook, OpenInterest

MORNING = date(2018, 1, 26)


def book(history: History, day: date = MORNING) -> OpenBook:
    return OpenInterest(history, SPX).on(history.index_of(day))


def row(of: OpenBook, expiration: date) -> int:
    found = of.row(expiration)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("expiration", "calls", "days"),
    [
        pytest.param(date(2018, 3, 16), 1_500_000, 140, id="quarterly"),
        pytest.param(date(2018, 2, 16), 700_000, 70, id="monthly"),
        pytest.param(date(2018, 2, 9), 170_000, 17, id="weekly"),
    ],
)
def test_calls_grow_exponentially_towards_expiration(history: History, expiration: date, calls: int, days: int) -> None:
    at = book(history)
    target = calls * exp(-(expiration - MORNING).days / days)
    assert at.calls[row(at, expiration)].sum() == pytest.approx(target, rel=1e-9)
    assert at.puts[row(at, expiration)].sum() == pytest.approx(1.8 * target, rel=1e-9)


def test_spy_holds_its_multiple_of_spx_contracts(history: History) -> None:
    spx, spy = (OpenInterest(history, product).on(history.index_of(MORNING)) for product in (SPX, SPY))
    assert spy.calls.sum() / spx.calls.sum() == pytest.approx(SPY_INTEREST)


def test_puts_lie_below_the_spot_and_calls_above_it(history: History) -> None:
    at = book(history)
    strikes = np.arange(at.listed.shape[1]) * SPX.strike_unit
    weekly = row(at, date(2018, 3, 2))
    listed_for = history.between(date(2017, 12, 22), date(2018, 1, 25))
    spot = sum(history.bars[index].close for index in listed_for) / len(listed_for)
    calls, puts = (float(np.average(strikes, weights=side[weekly])) for side in (at.calls, at.puts))
    assert puts < 0.98 * spot < spot < calls


def test_round_strikes_draw_the_interest(history: History) -> None:
    at = book(history)
    calls = at.calls[row(at, date(2018, 3, 2))]
    assert calls[2900 // 5] > 3 * calls[2905 // 5]


def test_old_interest_stays_where_the_spot_was(history: History) -> None:
    interest = OpenInterest(history, SPX)
    before, after = (interest.on(history.index_of(day)) for day in (date(2018, 2, 2), date(2018, 2, 9)))
    march = date(2018, 3, 16)
    assert (after.calls[row(after, march)][: before.calls.shape[1]] >= before.calls[row(before, march)]).all()


def test_a_strike_once_listed_stays_listed(history: History) -> None:
    interest = OpenInterest(history, SPX)
    days = history.between(date(2017, 10, 2), date(2018, 3, 16))
    march = date(2018, 3, 16)
    listed = [interest.on(index).listed for index in days]
    rows = [row(interest.on(index), march) for index in days]
    for (earlier, first), (later, second) in zip(
        zip(listed, rows, strict=True), list(zip(listed, rows, strict=True))[1:], strict=False
    ):
        assert later[second][: earlier.shape[1]][earlier[first]].all()


def test_interest_lies_on_listed_strikes_only(history: History) -> None:
    at = book(history)
    assert (at.calls[~at.listed] == 0).all()
    assert (at.puts[~at.listed] == 0).all()
    assert at.calls.min() >= 0


def test_a_morning_does_not_depend_on_what_was_asked_before(history: History) -> None:
    wandering = OpenInterest(history, SPX)
    for day in (date(2018, 3, 1), date(2017, 6, 1), date(2018, 6, 1)):
        wandering.on(history.index_of(day))
    again = wandering.on(history.index_of(MORNING))
    fresh = book(history)
    assert (again.calls == fresh.calls).all()
    assert (again.listed == fresh.listed).all()


def test_a_morning_knows_the_closes_before_it_only(history: History) -> None:
    index = history.index_of(MORNING)
    crash = tuple(bar._replace(open=10.0, high=10.0, low=10.0, close=10.0) for bar in history.bars[index:])
    changed = History(history.bars[:index] + crash, history.vix_closes[:index] + (80.0,) * len(crash))
    assert (book(changed).puts == book(history).puts).all()


def test_nothing_is_open_on_the_first_morning(history: History) -> None:
    first = OpenInterest(history, SPX).on(0)
    assert first.calls.sum() == first.puts.sum() == 0
    assert first.listed.any(axis=1).all()


@pytest.mark.parametrize("product", [pytest.param(SPX, id="SPX"), pytest.param(SPY, id="SPY")])
@pytest.mark.parametrize("sessions", [pytest.param(1, id="the second day"), pytest.param(260, id="after a year")])
def test_a_book_is_the_same_whether_rolled_day_by_day_or_at_once(
    history: History, product: Product, sessions: int
) -> None:
    by_day = OpenInterest(history, product)
    by_day.on(0)
    one, other = by_day.on(sessions), OpenInterest(history, product).on(sessions)
    assert one.expirations == other.expirations
    for mine, its in ((one.listed, other.listed), (one.calls, other.calls), (one.puts, other.puts)):
        assert np.array_equal(mine, its)
