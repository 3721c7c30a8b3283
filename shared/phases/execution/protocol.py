"""The order protocol: every transition of an intent and its position, with what is committed together.

::

    entry   -> PLANNED                                   plan_entry     trade
    exit    -> PLANNED                                   plan_exit      monitor
    PLANNED -> SUBMITTING                                claim          the worker that will send
    SUBMITTING -> WORKING                                acknowledge    the same worker
    SUBMITTING -> UNKNOWN                                doubt          the same worker
    SUBMITTING, UNKNOWN -> WORKING                       adopt          monitor, by the broker's list
    WORKING -> PARTIALLY_FILLED                          observe        monitor
    WORKING -> REPLACING -> WORKING                      replace, replaced   the walker
    WORKING, PARTIALLY_FILLED -> CANCELING               cancel         the walker, the breaker
    any working -> FILLED, CANCELED, REJECTED, EXPIRED   end_entry, end_exit  monitor
    SUBMITTING -> REJECTED                               end_entry, end_exit  the same worker, on proof
    PLANNED, SUBMITTING, UNKNOWN -> ABANDONED            end_entry, end_exit  monitor, after lease and quiet period
    OPEN, EXIT_PENDING -> CLOSED at the official close   settle         monitor

An intent is sent at most once in its life; another try is another intent. A transition is a tuple of changes,
each with its own guard (``shared.domain.book``), committed all together or not at all.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from shared.domain.book import (
    AdvanceLast,
    Change,
    CreateIntent,
    CreatePosition,
    FreeSlot,
    LiveState,
    MoveIntent,
    MovePosition,
    RecordClosedTrade,
    RecordDecision,
    RequireEnabled,
    RequireState,
    Reserve,
    SetCounters,
    SetLedger,
    TakeSlot,
)
from shared.domain.config import BotConfig, Fees
from shared.domain.decisions import Decision, LastDecided
from shared.domain.orders import BrokerOrder, Intent, IntentState, OrderStatus
from shared.domain.package import one_way_fees
from shared.domain.positions import ClosedTrade, Position, PositionState
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import ExitReason, TradingState
from shared.phases.execution.booking import (
    closed_trade,
    counters_after_close,
    counters_after_failure,
    counters_after_order,
    counters_after_success,
    filled_position,
    ledger_after_close,
    ledger_after_resize,
    reduced_position,
)

LEASE = timedelta(seconds=60)
QUIET = timedelta(seconds=120)
CLEAN_ABSENCES = 2
IDENTICAL = timedelta(seconds=60)
"""How long an identical order may not leave again."""

Changes = tuple[Change, ...]

END_OF = {
    OrderStatus.FILLED: IntentState.FILLED,
    OrderStatus.CANCELED: IntentState.CANCELED,
    OrderStatus.REJECTED: IntentState.REJECTED,
    OrderStatus.EXPIRED: IntentState.EXPIRED,
}


def plan_entry(
    intent: Intent, position: Position, decision: Decision, last: LastDecided, live: LiveState, config: BotConfig
) -> Changes:
    """Write an entry down before it leaves: intent, position, slot, ledger, decision, all or nothing."""
    caps = config.caps
    return (
        CreateIntent(intent),
        CreatePosition(position),
        TakeSlot(position),
        Reserve(
            bot=position.bot,
            mode=position.mode,
            underlying=position.underlying,
            risk=position.total_risk,
            secured_cash=position.secured_cash,
            max_positions=config.max_positions,
            max_open_risk=caps.open_risk * config.capital,
            max_underlying_risk=caps.underlying_risk * config.capital,
            max_secured_cash=caps.cash_secured * config.capital,
        ),
        RequireState(position.bot, TradingState.ACTIVE),
        RequireEnabled(position.mode, position.strategy),
        SetCounters(position.bot, live.counters, counters_after_order(live.counters, intent.planned_at)),
        RecordDecision(decision),
        AdvanceLast(position.bot, last),
    )


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


def claim(intent: Intent, owner: str, now: datetime) -> Intent:
    """Take a planned intent to send it; the lease outlives the worker."""
    return intent.model_copy(update={"state": IntentState.SUBMITTING, "owner": owner, "lease_until": now + LEASE})


def acknowledge(intent: Intent, order_id: str, now: datetime) -> Intent:
    """Note the broker's order id."""
    return intent.model_copy(
        update={"state": IntentState.WORKING, "order_id": order_id, "broker_created_at": now, "stepped_at": now}
    )


def doubt(intent: Intent, reason: str) -> Intent:
    """Note that nobody knows whether the order is live; everything stays reserved."""
    return intent.model_copy(update={"state": IntentState.UNKNOWN, "reason": reason[:300]})


def observe(intent: Intent, order: BrokerOrder, now: datetime) -> Intent:
    """Take over what the broker says of a working order: its id, and fills that only ever grow."""
    filled = max(intent.filled_contracts, order.filled_contracts)
    state = IntentState.PARTIALLY_FILLED if filled else IntentState.WORKING
    if intent.state is IntentState.CANCELING:
        state = IntentState.CANCELING
    return intent.model_copy(
        update={
            "state": state,
            "order_id": order.order_id,
            "broker_created_at": order.created_at,
            "stepped_at": intent.stepped_at or now,
            "filled_contracts": filled,
            "fill_price": order.fill_price if filled else None,
            "clean_absences": 0,
        }
    )


def replacing(intent: Intent, limit_price: Decimal, now: datetime) -> Intent:
    """Note, before asking, that the limit of a working order is being changed in place."""
    return intent.model_copy(
        update={
            "state": IntentState.REPLACING,
            "steps": intent.steps + 1,
            "stepped_at": now,
            "order": intent.order.model_copy(update={"limit_price": limit_price}),
        }
    )


def canceling(intent: Intent, reason: str) -> Intent:
    """Note, before asking, that the order is being canceled; its outcome is what the order says afterwards."""
    return intent.model_copy(update={"state": IntentState.CANCELING, "reason": reason})


def missed(intent: Intent) -> Intent:
    """Count a clean read of the broker's list in which the order was absent."""
    return intent.model_copy(update={"clean_absences": intent.clean_absences + 1})


def may_be_abandoned(intent: Intent, now: datetime) -> bool:
    """Tell whether an intent that never showed up at the broker may be given up; it is never sent again."""
    match intent.state:
        case IntentState.PLANNED:
            return now > intent.planned_at + LEASE + QUIET
        case IntentState.SUBMITTING | IntentState.UNKNOWN:
            quiet = intent.lease_until is not None and now > intent.lease_until + QUIET
            return quiet and intent.clean_absences >= CLEAN_ABSENCES
        case _:
            return False


def is_bookable(order: BrokerOrder) -> bool:
    """Tell whether an ended order can be booked: a filled one has contracts, and what filled has its price."""
    if order.status is OrderStatus.FILLED and order.filled_contracts == 0:
        return False
    return order.status.is_final and (order.filled_contracts == 0 or order.fill_price is not None)


def _ended(intent: Intent, state: IntentState, order: BrokerOrder | None, reason: str | None) -> Intent:
    return intent.model_copy(
        update={
            "state": state,
            "order_id": order.order_id if order else intent.order_id,
            "filled_contracts": order.filled_contracts if order else 0,
            "fill_price": order.fill_price if order and order.filled_contracts else None,
            "reason": (reason or (order.reason if order else None) or intent.reason or "")[:300] or None,
        }
    )


def end_entry(
    intent: Intent,
    position: Position,
    live: LiveState,
    state: IntentState,
    order: BrokerOrder | None,
    fees: Fees,
    reason: str | None = None,
) -> Changes:
    """End an entry: what filled is open and on the ledger as it really is; what did not is given back.

    With nothing filled the position is ABANDONED, slot and ledger are free again.
    """
    ended = _ended(intent, state, order, reason)
    ledger = live.ledger(position.mode)
    if order is None or order.filled_contracts == 0 or order.fill_price is None:
        gone = position.model_copy(
            update={"state": PositionState.ABANDONED, "version": position.version + 1, "note": ended.reason}
        )
        return (
            MoveIntent(intent, ended),
            MovePosition(position, gone),
            FreeSlot(position),
            SetLedger(ledger, ledger_after_resize(ledger, position, None)),
            *_count_failure(live, state),
        )
    opened = filled_position(position, order.filled_contracts, order.fill_price, order.updated_at, fees)
    return (
        MoveIntent(intent, ended),
        MovePosition(position, opened),
        SetLedger(ledger, ledger_after_resize(ledger, position, opened)),
        *_end_failures(live),
    )


def count_failure(live: LiveState) -> Change:
    """Count an order that the broker refused or never answered."""
    return SetCounters(live.bot, live.counters, counters_after_failure(live.counters))


def _count_failure(live: LiveState, state: IntentState) -> Changes:
    return (count_failure(live),) if state is IntentState.REJECTED else ()


def _end_failures(live: LiveState) -> Changes:
    """End the row of failed orders, where there is one: an order went through."""
    if not live.counters.order_failures:
        return ()
    return (SetCounters(live.bot, live.counters, counters_after_success(live.counters)),)


def end_exit(
    intent: Intent,
    position: Position,
    live: LiveState,
    state: IntentState,
    order: BrokerOrder | None,
    fees: Fees,
    reason: str | None = None,
) -> Changes:
    """End an exit: what filled is booked; a position with contracts left waits for the next attempt."""
    ended = _ended(intent, state, order, reason)
    filled = order.filled_contracts if order and order.fill_price is not None else 0
    booked = position
    if order is not None and order.fill_price is not None and filled:
        cost = one_way_fees(position.underlying, len(position.legs), fees) * filled
        booked = reduced_position(position, filled, order.fill_price, cost)
    if order is not None and booked.remaining_contracts == 0:
        return (
            MoveIntent(intent, ended),
            *_close(position, booked, live, order.updated_at, intent.exit_reason or ExitReason.MANUAL, None)[1],
        )
    waiting = booked.model_copy(
        update={"state": PositionState.EXIT_PENDING, "version": position.version + 1, "closing_intent": None}
    )
    changes: Changes = (MoveIntent(intent, ended), MovePosition(position, waiting), *_count_failure(live, state))
    if filled:
        ledger = live.ledger(position.mode)
        changes += (SetLedger(ledger, ledger_after_resize(ledger, position, waiting)),)
    return changes


def settle(
    position: Position, live: LiveState, cash: Decimal, at: datetime, source: str, decision: Decision
) -> tuple[ClosedTrade, Changes]:
    """Close a position at its settlement; ``cash`` is dollars for all remaining contracts, without a fee."""
    booked = position.model_copy(
        update={
            "closed_contracts": position.contracts,
            "booked_cash": position.booked_cash + cash,
        }
    )
    trade, changes = _close(position, booked, live, at, ExitReason.EXPIRATION, source)
    return trade, (*changes, RecordDecision(decision))


def _close(
    before: Position, booked: Position, live: LiveState, at: datetime, reason: ExitReason, source: str | None
) -> tuple[ClosedTrade, Changes]:
    trade = closed_trade(booked, at, reason, source)
    closed = booked.model_copy(
        update={"state": PositionState.CLOSED, "version": before.version + 1, "exit_reason": reason}
    )
    ledger = live.ledger(before.mode)
    return trade, (
        MovePosition(before, closed),
        FreeSlot(before),
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


def trades_in(changes: Iterable[Change]) -> tuple[ClosedTrade, ...]:
    """Return the results that a transition books."""
    return tuple(change.trade for change in changes if isinstance(change, RecordClosedTrade))


def positions_in(changes: Iterable[Change]) -> tuple[Position, ...]:
    """Return the positions as a transition leaves them."""
    return tuple(change.after for change in changes if isinstance(change, MovePosition))
