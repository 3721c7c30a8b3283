"""Events that come twice, thrice, late, and in the wrong order; a process cut off in its POST."""

from shared.domain.book import MoveIntent
from shared.domain.decisions import DecisionKind
from shared.domain.orders import IntentState
from shared.domain.positions import PositionState
from shared.phases.execution import protocol
from tests.faults.arena import Arena
from tests.faults.market import CRASHED


def test_the_same_event_thrice_in_a_row_is_one_order(arena: Arena) -> None:
    arena.monitor()
    news = arena.signal()
    decided = [len(arena.trade(news)) for _ in range(3)]
    assert decided == [1, 0, 0]
    assert len(arena.orders()) == 1
    arena.rest()


def test_events_out_of_order_are_decided_newest_first_and_the_old_ones_not_at_all(arena: Arena) -> None:
    arena.monitor()
    news = [arena.later(60).signal() for _ in range(3)]
    assert [len(arena.trade(one)) for one in reversed(news)] == [1, 0, 0]
    assert len(arena.orders()) == 1
    arena.rest()


def test_an_event_that_comes_again_after_the_position_is_over_opens_nothing(arena: Arena) -> None:
    arena.monitor()
    news = arena.signal()
    arena.trade(news)
    arena.minutes(2, 10).move(CRASHED).minutes(4, 61)
    assert len(arena.rest().trades) == 1
    orders = len(arena.orders())
    assert arena.trade(news) == ()
    assert len(arena.orders()) == orders


def test_a_function_cut_off_in_its_post_is_found_by_the_tag_after_its_lease(arena: Arena) -> None:
    arena.monitor()
    news = arena.signal()
    arena.trail.restart()
    arena.trail.crash_after("broker.submit")
    arena.trade(news)
    assert arena.crashes == 1
    (intent,) = arena.live().intents
    assert intent.state is IntentState.SUBMITTING
    arena.minutes(1, 30).verify()
    assert arena.live().intents[0].state is IntentState.SUBMITTING
    seen = arena.rest()
    assert [held.state for held in seen.positions] == [PositionState.OPEN]
    assert [one.kind for one in seen.decisions] == [DecisionKind.ENTRY]


def test_a_worker_that_wakes_after_its_lease_does_not_send(arena: Arena) -> None:
    arena.monitor()
    news = arena.signal()
    arena.trail.just_before("trips.read", lambda: arena.later(61), occasion=2)
    arena.trade(news)
    assert arena.orders() == []
    seen = arena.rest()
    assert [one.state for one in seen.intents] == [IntentState.ABANDONED]


def test_a_worker_whose_intent_another_one_claimed_does_not_send(arena: Arena) -> None:
    arena.monitor()
    news = arena.signal()

    def claim_first() -> None:
        (planned,) = arena.live().intents
        claimed = protocol.claim(planned, "another worker", arena.now)
        arena.stage.book.commit("claim first", (MoveIntent(planned, claimed),))

    arena.trail.just_before("book.commit PLANNED to SUBMITTING", claim_first)
    arena.trade(news)
    assert arena.orders() == []
    assert [one.state for one in arena.live().intents] == [IntentState.SUBMITTING]
    assert [one.state for one in arena.rest().intents] == [IntentState.ABANDONED]
