"""The order protocol: every transition of an intent and its position, with what is committed together.

The whole state machine stands in ``shared.domain.transitions``; this module gathers the functions named there. An
intent is sent at most once in its life; another try is another intent. A transition is a tuple of changes, each
with its own guard (``shared.domain.book``), committed all together or not at all.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from shared.domain.book import Change, LiveState, MovePosition, RecordClosedTrade
from shared.domain.config import Fees
from shared.domain.orders import BrokerOrder, Intent, IntentKind, IntentState
from shared.domain.positions import ClosedTrade, Position
from shared.phases.execution.entering import adopt_entry, break_off_entry, end_entry, plan_entry
from shared.phases.execution.exiting import (
    IDENTICAL,
    break_off_exit,
    break_position,
    close_by_hand,
    end_exit,
    mended,
    plan_exit,
    rests,
    settle,
    settling,
    waits,
)
from shared.phases.execution.working import (
    AT_BROKER,
    CLEAN_ABSENCES,
    END_OF,
    LEASE,
    QUIET,
    Changes,
    acknowledge,
    as_last_seen,
    canceling,
    claim,
    count_failure,
    doubt,
    is_bookable,
    is_forgotten,
    may_be_abandoned,
    missed,
    observe,
    replacing,
    still_watched,
    unwatched,
)

__all__ = [
    "AT_BROKER",
    "CLEAN_ABSENCES",
    "END_OF",
    "IDENTICAL",
    "LEASE",
    "QUIET",
    "Changes",
    "acknowledge",
    "adopt",
    "as_last_seen",
    "break_off",
    "break_position",
    "canceling",
    "claim",
    "close_by_hand",
    "count_failure",
    "doubt",
    "end_entry",
    "end_exit",
    "end_intent",
    "is_bookable",
    "is_forgotten",
    "may_be_abandoned",
    "mended",
    "missed",
    "observe",
    "plan_entry",
    "plan_exit",
    "positions_in",
    "replacing",
    "rests",
    "settle",
    "settling",
    "still_watched",
    "trades_in",
    "unwatched",
    "waits",
]


def end_intent(
    intent: Intent,
    position: Position,
    live: LiveState,
    state: IntentState,
    order: BrokerOrder | None,
    fees: Fees,
    reason: str | None = None,
    watched_until: datetime | None = None,
) -> Changes:
    """End an intent of either kind and book what filled."""
    match intent.kind:
        case IntentKind.ENTRY:
            return end_entry(intent, position, live, state, order, fees, reason, watched_until)
        case IntentKind.EXIT:
            return end_exit(intent, position, live, state, order, fees, reason, watched_until)
        case _:
            assert_never(intent.kind)


def adopt(intent: Intent, position: Position, live: LiveState, order: BrokerOrder, fees: Fees) -> Changes:
    """Book what an order had filled after its intent was given up."""
    match intent.kind:
        case IntentKind.ENTRY:
            return adopt_entry(intent, position, live, order, fees)
        case IntentKind.EXIT:
            return end_exit(intent, position, live, END_OF[order.status], order, fees)
        case _:
            assert_never(intent.kind)


def break_off(intent: Intent, position: Position, live: LiveState, contracts: int, reason: str) -> Changes:
    """End an intent whose contracts changed hands at a price that nobody tells any more."""
    match intent.kind:
        case IntentKind.ENTRY:
            return break_off_entry(intent, position, live, contracts, reason)
        case IntentKind.EXIT:
            return break_off_exit(intent, position, reason)
        case _:
            assert_never(intent.kind)


def trades_in(changes: Iterable[Change]) -> tuple[ClosedTrade, ...]:
    """Return the results that a transition books."""
    return tuple(change.trade for change in changes if isinstance(change, RecordClosedTrade))


def positions_in(changes: Iterable[Change]) -> tuple[Position, ...]:
    """Return the positions as a transition leaves them."""
    return tuple(change.after for change in changes if isinstance(change, MovePosition))
