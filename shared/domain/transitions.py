"""The whole state machine of intents and positions: who may move what, under which guard, by which function.

Every move is committed as a ``MoveIntent`` or ``MovePosition``, and both refuse what does not stand here. The
functions are those of ``shared.phases.execution.protocol``; what they commit together stands in their docstrings.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Generic, NamedTuple, TypeVar

from shared.domain.orders import IntentState
from shared.domain.orders import IntentState as I
from shared.domain.positions import PositionState
from shared.domain.positions import PositionState as P

State = TypeVar("State", bound=StrEnum)


class Writer(StrEnum):
    """Who makes a move."""

    TRADE = "trade"
    MONITOR = "monitor"
    WORKER = "the worker that claimed it"
    RECONCILER = "the reconciler, in monitor"
    WALKER = "the walker, in monitor"
    OPERATOR = "an operator, by command"


class Transition(NamedTuple, Generic[State]):
    """One row: ``before`` empty means that the item is made; ``guard`` is what must be true at the commit."""

    before: tuple[State, ...]
    after: State
    writer: Writer
    guard: str
    function: str


_WORKING = (I.WORKING, I.PARTIALLY_FILLED)
_SENT = (I.SUBMITTING, I.UNKNOWN)
_AT_BROKER = (*_WORKING, I.REPLACING, I.CANCELING)
_SAME = "same state, owner and steps as read"
_END = "order ended, every fill has its price; same state, owner and steps as read"

INTENT_TRANSITIONS: tuple[Transition[IntentState], ...] = (
    Transition((), I.PLANNED, Writer.TRADE, "intent, position, slot absent; ledger has room; ACTIVE", "plan_entry"),
    Transition((), I.PLANNED, Writer.MONITOR, "intent absent; position as read; not HALTED", "plan_exit"),
    Transition((I.PLANNED,), I.SUBMITTING, Writer.WORKER, "state PLANNED", "claim"),
    Transition((I.SUBMITTING,), I.WORKING, Writer.WORKER, "owner is me", "acknowledge"),
    Transition((I.SUBMITTING,), I.UNKNOWN, Writer.WORKER, "owner is me", "doubt"),
    Transition(
        (I.SUBMITTING,),
        I.REJECTED,
        Writer.WORKER,
        "owner is me; the broker's own words",
        "end_intent",
    ),
    Transition((I.SUBMITTING,), I.ABANDONED, Writer.WORKER, "owner is me; it did not leave", "end_intent"),
    Transition(_SENT, I.WORKING, Writer.RECONCILER, "lease over; tag matches", "observe"),
    Transition((*_SENT, I.WORKING), I.PARTIALLY_FILLED, Writer.RECONCILER, "fills only grow", "observe"),
    Transition((I.REPLACING,), I.WORKING, Writer.RECONCILER, "the order read again", "observe"),
    Transition((I.REPLACING,), I.PARTIALLY_FILLED, Writer.RECONCILER, "the order read again", "observe"),
    Transition(_WORKING, I.REPLACING, Writer.WALKER, _SAME, "replacing"),
    Transition(_WORKING, I.CANCELING, Writer.WALKER, _SAME, "canceling"),
    Transition((*_SENT, *_AT_BROKER), I.FILLED, Writer.RECONCILER, _END, "end_intent"),
    Transition((*_SENT, *_AT_BROKER), I.CANCELED, Writer.RECONCILER, _END, "end_intent"),
    Transition((*_SENT, *_AT_BROKER), I.REJECTED, Writer.RECONCILER, _END, "end_intent"),
    Transition((*_SENT, *_AT_BROKER), I.EXPIRED, Writer.RECONCILER, _END, "end_intent"),
    Transition((I.PLANNED,), I.ABANDONED, Writer.TRADE, "another bot's entry stands against it", "end_intent"),
    Transition((I.PLANNED,), I.ABANDONED, Writer.RECONCILER, "lease and quiet period over", "end_intent"),
    Transition(
        _SENT,
        I.ABANDONED,
        Writer.RECONCILER,
        "lease and quiet period over; absent in two clean reads of the orders and in the positions",
        "end_intent",
    ),
    Transition(_AT_BROKER, I.EXPIRED, Writer.RECONCILER, "forgotten at midnight; positions untouched", "end_intent"),
    Transition((I.ABANDONED,), I.FILLED, Writer.RECONCILER, "tag matches; the order had filled", "adopt"),
    Transition(
        (I.ABANDONED,),
        I.CANCELED,
        Writer.RECONCILER,
        "tag matches; the order had part filled",
        "adopt",
    ),
    Transition(
        (I.ABANDONED,),
        I.EXPIRED,
        Writer.RECONCILER,
        "tag matches; the order had part filled",
        "adopt",
    ),
)

_HELD = (P.OPEN, P.EXIT_PENDING)
_VERSION = "version and closing intent as read"

POSITION_TRANSITIONS: tuple[Transition[PositionState], ...] = (
    Transition((), P.OPENING, Writer.TRADE, "position and slot absent", "plan_entry"),
    Transition(
        (P.OPENING,),
        P.OPEN,
        Writer.RECONCILER,
        "contracts filled, with their price",
        "end_entry",
    ),
    Transition((P.OPENING,), P.ABANDONED, Writer.RECONCILER, "nothing filled", "end_entry"),
    Transition(
        (P.OPENING,),
        P.BROKEN,
        Writer.RECONCILER,
        "held at the broker at an unknown price",
        "break_off",
    ),
    Transition(_HELD, P.EXIT_PENDING, Writer.MONITOR, _VERSION, "waits"),
    Transition(_HELD, P.CLOSING, Writer.MONITOR, f"{_VERSION}: none closes it yet; not HALTED", "plan_exit"),
    Transition((P.CLOSING,), P.EXIT_PENDING, Writer.RECONCILER, "contracts are left", "end_exit"),
    Transition(
        (P.CLOSING,),
        P.CLOSED,
        Writer.RECONCILER,
        "all contracts filled, with their price",
        "end_exit",
    ),
    Transition(_HELD, P.SETTLING, Writer.MONITOR, "last session over", "settling"),
    Transition(
        (P.SETTLING,),
        P.CLOSED,
        Writer.MONITOR,
        "an official close, its source recorded",
        "settle",
    ),
    Transition(
        (*_HELD, P.BROKEN),
        P.CLOSED,
        Writer.RECONCILER,
        "closed by hand, real prices",
        "close_by_hand",
    ),
    Transition(
        (P.CLOSING,),
        P.BROKEN,
        Writer.RECONCILER,
        "gone at the broker at an unknown price",
        "break_off",
    ),
    Transition(_HELD, P.BROKEN, Writer.RECONCILER, "legs differ from the broker's in two runs", "break_position"),
    Transition((P.ABANDONED,), P.OPEN, Writer.RECONCILER, "a zombie had filled; slot free", "adopt"),
    Transition(
        (P.ABANDONED,),
        P.EXIT_PENDING,
        Writer.RECONCILER,
        "a zombie had filled; slot taken",
        "adopt",
    ),
    Transition(
        (P.EXIT_PENDING, P.BROKEN, P.SETTLING), P.CLOSED, Writer.RECONCILER, "a zombie exit had filled", "adopt"
    ),
    Transition((P.BROKEN,), P.OPEN, Writer.OPERATOR, "a person has looked", "mended"),
    Transition((P.BROKEN,), P.CLOSED, Writer.OPERATOR, "a person gives the cash", "close_by_hand"),
)


@cache
def _moves() -> frozenset[tuple[StrEnum, StrEnum]]:
    rows: Iterable[Transition[IntentState] | Transition[PositionState]] = (*INTENT_TRANSITIONS, *POSITION_TRANSITIONS)
    return frozenset((before, row.after) for row in rows for before in row.before)


def may_move(before: StrEnum, after: StrEnum) -> bool:
    """Tell whether an item may go from one state to another; facts may change within one that is not final."""
    return before is after or (before, after) in _moves()
