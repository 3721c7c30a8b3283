"""The words of each alert: what happened, why, how, and the command to look closer; a module a subject."""

from shared.domain.messages.controls import breaker_changed, live_confirmed, live_withdrawn, switched, tripped
from shared.domain.messages.data import function_failed, invalid_configuration, invalid_snapshots, missing_key
from shared.domain.messages.orders import (
    denied,
    foreign_order,
    not_filled,
    rejected,
    stray_order,
    unbooked,
    unknown,
    unreadable_order,
)
from shared.domain.messages.positions import (
    broken,
    closed,
    could_not_watch,
    entered,
    exit_denied,
    foreign_holding,
    item_set_aside,
    last_call,
    near_stop,
    shares_delivered,
    unpriced,
    unvalued,
)
from shared.domain.messages.results import diverged, sizes_to_zero, strategy_disabled

__all__ = [
    "breaker_changed",
    "broken",
    "closed",
    "could_not_watch",
    "denied",
    "diverged",
    "entered",
    "exit_denied",
    "foreign_holding",
    "foreign_order",
    "function_failed",
    "invalid_configuration",
    "invalid_snapshots",
    "item_set_aside",
    "last_call",
    "live_confirmed",
    "live_withdrawn",
    "missing_key",
    "near_stop",
    "not_filled",
    "rejected",
    "shares_delivered",
    "sizes_to_zero",
    "strategy_disabled",
    "stray_order",
    "switched",
    "tripped",
    "unbooked",
    "unknown",
    "unpriced",
    "unreadable_order",
    "unvalued",
]
