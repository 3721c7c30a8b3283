"""How entries, exits and settlements end: what is booked, what is given back, what waits."""

from decimal import Decimal
from typing import Any

import pytest

from shared.domain.book import (
    FreeSlot,
    MoveIntent,
    MovePosition,
    RecordClosedTrade,
    SetCounters,
    SetLedger,
)
from shared.domain.fills import FillKind
from shared.domain.orders import BrokerLeg, Intent, IntentState, OrderStatus, closing_side
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import ExitReason
from shared.phases.execution import protocol
from tests.builders import (
    NOON,
    TODAY,
    broker_order,
    decision,
    entry_intent,
    exit_intent,
    position,
    seconds,
)
from tests.unit.phases.midway import FEES, OWNER, all_left, kinds, only, opening, reserved, working

# ---- planning


@pytest.mark.parametrize(
    ("state", "status"),
    [
        pytest.param(IntentState.FILLED, OrderStatus.FILLED, id="filled"),
        pytest.param(IntentState.CANCELED, OrderStatus.CANCELED, id="canceled after a part"),
        pytest.param(IntentState.EXPIRED, OrderStatus.EXPIRED, id="expired after a part"),
    ],
)
@pytest.mark.parametrize("filled", [10, 4])
def test_what_filled_is_open_and_on_the_ledger(state: IntentState, status: OrderStatus, filled: int) -> None:
    held = opening()
    changes = protocol.end_entry(working(held), held, reserved(held), state, broker_order(status, filled, "1.20"), FEES)
    assert only(MoveIntent, changes).after.state is state
    assert only(MoveIntent, changes).after.filled_contracts == filled
    opened = only(MovePosition, changes).after
    assert (opened.state, opened.contracts, opened.entry_price) == (PositionState.OPEN, filled, Decimal("1.20"))
    assert only(SetLedger, changes).after.open_risk == opened.risk * filled
    assert only(SetLedger, changes).after.open_count == 1
    assert not [change for change in changes if isinstance(change, FreeSlot)]


@pytest.mark.parametrize(
    "state",
    [IntentState.CANCELED, IntentState.EXPIRED, IntentState.REJECTED, IntentState.ABANDONED],
)
def test_an_entry_that_never_filled_gives_slot_and_ledger_back(state: IntentState) -> None:
    held = opening()
    before = IntentState.UNKNOWN if state is IntentState.ABANDONED else IntentState.WORKING
    intent = entry_intent(held, state=before, owner=OWNER)
    changes = protocol.end_entry(intent, held, reserved(held), state, None, FEES, "reason")
    counted = ["SetCounters"] if state is IntentState.REJECTED else []
    assert kinds(changes) == ["MoveIntent", "MovePosition", "FreeSlot", "SetLedger", *counted]
    assert only(MovePosition, changes).after.state is PositionState.ABANDONED
    after = only(SetLedger, changes).after
    assert (after.open_count, after.open_risk, after.risk_by_underlying) == (0, Decimal(0), {"SPY": Decimal(0)})
    assert (only(MoveIntent, changes).after.state, only(MoveIntent, changes).after.reason) == (state, "reason")


def test_a_refusal_counts_as_a_failure() -> None:
    held = opening()
    changes = protocol.end_entry(working(held), held, reserved(held), IntentState.REJECTED, None, FEES)
    assert only(SetCounters, changes).after.order_failures == 3


def test_an_order_that_fills_ends_the_failures_in_a_row() -> None:
    held = opening()
    filled = broker_order(OrderStatus.FILLED, 10, "1.20")
    changes = protocol.end_entry(working(held), held, reserved(held), IntentState.FILLED, filled, FEES)
    assert only(SetCounters, changes).after.order_failures == 0


def told_legs(of: Position, contracts: int, *prices: str) -> tuple[BrokerLeg, ...]:
    """The legs of an order that undoes a position, as the broker reports them."""
    return tuple(
        BrokerLeg(
            option_symbol=leg.option_symbol,
            side=closing_side(leg),
            filled_contracts=contracts,
            fill_price=Decimal(price),
        )
        for leg, price in zip(of.legs, prices, strict=True)
    )


def test_an_exit_keeps_what_each_leg_brought() -> None:
    held = closing()
    order = broker_order(OrderStatus.FILLED, 10, "-0.50", legs=told_legs(held, 10, "1.30", "0.80"))
    intent = exit_intent(held, state=IntentState.WORKING)
    changes = protocol.end_exit(intent, held, reserved(held), IntentState.FILLED, order, FEES)
    (kept,) = only(MovePosition, changes).after.fills
    assert (kept.kind, kept.at, kept.contracts) == (FillKind.EXIT, order.updated_at, 10)
    assert (kept.cash, kept.fees) == (Decimal(-500), Decimal("7.00"))
    assert list((kept.leg_cash or {}).values()) == [Decimal(-1300), Decimal(800)]


def test_an_entry_at_a_price_that_nobody_tells_is_booked_at_the_planned_one() -> None:
    held = opening()
    changes = protocol.break_off(working(held), held, reserved(held), 4, "gone at midnight")
    broken = only(MovePosition, changes).after
    assert (broken.state, broken.contracts, broken.booked_cash) == (PositionState.BROKEN, 4, Decimal(400))
    assert broken.entry_fill is not None
    assert broken.entry_fill.leg_cash is None
    trade, _ = protocol.close_by_hand(
        broken, reserved(broken), all_left(broken, -100, FillKind.BY_HAND), "an operator", decision()
    )
    assert trade.pnl == Decimal(300) - broken.booked_fees


# ---- the end of an exit


def sent(held: Position, **changes: Any) -> Intent:
    """The exit of a position, of which nobody heard since it left."""
    return exit_intent(held, state=IntentState.UNKNOWN, owner=OWNER, **changes)


def closing(contracts: int = 10) -> Position:
    return position(contracts=contracts, state=PositionState.CLOSING, closing_intent="x1", version=7)


def test_a_filled_exit_closes_all_at_once() -> None:
    held = closing()
    intent = exit_intent(held, state=IntentState.WORKING)
    changes = protocol.end_exit(
        intent, held, reserved(held), IntentState.FILLED, broker_order(OrderStatus.FILLED, 10, "-0.50"), FEES
    )
    assert kinds(changes) == [
        "MoveIntent",
        "MovePosition",
        "FreeSlot",
        "SetLedger",
        "SetCounters",
        "RecordClosedTrade",
    ]
    trade = only(RecordClosedTrade, changes).trade
    assert (trade.pnl, trade.contracts, trade.exit_reason) == (Decimal(493), 10, ExitReason.PROFIT_TARGET)
    assert trade.closed_at == NOON + seconds(30)
    closed = only(MovePosition, changes).after
    assert (closed.state, closed.remaining_contracts, closed.version) == (PositionState.CLOSED, 0, 8)
    after = only(SetLedger, changes).after
    assert (after.open_count, after.open_risk, after.realized_pnl) == (0, Decimal(0), trade.pnl)
    assert (after.day, after.day_pnl) == (TODAY, trade.pnl)
    assert protocol.trades_in(changes) == (trade,)
    assert protocol.positions_in(changes) == (closed,)


@pytest.mark.parametrize("state", [IntentState.CANCELED, IntentState.EXPIRED])
def test_a_partly_filled_exit_books_the_part_and_waits_with_the_rest(state: IntentState) -> None:
    held = closing()
    order = broker_order(protocol_status(state), 4, "-0.50")
    changes = protocol.end_exit(sent(held), held, reserved(held), state, order, FEES)
    assert kinds(changes) == ["MoveIntent", "MovePosition", "SetLedger"]
    waiting = only(MovePosition, changes).after
    assert (waiting.state, waiting.closing_intent) == (PositionState.EXIT_PENDING, None)
    assert (waiting.closed_contracts, waiting.remaining_contracts) == (4, 6)
    assert waiting.booked_cash - held.booked_cash == Decimal(-200)
    after = only(SetLedger, changes).after
    assert after.open_risk == held.risk * 6
    assert (after.day, after.day_pnl, after.realized_pnl) == (TODAY, waiting.counted_pnl, waiting.counted_pnl)
    assert waiting.counted_pnl == 4 * (held.entry_price - Decimal("0.50")) * 100 - Decimal("2.80")
    assert protocol.trades_in(changes) == ()


def protocol_status(state: IntentState) -> OrderStatus:
    return {ended: status for status, ended in protocol.END_OF.items()}[state]


@pytest.mark.parametrize(
    "state", [IntentState.CANCELED, IntentState.EXPIRED, IntentState.REJECTED, IntentState.ABANDONED]
)
def test_an_exit_that_never_filled_waits_for_another_try(state: IntentState) -> None:
    held = closing()
    changes = protocol.end_exit(sent(held), held, reserved(held), state, None, FEES)
    waiting = only(MovePosition, changes).after
    assert (waiting.state, waiting.closing_intent) == (PositionState.EXIT_PENDING, None)
    assert (waiting.remaining_contracts, waiting.booked_cash) == (10, held.booked_cash)
    assert not [change for change in changes if isinstance(change, FreeSlot | SetLedger | RecordClosedTrade)]


def test_an_exit_in_two_orders_books_the_sum() -> None:
    held = closing()
    first = protocol.end_exit(
        sent(held), held, reserved(held), IntentState.CANCELED,
        broker_order(OrderStatus.CANCELED, 4, "-0.50"), FEES,
    )  # fmt: skip
    rest = only(MovePosition, first).after.model_copy(update={"state": PositionState.CLOSING})
    second = protocol.end_exit(
        sent(rest, intent_id="x2"), rest, reserved(rest), IntentState.FILLED,
        broker_order(OrderStatus.FILLED, 6, "-0.60"), FEES,
    )  # fmt: skip
    trade = only(RecordClosedTrade, second).trade
    assert trade.pnl == Decimal(1_000 - 200 - 360) - Decimal("7.00")
    after = only(SetLedger, second).after
    assert (after.open_risk, after.realized_pnl) == (Decimal(0), trade.pnl - rest.counted_pnl)


# ---- settlement and waiting


def test_a_settlement_closes_with_its_source_and_its_decision() -> None:
    held = position(contracts=2, version=3, state=PositionState.SETTLING)
    trade, changes = protocol.settle(held, reserved(held), all_left(held, -300), "tradier", decision())
    assert kinds(changes) == [
        "MovePosition",
        "FreeSlot",
        "SetLedger",
        "SetCounters",
        "RecordClosedTrade",
        "RecordDecision",
    ]
    assert (trade.pnl, trade.exit_reason, trade.settlement_source) == (Decimal(-100), ExitReason.EXPIRATION, "tradier")
    assert only(MovePosition, changes).after.state is PositionState.CLOSED


def test_only_what_is_left_is_settled_beside_what_was_closed() -> None:
    held = position(contracts=10, closed_contracts=4, booked_cash=Decimal(800), state=PositionState.SETTLING)
    trade, _ = protocol.settle(held, reserved(held), all_left(held, -600), "tradier", decision())
    assert trade.pnl == Decimal(200)


def test_an_exit_without_a_price_waits_and_counts_its_runs() -> None:
    once = protocol.waits(position(), ExitReason.STOP_LOSS, NOON, unquoted=True)
    twice = protocol.waits(once, ExitReason.STOP_LOSS, NOON + seconds(60), unquoted=True)
    assert (twice.state, twice.unquoted_runs, twice.exit_pending_since) == (PositionState.EXIT_PENDING, 2, NOON)
    assert protocol.waits(twice, ExitReason.STOP_LOSS, NOON, unquoted=False).unquoted_runs == 0
