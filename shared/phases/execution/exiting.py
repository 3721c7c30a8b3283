"""An exit: planned, ended by what filled, settled at expiration, booked when closed by hand, or BROKEN."""

from datetime import datetime, timedelta

from shared.domain.book import (
    Change,
    CreateIntent,
    FreeSlot,
    LiveState,
    MoveIntent,
    MovePosition,
    RecordClosedTrade,
    RecordDecision,
    RequireState,
    SetCounters,
    SetLedger,
)
from shared.domain.config import Fees
from shared.domain.counting import counters_after_close
from shared.domain.decisions import Decision
from shared.domain.fills import Fill
from shared.domain.orders import BrokerOrder, Intent, IntentState
from shared.domain.positions import ClosedTrade, Position, PositionState
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import ExitReason, TradingState
from shared.phases.execution.booking import closed_trade, ledger_after_close, ledger_after_part, reduced_position
from shared.phases.execution.fills import exit_fill
from shared.phases.execution.working import Changes, ended, failure_if_rejected

IDENTICAL = timedelta(seconds=60)
"""How long an identical order may not leave again."""


def plan_exit(intent: Intent, position: Position, decision: Decision) -> Changes:
    """Write an exit down before it leaves; slot, ledger and strategy stay untouched."""
    closing = position.model_copy(
        update={
            "state": PositionState.CLOSING,
            "version": position.version + 1,
            "closing_intent": intent.intent_id,
            "exit_attempts": position.exit_attempts + 1,
            "exit_tried_at": intent.planned_at,
            "exit_reason": intent.exit_reason,
            "exit_pending_since": position.exit_pending_since or intent.planned_at,
        }
    )
    return (
        CreateIntent(intent),
        MovePosition(position, closing),
        RequireState(position.bot, TradingState.REDUCING),
        RecordDecision(decision),
    )


def rests(position: Position, now: datetime) -> bool:
    """Tell whether an exit was tried so recently that the same order may not leave again yet."""
    return position.exit_tried_at is not None and now - position.exit_tried_at < IDENTICAL


def end_exit(
    intent: Intent,
    position: Position,
    live: LiveState,
    state: IntentState,
    order: BrokerOrder | None,
    fees: Fees,
    reason: str | None = None,
    watched_until: datetime | None = None,
) -> Changes:
    """End an exit: what filled is booked; a position with contracts left waits for the next attempt."""
    over = ended(intent, state, order, reason, watched_until)
    filled = order.filled_contracts if order and order.fill_price is not None else 0
    booked = position
    if order is not None and order.fill_price is not None and filled:
        closing = exit_fill(position, filled, order.fill_price, order.updated_at, fees, order.legs)
        booked = reduced_position(position, closing)
    if order is not None and booked.remaining_contracts == 0:
        return (
            MoveIntent(intent, over),
            *_close(position, booked, live, order.updated_at, intent.exit_reason or ExitReason.MANUAL, None)[1],
        )
    waiting = booked.model_copy(
        update={"state": PositionState.EXIT_PENDING, "version": position.version + 1, "closing_intent": None}
    )
    changes: Changes = (
        MoveIntent(intent, over),
        MovePosition(position, waiting),
        *failure_if_rejected(intent, live, state),
    )
    if order is not None and filled:
        ledger, day = live.ledger(position.mode), new_york_date(order.updated_at)
        changes += (SetLedger(ledger, ledger_after_part(ledger, position, waiting, day)),)
    return changes


def settle(
    position: Position, live: LiveState, closing: Fill, source: str, decision: Decision
) -> tuple[ClosedTrade, Changes]:
    """Close a position at its settlement, all contracts that remain."""
    booked = reduced_position(position, closing)
    trade, changes = _close(position, booked, live, closing.at, ExitReason.EXPIRATION, source)
    return trade, (*changes, RecordDecision(decision))


def _close(
    before: Position, booked: Position, live: LiveState, at: datetime, reason: ExitReason, source: str | None
) -> tuple[ClosedTrade, Changes]:
    trade = closed_trade(booked, at, reason, source)
    closed = booked.model_copy(
        update={"state": PositionState.CLOSED, "version": before.version + 1, "exit_reason": reason}
    )
    ledger = live.ledger(before.mode)
    slot: tuple[Change, ...] = (FreeSlot(before),) if before.holds_slot else ()
    return trade, (
        MovePosition(before, closed),
        *slot,
        SetLedger(ledger, ledger_after_close(ledger, before, trade.pnl, new_york_date(at))),
        SetCounters(live.bot, live.counters, counters_after_close(live.counters, reason, at)),
        RecordClosedTrade(trade),
    )


def waits(position: Position, reason: ExitReason, now: datetime, *, unquoted: bool) -> Position:
    """Remember an exit that cannot be worked yet: no price, no session, or no permission."""
    return position.model_copy(
        update={
            "state": PositionState.EXIT_PENDING,
            "version": position.version + 1,
            "exit_reason": reason,
            "exit_pending_since": position.exit_pending_since or now,
            "unquoted_runs": position.unquoted_runs + 1 if unquoted else 0,
        }
    )


def settling(position: Position, now: datetime) -> Position:
    """Note that the last session of a position is over: it is traded no more, and waits for an official close."""
    is_first = position.state is not PositionState.SETTLING
    return position.model_copy(
        update={
            "state": PositionState.SETTLING,
            "version": position.version + 1,
            "exit_reason": ExitReason.EXPIRATION,
            "exit_pending_since": now if is_first else position.exit_pending_since,
            "unquoted_runs": 0 if is_first else position.unquoted_runs + 1,
        }
    )


def close_by_hand(
    position: Position, live: LiveState, closing: Fill, source: str, decision: Decision
) -> tuple[ClosedTrade, Changes]:
    """Book a close that no order of ours made, of all contracts that remain."""
    booked = reduced_position(position, closing).model_copy(update={"closing_intent": None})
    trade, changes = _close(position, booked, live, closing.at, ExitReason.MANUAL, source)
    return trade, (*changes, RecordDecision(decision))


def break_position(position: Position, reason: str) -> Changes:
    """Set a position aside: it is not what the broker says, and nothing is guessed."""
    return (MovePosition(position, _broken(position, reason)),)


def break_off_exit(intent: Intent, position: Position, reason: str) -> Changes:
    """End an exit whose contracts are gone though no order tells their price: BROKEN."""
    return (
        MoveIntent(intent, ended(intent, IntentState.EXPIRED, None, reason)),
        MovePosition(position, _broken(position, reason).model_copy(update={"closing_intent": None})),
    )


def _broken(position: Position, reason: str) -> Position:
    return position.model_copy(
        update={"state": PositionState.BROKEN, "version": position.version + 1, "note": reason[:300]}
    )


def mended(position: Position) -> Position:
    """Return a BROKEN position to its rules, after a person has looked."""
    return position.model_copy(
        update={"state": PositionState.OPEN, "version": position.version + 1, "note": None, "exit_reason": None}
    )
