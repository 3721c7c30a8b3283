"""The order desk: sends a planned intent once, and notes what came of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, assert_never

from shared.domain import messages
from shared.domain.book import MoveIntent
from shared.domain.config import Fees
from shared.domain.errors import (
    ConflictError,
    CredentialsError,
    OrderDeniedError,
    OrderRejectedError,
    OrderUnknownError,
)
from shared.domain.orders import Intent, IntentKind, IntentState
from shared.domain.ports import Alerts, Book, Broker, Clock
from shared.domain.positions import Position
from shared.domain.sessions import is_open
from shared.domain.vocabulary import TradingState
from shared.phases.execution import protocol

POST_SECONDS: Final = 12.0
"""How long an order may take to be answered: none leaves with less than this left of the run."""
TRIES: Final = 2


def _endless() -> float:
    return math.inf


def may_leave(kind: IntentKind, state: TradingState) -> bool:
    """Tell whether an order of this kind may leave in this state of the breaker."""
    match state:
        case TradingState.ACTIVE:
            return True
        case TradingState.REDUCING:
            return kind is IntentKind.EXIT
        case TradingState.HALTED:
            return False
        case _:
            assert_never(state)


@dataclass(frozen=True, slots=True)
class Desk:
    """Claims, asks the breaker and the session table a last time, sends once, and books the outcome.

    ``breaker`` reads the effective state without a cache; ``owner`` names this worker; ``time_left`` is how many
    seconds the run may still wait for an answer.
    """

    book: Book
    broker: Broker
    alerts: Alerts
    clock: Clock
    breaker: Callable[[], TradingState]
    owner: str
    fees: Fees
    time_left: Callable[[], float] = _endless

    @property
    def has_time(self) -> bool:
        """Whether an order that leaves now could still be answered within this run."""
        return self.time_left() >= POST_SECONDS

    def send(self, intent: Intent, position: Position) -> Intent:
        """Send a planned intent; the intent as it stands afterwards comes back.

        Another worker that claimed it first is no error: the intent comes back as planned.
        """
        claimed = protocol.claim(intent, self.owner, self.clock.now())
        try:
            self._move(intent, claimed)
        except ConflictError:
            return intent
        state = self.breaker()
        if not may_leave(intent.kind, state):
            return self.end(claimed, position, IntentState.ABANDONED, f"breaker {state} before the order left")
        if not is_open(self.clock.now()):
            return self.end(claimed, position, IntentState.ABANDONED, "the session ended before the order left")
        if claimed.lease_until is None or self.clock.now() >= claimed.lease_until:
            return self.end(claimed, position, IntentState.ABANDONED, "the lease ran out before the order left")
        if not self.has_time:
            return self.end(claimed, position, IntentState.ABANDONED, "the run had no time left to wait for an answer")
        return self._post(claimed, position)

    def _post(self, claimed: Intent, position: Position) -> Intent:
        try:
            order_id = self.broker.submit(claimed.order, claimed.tag)
        except OrderRejectedError as refusal:
            self.alerts.send(messages.rejected(claimed, str(refusal), self.clock.now()))
            return self.end(claimed, position, IntentState.REJECTED, str(refusal))
        except OrderDeniedError as denial:
            self.alerts.send(messages.denied(claimed, str(denial), self.clock.now()))
            return self.end(claimed, position, IntentState.ABANDONED, f"denied: {denial}")
        except (OrderUnknownError, CredentialsError) as silence:
            doubted = self._doubt(claimed, protocol.doubt(claimed, str(silence)))
            self.alerts.send(messages.unknown(doubted, str(silence), self.clock.now()))
            return doubted
        working = protocol.acknowledge(claimed, order_id, self.clock.now())
        self._move(claimed, working)
        return working

    def _doubt(self, claimed: Intent, doubted: Intent) -> Intent:
        """Note the doubt and count the failure; where others keep counting meanwhile, the doubt alone."""
        counted = doubted.model_copy(update={"failure_counted": True})
        for _ in range(TRIES):
            failures = protocol.count_failure(self.book.live(claimed.bot))
            try:
                self.book.commit("doubt", (MoveIntent(claimed, counted), failures))
            except ConflictError as conflict:
                if MoveIntent.__name__ in conflict.reasons:
                    raise
            else:
                return counted
        self._move(claimed, doubted)
        return doubted

    def end(self, intent: Intent, position: Position, state: IntentState, reason: str) -> Intent:
        """End an intent of which nothing filled, against the state of this moment; once more where others change it."""
        for _ in range(TRIES - 1):
            try:
                return self._end(intent, position, state, reason)
            except ConflictError as conflict:
                if MoveIntent.__name__ in conflict.reasons:
                    raise
        return self._end(intent, position, state, reason)

    def _end(self, intent: Intent, position: Position, state: IntentState, reason: str) -> Intent:
        live = self.book.live(position.bot)
        present = next((held for held in live.positions if held.position_id == position.position_id), position)
        self.book.commit(
            f"end {intent.kind}", protocol.end_intent(intent, present, live, state, None, self.fees, reason)
        )
        return intent.model_copy(update={"state": state, "reason": reason})

    def _move(self, before: Intent, after: Intent) -> None:
        self.book.commit(f"{before.state} to {after.state}", (MoveIntent(before, after),))
