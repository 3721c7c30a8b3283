"""Each transition of the order protocol: the state it leads to, and what is committed together with it."""

from decimal import Decimal

import pytest

from shared.domain.book import (
    AdvanceLast,
    CreateIntent,
    CreatePosition,
    MovePosition,
    RecordDecision,
    RequireEnabled,
    RequireState,
    Reserve,
    SetCounters,
    TakeSlot,
)
from shared.domain.orders import BrokerOrder, IntentState, OrderStatus
from shared.domain.positions import PositionState
from shared.domain.vocabulary import ExitReason, Strategy, TradingState
from shared.phases.execution import protocol
from tests.builders import (
    NOON,
    broker_order,
    config,
    decision,
    entry_intent,
    exit_intent,
    last_decided,
    live,
    position,
    seconds,
)
from tests.unit.phases.midway import OWNER, only, opening, reserved, working

# ---- planning


def test_an_entry_is_planned_all_or_nothing() -> None:
    held = opening()
    intent, before = entry_intent(held), reserved(held)
    changes = protocol.plan_entry(intent, held, decision(), last_decided(), before, config())
    assert [type(change) for change in changes] == [
        CreateIntent,
        CreatePosition,
        TakeSlot,
        Reserve,
        RequireState,
        RequireEnabled,
        SetCounters,
        RecordDecision,
        AdvanceLast,
    ]
    assert only(CreateIntent, changes).intent.state is IntentState.PLANNED
    assert only(CreatePosition, changes).position.state is PositionState.OPENING
    assert only(RequireState, changes).at_most is TradingState.ACTIVE
    assert only(RequireEnabled, changes).strategy is Strategy.BULL_PUT_SPREAD
    assert only(SetCounters, changes).after.orders_today == 1


def test_an_entry_reserves_its_risk_under_every_cap() -> None:
    held = opening()
    reserve = only(Reserve, protocol.plan_entry(entry_intent(held), held, decision(), last_decided(), live(), config()))
    assert (reserve.risk, reserve.secured_cash) == (held.risk * 10, Decimal(0))
    assert (reserve.max_positions, reserve.max_open_risk, reserve.max_underlying_risk, reserve.max_secured_cash) == (
        10,
        Decimal(50_000),
        Decimal(30_000),
        Decimal(50_000),
    )


@pytest.mark.parametrize("state", [PositionState.OPEN, PositionState.EXIT_PENDING])
def test_an_exit_is_planned_without_touching_slot_or_ledger(state: PositionState) -> None:
    held = position(state=state, version=4, exit_attempts=1)
    intent = exit_intent(held, ExitReason.STOP_LOSS)
    changes = protocol.plan_exit(intent, held, decision())
    assert [type(change) for change in changes] == [CreateIntent, MovePosition, RequireState, RecordDecision]
    moved = only(MovePosition, changes)
    assert (moved.before, moved.after.state, moved.after.version) == (held, PositionState.CLOSING, 5)
    assert (moved.after.closing_intent, moved.after.exit_attempts) == (intent.intent_id, 2)
    assert moved.after.exit_reason is ExitReason.STOP_LOSS


def test_an_exit_may_leave_while_reducing_and_not_while_halted() -> None:
    changes = protocol.plan_exit(exit_intent(position()), position(), decision())
    assert only(RequireState, changes).at_most is TradingState.REDUCING


def test_an_exit_remembers_since_when_it_waits() -> None:
    first = protocol.waits(position(), ExitReason.STOP_LOSS, NOON, unquoted=True)
    changes = protocol.plan_exit(exit_intent(first, planned_at=NOON + seconds(60)), first, decision())
    assert only(MovePosition, changes).after.exit_pending_since == NOON


# ---- sending


def test_a_claim_lasts_sixty_seconds_and_names_its_worker() -> None:
    claimed = protocol.claim(entry_intent(opening()), OWNER, NOON)
    assert (claimed.state, claimed.owner, claimed.lease_until) == (IntentState.SUBMITTING, OWNER, NOON + seconds(60))


def test_an_acknowledged_order_works_under_its_id() -> None:
    claimed = protocol.claim(entry_intent(opening()), OWNER, NOON)
    acknowledged = protocol.acknowledge(claimed, "b7", NOON)
    assert (acknowledged.state, acknowledged.order_id) == (IntentState.WORKING, "b7")


def test_a_doubted_order_keeps_its_claim_and_says_why() -> None:
    doubted = protocol.doubt(protocol.claim(entry_intent(opening()), OWNER, NOON), "timed out")
    assert (doubted.state, doubted.reason, doubted.owner) == (IntentState.UNKNOWN, "timed out", OWNER)


# ---- watching


@pytest.mark.parametrize(
    ("before", "filled", "after"),
    [
        pytest.param(IntentState.SUBMITTING, 0, IntentState.WORKING, id="adopted after a crash"),
        pytest.param(IntentState.UNKNOWN, 0, IntentState.WORKING, id="adopted out of doubt"),
        pytest.param(IntentState.UNKNOWN, 3, IntentState.PARTIALLY_FILLED, id="adopted with a part filled"),
        pytest.param(IntentState.WORKING, 3, IntentState.PARTIALLY_FILLED, id="a part fills"),
        pytest.param(IntentState.REPLACING, 0, IntentState.WORKING, id="replaced"),
        pytest.param(IntentState.REPLACING, 3, IntentState.PARTIALLY_FILLED, id="filled in part while replacing"),
        pytest.param(IntentState.CANCELING, 3, IntentState.CANCELING, id="still canceling"),
    ],
)
def test_a_live_order_is_taken_over_from_the_broker(before: IntentState, filled: int, after: IntentState) -> None:
    intent = entry_intent(opening(), state=before, clean_absences=1)
    order = broker_order(OrderStatus.WORKING, filled, "1.10")
    seen = protocol.observe(intent, order, NOON)
    assert (seen.state, seen.order_id, seen.filled_contracts) == (after, "b1", filled)
    assert (seen.broker_created_at, seen.clean_absences) == (order.created_at, 0)


def test_fills_only_ever_grow() -> None:
    intent = working(opening(), filled_contracts=5)
    assert protocol.observe(intent, broker_order(OrderStatus.WORKING, 3), NOON).filled_contracts == 5


def test_a_step_of_the_walk_is_noted_before_it_is_asked() -> None:
    stepped = protocol.replacing(working(opening()), Decimal("0.98"), NOON)
    assert (stepped.state, stepped.steps, stepped.stepped_at) == (IntentState.REPLACING, 1, NOON)
    assert (stepped.order.limit_price, stepped.order_id) == (Decimal("0.98"), "b1")


def test_a_cancel_is_noted_before_it_is_asked() -> None:
    assert protocol.canceling(working(opening()), "90 s").state is IntentState.CANCELING


@pytest.mark.parametrize(
    ("state", "after_plan", "absences", "given_up"),
    [
        pytest.param(IntentState.PLANNED, 180, 0, False, id="planned, at lease and quiet period"),
        pytest.param(IntentState.PLANNED, 181, 0, True, id="planned, after them"),
        pytest.param(IntentState.SUBMITTING, 180, 2, False, id="submitting, at lease and quiet period"),
        pytest.param(IntentState.SUBMITTING, 181, 2, True, id="submitting, after them and two clean absences"),
        pytest.param(IntentState.SUBMITTING, 181, 1, False, id="submitting, one clean absence"),
        pytest.param(IntentState.UNKNOWN, 181, 2, True, id="unknown, after them and two clean absences"),
        pytest.param(IntentState.UNKNOWN, 9_999, 1, False, id="unknown for long, one clean absence"),
        pytest.param(IntentState.UNKNOWN, 9_999, 0, False, id="unknown for long, never read cleanly"),
        pytest.param(IntentState.WORKING, 9_999, 9, False, id="working is never given up"),
        pytest.param(IntentState.PARTIALLY_FILLED, 9_999, 9, False, id="partly filled is never given up"),
        pytest.param(IntentState.CANCELING, 9_999, 9, False, id="canceling is never given up"),
        pytest.param(IntentState.REPLACING, 9_999, 9, False, id="replacing is never given up"),
    ],
)
def test_an_intent_is_given_up_after_lease_quiet_period_and_two_clean_absences(
    state: IntentState, after_plan: int, absences: int, given_up: bool
) -> None:
    lease = None if state is IntentState.PLANNED else NOON + protocol.LEASE
    intent = entry_intent(opening(), state=state, lease_until=lease, clean_absences=absences)
    assert protocol.may_be_abandoned(intent, NOON + seconds(after_plan)) is given_up


def test_an_absence_is_counted() -> None:
    assert protocol.missed(protocol.missed(working(opening()))).clean_absences == 2


@pytest.mark.parametrize(
    ("order", "bookable"),
    [
        pytest.param(broker_order(OrderStatus.FILLED, 10), True, id="filled with prices"),
        pytest.param(broker_order(OrderStatus.FILLED, 10, None), False, id="filled without prices"),
        pytest.param(broker_order(OrderStatus.FILLED, 0, None), False, id="filled without quantities"),
        pytest.param(broker_order(OrderStatus.CANCELED, 0, None), True, id="canceled, nothing filled"),
        pytest.param(broker_order(OrderStatus.CANCELED, 3), True, id="canceled, a part filled"),
        pytest.param(broker_order(OrderStatus.CANCELED, 3, None), False, id="canceled, a part without prices"),
        pytest.param(broker_order(OrderStatus.REJECTED, 0, None), True, id="rejected"),
        pytest.param(broker_order(OrderStatus.EXPIRED, 0, None), True, id="expired"),
        pytest.param(broker_order(OrderStatus.WORKING, 0, None), False, id="working"),
        pytest.param(broker_order(OrderStatus.PARTIALLY_FILLED, 3), False, id="partly filled"),
    ],
)
def test_an_order_is_booked_only_at_its_end_and_with_its_prices(order: BrokerOrder, bookable: bool) -> None:
    assert protocol.is_bookable(order) is bookable
