"""An entry: planned all or nothing, ended by what filled, adopted when a given-up order had filled after all."""

from datetime import datetime
from decimal import Decimal

from shared.domain.book import (
    AdvanceLast,
    CreateIntent,
    CreatePosition,
    FreeSlot,
    LiveState,
    MoveIntent,
    MovePosition,
    RecordDecision,
    RequireEnabled,
    RequireState,
    Reserve,
    SetCounters,
    SetLedger,
    TakeSlot,
)
from shared.domain.config import BotConfig, Fees
from shared.domain.counting import counters_after_order
from shared.domain.decisions import Decision, LastDecided
from shared.domain.ledgers import Counters
from shared.domain.orders import BrokerOrder, Intent, IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import ExitReason, TradingState
from shared.phases.execution.booking import filled_position, ledger_after_adoption, ledger_after_resize
from shared.phases.execution.fills import planned_fill
from shared.phases.execution.working import END_OF, Changes, ended, failure_if_rejected, success


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
        SetCounters(position.bot, live.counters, _counted(live, intent)),
        RecordDecision(decision),
        AdvanceLast(position.bot, last),
    )


def _counted(live: LiveState, intent: Intent) -> Counters:
    return counters_after_order(live.counters, intent.planned_at, intent.order.fingerprint)


def end_entry(
    intent: Intent,
    position: Position,
    live: LiveState,
    state: IntentState,
    order: BrokerOrder | None,
    fees: Fees,
    reason: str | None = None,
    watched_until: datetime | None = None,
) -> Changes:
    """End an entry: what filled is open and on the ledger as it really is; what did not is given back.

    With nothing filled the position is ABANDONED, slot and ledger are free again.
    """
    over = ended(intent, state, order, reason, watched_until)
    ledger = live.ledger(position.mode)
    if order is None or order.filled_contracts == 0 or order.fill_price is None:
        gone = position.model_copy(
            update={"state": PositionState.ABANDONED, "version": position.version + 1, "note": over.reason}
        )
        return (
            MoveIntent(intent, over),
            MovePosition(position, gone),
            FreeSlot(position),
            SetLedger(ledger, ledger_after_resize(ledger, position, None)),
            *failure_if_rejected(intent, live, state),
        )
    filled, at = order.filled_contracts, order.updated_at
    opened = filled_position(position, filled, order.fill_price, at, fees, order.legs)
    return (
        MoveIntent(intent, over),
        MovePosition(position, opened),
        SetLedger(ledger, ledger_after_resize(ledger, position, opened)),
        *success(live),
    )


def break_off_entry(intent: Intent, position: Position, live: LiveState, contracts: int, reason: str) -> Changes:
    """End an entry whose contracts are held though no order tells their price: BROKEN, at the planned price."""
    entry = planned_fill(position, contracts, intent.broker_created_at or intent.planned_at)
    held = position.model_copy(
        update={
            "state": PositionState.BROKEN,
            "version": position.version + 1,
            "contracts": contracts,
            "secured_cash": position.secured_cash * contracts / position.contracts,
            "entry_fees": entry.fees,
            "opened_at": entry.at,
            "booked_cash": entry.cash,
            "booked_fees": entry.fees,
            "fills": (entry,),
            "note": reason[:300],
        }
    )
    ledger = live.ledger(position.mode)
    return (
        MoveIntent(intent, ended(intent, IntentState.EXPIRED, None, reason)),
        MovePosition(position, held),
        SetLedger(ledger, ledger_after_resize(ledger, position, held)),
    )


def adopt_entry(intent: Intent, position: Position, live: LiveState, order: BrokerOrder, fees: Fees) -> Changes:
    """Take on what a given-up entry had filled after all: OPEN, or to be closed at once where its slot is taken."""
    price = order.fill_price if order.fill_price is not None else Decimal(0)
    opened = filled_position(position, order.filled_contracts, price, order.updated_at, fees, order.legs)
    place = (position.mode, position.underlying, position.strategy)
    is_taken = any((held.mode, held.underlying, held.strategy) == place for held in live.positions if held.holds_slot)
    if is_taken:
        opened = opened.model_copy(
            update={
                "state": PositionState.EXIT_PENDING,
                "holds_slot": False,
                "exit_reason": ExitReason.MANUAL,
                "exit_pending_since": order.updated_at,
            }
        )
    ledger = live.ledger(position.mode)
    return (
        MoveIntent(intent, ended(intent, END_OF[order.status], order, "filled after it was given up")),
        MovePosition(position, opened),
        *(() if is_taken else (TakeSlot(opened),)),
        SetLedger(ledger, ledger_after_adoption(ledger, opened)),
    )
