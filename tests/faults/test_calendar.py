"""Days and hours on which nothing may leave, and the change of clocks."""

from datetime import date, datetime, time

import pytest

from shared.domain.sessions import NEW_YORK
from tests.faults.arena import Arena
from tests.faults.market import CRASHED


def _new_york(day: date, at: time) -> datetime:
    return datetime.combine(day, at, NEW_YORK)


CLOSED = [
    pytest.param(date(2026, 11, 26), time(11), id="Thanksgiving"),
    pytest.param(date(2026, 11, 27), time(13, 5), id="after the close of a half-day"),
    pytest.param(date(2026, 11, 28), time(11), id="Saturday"),
    pytest.param(date(2026, 11, 23), time(20, 30), id="20:30 in New York, tomorrow in UTC"),
    pytest.param(date(2026, 11, 24), time(9, 26), id="the last minutes before the opening"),
]


@pytest.mark.parametrize(("day", "at"), CLOSED)
def test_no_entry_leaves_while_the_market_is_closed(arena: Arena, day: date, at: time) -> None:
    arena.at(_new_york(day, at)).monitor()
    arena.trade(arena.signal())
    arena.minutes(2, 60).verify()
    assert arena.orders() == []


@pytest.mark.parametrize(("day", "at"), CLOSED)
def test_no_exit_leaves_while_the_market_is_closed_and_it_leaves_at_the_next_opening(
    arena: Arena, day: date, at: time
) -> None:
    arena.enter()
    arena.at(_new_york(day, at)).move(CRASHED)
    arena.minutes(3, 60).verify()
    assert len(arena.orders()) == 1
    arena.at(_new_york(date(2026, 11, 30), time(10)))
    arena.minutes(3, 61)
    assert len(arena.rest().trades) == 1


@pytest.mark.parametrize(
    ("friday", "monday"),
    [
        pytest.param(date(2026, 3, 6), date(2026, 3, 9), id="clocks go forward"),
        pytest.param(date(2026, 10, 30), date(2026, 11, 2), id="clocks go back"),
    ],
)
def test_the_first_and_last_minutes_of_the_session_are_new_york_s_on_both_sides(
    arena: Arena, friday: date, monday: date
) -> None:
    for day in (friday, monday):
        for at, leaves in ((time(9, 29), False), (time(9, 36), True), (time(16, 1), False)):
            arena.at(_new_york(day, at)).monitor()
            before = len(arena.orders())
            arena.trade(arena.signal())
            assert (len(arena.orders()) > before) is leaves, (day, at)
            arena.minutes(3, 10)
            if leaves:
                arena.move(CRASHED).minutes(3, 61).move(400.0)
                assert arena.live().positions == ()
                arena.set_back(None, "the next one")
        arena.verify()
