"""What is live of a bot, and the changes that may be made to it, each with its guard.

A transition of the order protocol is a tuple of changes committed all together or not at all. A guard is what the
store must find true at that very moment; the transitions themselves stand in
``shared.phases.execution.protocol``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from shared.domain.errors import InvalidValueError
from shared.domain.ledgers import Counters, Ledger
from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState

if TYPE_CHECKING:
    from shared.domain.accounts import AccountWatch, Confirmation
    from shared.domain.alerts import Alert
    from shared.domain.decisions import Decision, LastDecided
    from shared.domain.orders import Intent
    from shared.domain.positions import ClosedTrade, Position


@dataclass(frozen=True, slots=True)
class LiveState:
    """Everything of one bot that is not over, read at one moment.

    ``watched`` are intents that were given up although they may have been sent; ``accounts`` what reconciliation
    remembers, kept with one bot for all; ``set_aside`` the keys of items this version cannot read, each with the
    reason and the raw facts.
    """

    bot: Bot
    positions: tuple[Position, ...] = ()
    intents: tuple[Intent, ...] = ()
    ledgers: tuple[Ledger, ...] = ()
    counters: Counters = field(default_factory=Counters)
    last: tuple[LastDecided, ...] = ()
    unsent_alerts: tuple[Alert, ...] = ()
    watched: tuple[Intent, ...] = ()
    accounts: tuple[AccountWatch, ...] = ()
    confirmation: Confirmation | None = None
    set_aside: tuple[tuple[str, str], ...] = ()

    def ledger(self, mode: TradingMode) -> Ledger:
        """Return the ledger of a mode, empty when there is none yet."""
        for ledger in self.ledgers:
            if ledger.mode is mode:
                return ledger
        return Ledger(bot=self.bot, mode=mode)

    def last_of(self, underlying: str) -> LastDecided | None:
        """Return what was last decided on an underlying."""
        return next((last for last in self.last if last.underlying == underlying), None)

    def intent(self, intent_id: str | None) -> Intent | None:
        """Return a live intent by its id."""
        return next((intent for intent in self.intents if intent.intent_id == intent_id), None)


EVERY_BOT = "ALL"
"""The scope of a trip that concerns all bots."""
SWITCH_SCOPE = "SWITCH"
"""The scope of the mirror among the trips that are read: the user's switch, as last seen."""
BY_HAND = "the operator: "
"""How the reason of a trip begins that a person set."""


def _check_move(name: str, before: StrEnum, after: StrEnum) -> None:
    from shared.domain.transitions import may_move

    if not may_move(before, after):
        raise InvalidValueError(name, f"{before} to {after}", "make only moves of shared.domain.transitions")


@dataclass(frozen=True, slots=True)
class CreateIntent:
    """Write an intent down. Guard: there is none of this id."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class MoveIntent:
    """Move an intent on. Guard: it is still in the state of ``before``, has its owner, and no step was made since."""

    before: Intent
    after: Intent

    def __post_init__(self) -> None:
        """Refuse a move that the state machine does not know."""
        _check_move(self.before.intent_id, self.before.state, self.after.state)


@dataclass(frozen=True, slots=True)
class CreatePosition:
    """Write a position down. Guard: there is none of this id."""

    position: Position


@dataclass(frozen=True, slots=True)
class MovePosition:
    """Move a position on. Guard: it still has the version and the closing intent of ``before``."""

    before: Position
    after: Position

    def __post_init__(self) -> None:
        """Refuse a move that the state machine does not know."""
        _check_move(self.before.position_id, self.before.state, self.after.state)


@dataclass(frozen=True, slots=True)
class TakeSlot:
    """Take the one slot of (bot, mode, underlying, strategy). Guard: it is free."""

    position: Position


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """Give the slot back. Guard: it is held by this position."""

    position: Position


@dataclass(frozen=True, slots=True)
class Reserve:
    """Add a position to the ledger. Guard: every limit still holds with it inside; amounts in dollars."""

    bot: Bot
    mode: TradingMode
    underlying: str
    risk: Decimal
    secured_cash: Decimal
    max_positions: int
    max_open_risk: Decimal
    max_underlying_risk: Decimal
    max_secured_cash: Decimal


@dataclass(frozen=True, slots=True)
class SetLedger:
    """Replace the ledger. Guard: it still has the version of ``before`` (0: there is none)."""

    before: Ledger
    after: Ledger


@dataclass(frozen=True, slots=True)
class SetCounters:
    """Replace a bot's counters. Guard: they still have the version of ``before`` (0: there are none)."""

    bot: Bot
    before: Counters
    after: Counters


@dataclass(frozen=True, slots=True)
class RequireState:
    """Guard only: neither the breaker of all nor this bot's is stricter than ``at_most``."""

    bot: Bot
    at_most: TradingState


@dataclass(frozen=True, slots=True)
class RequireEnabled:
    """Guard only: the strategy is not disabled in this mode."""

    mode: TradingMode
    strategy: Strategy


@dataclass(frozen=True, slots=True)
class RecordDecision:
    """Write a decision down. Guard: there is none of this id."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class RepeatDecision:
    """Count the running non-entry once more. Guard: it exists."""

    bot: Bot
    decision_id: str
    decided_on: datetime
    last_seen: datetime
    last_snapshot_id: str


@dataclass(frozen=True, slots=True)
class AdvanceLast:
    """Remember that a snapshot is decided. Guard: none as new was decided before."""

    bot: Bot
    last: LastDecided


@dataclass(frozen=True, slots=True)
class RecordClosedTrade:
    """Write a result down. Guard: this position has none."""

    trade: ClosedTrade


@dataclass(frozen=True, slots=True)
class SetAccountWatch:
    """Replace what reconciliation remembers of an account. Guard: it still has the version of ``before``."""

    before: AccountWatch
    after: AccountWatch


@dataclass(frozen=True, slots=True)
class ConfirmAccount:
    """Write down that a person confirmed a live account; the newest word counts."""

    confirmation: Confirmation


@dataclass(frozen=True, slots=True)
class WithdrawConfirmation:
    """Forget a confirmation: live mode takes both steps again. Guard: it is still this one."""

    confirmation: Confirmation


@dataclass(frozen=True, slots=True)
class Tell:
    """Write an alert down as unsent, with what it is about: neither is ever without the other."""

    alert: Alert


Change = (
    CreateIntent
    | MoveIntent
    | CreatePosition
    | MovePosition
    | TakeSlot
    | FreeSlot
    | Reserve
    | SetLedger
    | SetCounters
    | RequireState
    | RequireEnabled
    | RecordDecision
    | RepeatDecision
    | AdvanceLast
    | RecordClosedTrade
    | SetAccountWatch
    | ConfirmAccount
    | WithdrawConfirmation
    | Tell
)


@dataclass(frozen=True, slots=True)
class Flip:
    """The last setting of the user's switch: the text written, by whom, when, and why where that was said."""

    value: str
    who: str
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """One state of the breaker and who set it: the system, a person for one bot, or the user's switch as last seen."""

    scope: str
    state: TradingState
    reason: str
    at: datetime

    @property
    def is_by_hand(self) -> bool:
        """Whether a person set it."""
        return self.reason.startswith(BY_HAND)
