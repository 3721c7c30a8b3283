"""A process that ends between a doubt and its alert: the next run tells of it, once."""

from infra.local.vendors.faults import FaultKind
from shared.domain.orders import IntentState
from shared.domain.positions import PositionState
from shared.domain.vocabulary import TradingState
from tests.faults.arena import Arena
from tests.faults.market import CRASHED
from tests.faults.test_post import POST


def _told(arena: Arena, word: str) -> int:
    return sum(word in subject for subject in arena.outbox.subjects)


def test_an_unknown_order_is_told_at_once(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.LOST_RESPONSE, **POST)
    arena.trade(arena.signal())
    assert _told(arena, "order UNKNOWN") == 1
    arena.rest()
    assert _told(arena, "order UNKNOWN") == 1


def test_an_unknown_entry_whose_alert_was_lost_is_told_by_the_next_run(arena: Arena) -> None:
    arena.monitor()
    news = arena.signal()
    arena.inject(FaultKind.LOST_RESPONSE, **POST)
    arena.trail.crash_after("book.commit doubt")
    arena.trade(news)
    assert [one.state for one in arena.live().intents] == [IntentState.UNKNOWN]
    assert (arena.crashes, _told(arena, "UNKNOWN")) == (1, 0)
    arena.minutes(3, 10)
    assert _told(arena, "order UNKNOWN") == 1
    arena.rest()


def test_an_unknown_exit_whose_alert_was_lost_is_told_by_the_next_run(arena: Arena) -> None:
    arena.enter()
    arena.inject(FaultKind.LOST_RESPONSE, **POST)
    arena.trail.crash_after("book.commit doubt")
    arena.later(60).move(CRASHED).monitor()
    assert (arena.crashes, _told(arena, "order UNKNOWN")) == (1, 0)
    arena.minutes(3, 10)
    assert _told(arena, "order UNKNOWN") == 1
    assert len(arena.rest().trades) == 1


def test_a_broken_position_whose_alert_was_lost_is_told_by_the_next_run_and_holds_its_bot(arena: Arena) -> None:
    held = arena.enter()
    short = next(leg for leg in held.legs if leg.sign < 0)
    arena.act("assign", symbol=short.option_symbol)
    arena.trail.crash_after("book.commit break position")
    arena.minutes(2, 61)
    assert [one.state for one in arena.live().positions] == [PositionState.BROKEN]
    assert (arena.crashes, _told(arena, "position BROKEN")) == (1, 0)
    arena.minutes(3, 61).verify()
    assert _told(arena, "position BROKEN") == 1
    assert arena.state() is TradingState.REDUCING
