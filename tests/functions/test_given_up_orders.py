"""Orders that were given up, forgotten or never ours: canceled, taken on, or set aside, and always told."""

from decimal import Decimal

from infra.local.vendors.faults import FaultKind
from shared.domain.orders import IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import TradingMode
from shared.phases.execution import protocol
from tests.faults.arena import Arena
from tests.faults.documents import SELLER
from tests.faults.found import only, stored, told
from tests.faults.market import CRASHED


def _given_up(arena: Arena) -> Position:
    """Send an entry whose answer is lost and that the broker hides for ten minutes; let it be given up."""
    arena.monitor()
    arena.inject(FaultKind.LOST_RESPONSE, method="POST", path="/orders", preview=False)
    arena.inject(FaultKind.HIDDEN_ORDER, seconds=600)
    arena.inject(FaultKind.NO_FILL)
    arena.trade(arena.signal())
    held = only(arena)
    assert [one.state for one in arena.live().intents] == [IntentState.UNKNOWN]
    arena.minutes(6, 60)
    assert stored(arena, held).state is PositionState.ABANDONED
    assert [one.is_watched for one in arena.live().watched] == [True]
    return held


def test_a_zombie_is_canceled_and_told(arena: Arena) -> None:
    held = _given_up(arena)
    arena.later(300).minutes(3)
    assert [order["status"] for order in arena.orders()] == ["canceled"]
    assert stored(arena, held).state is PositionState.ABANDONED
    assert told(arena, "without a live intent") == 1
    assert (arena.live().watched, arena.broker_positions()) == ((), {})


def test_a_zombie_that_had_filled_is_taken_on(arena: Arena) -> None:
    held = _given_up(arena)
    arena.later(300)
    (order,) = arena.orders()
    arena.act("fill", order_id=order["id"])
    arena.minutes(2)
    adopted = stored(arena, held)
    assert adopted.state is PositionState.OPEN
    assert adopted.signed_legs() == arena.broker_positions()
    ledger = arena.live().ledger(TradingMode.LIVE)
    assert (ledger.open_count, ledger.open_risk) == (1, adopted.total_risk)
    assert told(arena, "without a live intent") == 1
    arena.verify()


def test_an_order_that_nobody_finds_is_not_given_up_while_its_legs_are_held(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.LOST_RESPONSE, method="POST", path="/orders", preview=False)
    arena.inject(FaultKind.HIDDEN_ORDER, seconds=600)
    arena.trade(arena.signal())
    held = only(arena)
    arena.minutes(6, 60)
    assert arena.broker_positions() != {}
    assert [one.state for one in arena.live().intents] == [IntentState.UNKNOWN]
    arena.later(300).minutes(2)
    assert stored(arena, held).state is PositionState.OPEN
    arena.verify()


def test_an_order_with_our_tag_and_no_intent_is_canceled_and_told(arena: Arena) -> None:
    held = arena.enter()
    intent = arena.stage.book.intent(SELLER, held.entry_intent)
    assert intent is not None
    arena.inject(FaultKind.NO_FILL)
    config = arena.configs[SELLER][-1]
    arena.stage.broker(config, TradingMode.LIVE).submit(intent.order, "agx-nobody")
    arena.minutes(2)
    assert [order["status"] for order in arena.orders()] == ["filled", "canceled"]
    assert told(arena, "without a live intent") == 1
    assert only(arena) == held


def test_a_tag_stays_watched_to_the_end_of_the_day_and_no_longer(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.CONNECTION_CUT, method="POST", path="/orders", preview=False)
    arena.trade(arena.signal())
    arena.minutes(6, 60)
    arena.later(11 * 3600).minutes(1)
    assert [one.state for one in arena.live().watched] == [IntentState.ABANDONED]
    arena.later(3600).minutes(1)
    assert arena.live().watched == ()
    assert arena.orders() == []


def test_an_order_forgotten_at_midnight_without_a_fill_has_expired(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.NO_FILL)
    arena.trade(arena.signal())
    held = only(arena)
    arena.later(22 * 3600).minutes(2, 60)
    assert stored(arena, held).state is PositionState.ABANDONED
    intent = arena.stage.book.intent(SELLER, held.entry_intent)
    assert intent is not None
    assert intent.state is IntentState.EXPIRED
    assert arena.live().ledger(TradingMode.LIVE).open_count == 0


def test_a_fill_forgotten_at_midnight_is_set_aside_at_no_invented_price(arena: Arena) -> None:
    arena.monitor()
    arena.trade(arena.signal())
    held = only(arena)
    arena.later(22 * 3600).minutes(3, 60)
    broken = only(arena)
    assert broken.state is PositionState.BROKEN
    assert broken.signed_legs() == arena.broker_positions()
    assert "no longer tells" in (broken.note or "")
    assert told(arena, "position BROKEN") == 1
    assert broken.position_id == held.position_id


def _exit_given_up(arena: Arena) -> Position:
    """Send an exit whose answer is lost and that the broker hides for ten minutes; let it be given up."""
    held = arena.enter()
    arena.move(CRASHED)
    arena.inject(FaultKind.LOST_RESPONSE, method="POST", path="/orders", preview=False)
    arena.inject(FaultKind.HIDDEN_ORDER, seconds=600)
    arena.inject(FaultKind.NO_FILL)
    arena.monitor()
    arena.minutes(6, 60)
    assert [one.is_watched for one in arena.live().watched] == [True]
    return held


def test_an_exit_given_up_that_fills_after_its_position_was_closed_is_booked_on_itself_and_told(arena: Arena) -> None:
    """A person closed it meanwhile: what the order did belongs to no position any more."""
    held = _exit_given_up(arena)
    (watched,) = arena.live().watched
    zombie = next(order for order in arena.orders() if order["tag"] == watched.tag)
    (waiting,) = arena.live().positions
    arena.stage.book.commit("break", protocol.break_position(waiting, "a person looked"))
    arena.stage.operator.book_close(stored(arena, held), Decimal(-500), "closed by telephone")
    arena.act("fill", order_id=zombie["id"])
    arena.later(600).minutes(3)
    assert stored(arena, held).state is PositionState.CLOSED
    over = arena.stage.book.intent(held.bot, watched.intent_id)
    assert over is not None
    assert (over.state, over.filled_contracts) == (IntentState.FILLED, held.contracts)
    assert told(arena, "without a live intent") >= 1
    assert told(arena, f"Breaker REDUCING: the system, {held.bot}") == 1
    assert arena.live().watched == ()
