"""From a planned intent to a working order: the desk's order of work, at a broker that always answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from shared.backtest.runner.book import RunBook
from shared.backtest.runner.broker import RunBroker
from shared.domain.book import Change, LiveState, MoveIntent
from shared.domain.config import Fees
from shared.domain.errors import OrderRejectedError
from shared.domain.orders import BrokerOrder, Intent, IntentKind, IntentState
from shared.domain.positions import Position
from shared.phases.execution import protocol

OWNER = "runner"


@dataclass(frozen=True, slots=True)
class Sender:
    """Claims, sends and books; a plan is only ever made while the order may leave, so the breaker has spoken."""

    book: RunBook
    broker: RunBroker
    fees: Fees

    def send(self, intent: Intent, position: Position, now: datetime) -> None:
        """Send a planned intent and note what came of it."""
        claimed = protocol.claim(intent, OWNER, now)
        self.move(intent, claimed)
        try:
            order_id = self.broker.submit(claimed.order, claimed.tag, now)
        except OrderRejectedError as refusal:
            live = self.book.live(intent.bot)
            self.end(claimed, position, live, IntentState.REJECTED, None, str(refusal))
            return
        self.move(claimed, protocol.acknowledge(claimed, order_id, now))

    def end(
        self,
        intent: Intent,
        position: Position,
        live: LiveState,
        state: IntentState,
        order: BrokerOrder | None,
        reason: str | None = None,
    ) -> None:
        """End an intent and book what filled, all or nothing."""
        self.book.commit(f"end {intent.kind}", self._ending(intent, position, live, state, order, reason))

    def _ending(
        self,
        intent: Intent,
        position: Position,
        live: LiveState,
        state: IntentState,
        order: BrokerOrder | None,
        reason: str | None,
    ) -> tuple[Change, ...]:
        match intent.kind:
            case IntentKind.ENTRY:
                return protocol.end_entry(intent, position, live, state, order, self.fees, reason)
            case IntentKind.EXIT:
                return protocol.end_exit(intent, position, live, state, order, self.fees, reason)
            case _:
                assert_never(intent.kind)

    def move(self, before: Intent, after: Intent) -> None:
        """Note where an intent stands; one that nothing happened to is the same."""
        if before is not after:
            self.book.commit(f"{before.state} to {after.state}", (MoveIntent(before, after),))
