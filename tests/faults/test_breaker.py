"""The breaker is flipped at the worst moments, by anybody, or cannot be read."""

import pytest

from shared.domain.book import Trip
from shared.domain.orders import IntentState
from shared.domain.positions import PositionState
from shared.domain.vocabulary import TradingState
from tests.faults.arena import Arena
from tests.faults.documents import SELLER
from tests.faults.market import CRASHED

CLAIM = "book.commit PLANNED to SUBMITTING"
REDUCING, HALTED = TradingState.REDUCING, TradingState.HALTED


@pytest.mark.parametrize("state", [REDUCING, HALTED, "nonsense"])
def test_a_switch_flipped_between_check_and_post_stops_the_entry(arena: Arena, state: str) -> None:
    arena.monitor()
    arena.trail.just_before(CLAIM, lambda: arena.switch(state))
    arena.trade(arena.signal())
    assert arena.orders() == []
    arena.verify()
    assert [held.state for held in arena.seen().positions] == [PositionState.ABANDONED]


def test_a_trip_of_the_system_between_check_and_post_stops_the_entry(arena: Arena) -> None:
    arena.monitor()
    trip = Trip(SELLER, REDUCING, "a loss", arena.now)
    arena.trail.just_before(CLAIM, lambda: arena.stage.trips.trip(trip))
    arena.trade(arena.signal())
    assert arena.orders() == []
    arena.verify()


def test_a_halt_stops_an_exit_too_and_it_goes_on_afterwards(arena: Arena) -> None:
    arena.enter()
    arena.trail.just_before(CLAIM, lambda: arena.switch(HALTED))
    arena.later(60).move(CRASHED).monitor()
    arena.minutes(2, 61).verify()
    assert len(arena.orders()) == 1
    arena.switch(TradingState.ACTIVE)
    arena.minutes(3, 61)
    assert len(arena.rest().trades) == 1


@pytest.mark.parametrize("state", [REDUCING, "nonsense"])
def test_reducing_lets_exits_leave_and_nothing_else(arena: Arena, state: str) -> None:
    arena.enter()
    arena.switch(state)
    arena.later(60).move(CRASHED)
    arena.trade(arena.signal())
    arena.minutes(4, 61).verify()
    assert len(arena.rest().trades) == 1
    assert len(arena.orders()) == 2


def test_a_switch_that_cannot_be_read_is_reducing(arena: Arena) -> None:
    arena.monitor()
    news = arena.signal()
    arena.trail.just_before(CLAIM, lambda: setattr(arena.parameters, "is_down", True))
    arena.trade(news)
    arena.parameters.is_down = False
    assert arena.orders() == []
    arena.verify()


def test_two_writers_of_the_breaker_leave_the_stricter_state(arena: Arena) -> None:
    arena.monitor()
    arena.switch(REDUCING)
    arena.stage.trips.trip(Trip("ALL", HALTED, "ledger mismatch", arena.now))
    arena.stage.trips.trip(Trip("ALL", REDUCING, "3 stops", arena.now))
    arena.monitor()
    arena.switch(TradingState.ACTIVE)
    assert arena.state() is HALTED
    arena.trade(arena.later(60).signal())
    arena.minutes(2, 30).verify()
    assert arena.orders() == []


@pytest.mark.parametrize("state", [REDUCING, HALTED])
def test_a_working_entry_is_canceled_by_the_next_run(arena: Arena, state: TradingState) -> None:
    arena.monitor()
    arena.ground.vendors.switches.set("tradier.fills", "never")
    try:
        arena.trade(arena.signal())
        arena.switch(state)
        arena.minutes(1, 10).verify()
        assert [order["status"] for order in arena.orders()] == ["canceled"]
        assert [one.state for one in arena.rest().intents] == [IntentState.CANCELED]
    finally:
        arena.ground.vendors.switches.set("tradier.fills", "model")
