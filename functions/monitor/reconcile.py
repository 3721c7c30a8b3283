"""Reconciliation: what the broker says of our orders becomes what the book says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from shared.domain import messages
from shared.domain.book import Change, LiveState, MoveIntent
from shared.domain.config import BotConfig
from shared.domain.errors import ConflictError
from shared.domain.orders import BrokerOrder, Intent, IntentKind, IntentState
from shared.domain.ports import Alerts, Book, Clock
from shared.domain.positions import Position, PositionState
from shared.phases.execution import protocol
from shared.phases.monitoring import stop_mark, target_mark


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Matches one bot's live intents to the broker's orders, by order id or tag, never by anything else."""

    book: Book
    alerts: Alerts
    clock: Clock

    def match(self, config: BotConfig, live: LiveState, orders: Sequence[BrokerOrder]) -> bool:
        """Move every intent on that can move; True when something changed."""
        by_tag = {order.tag: order for order in orders if order.tag}
        changed = False
        for intent in live.intents:
            present = self.book.live(config.bot) if changed else live
            changed |= self.take(config, present, intent, by_tag.get(intent.tag))
        return changed

    def take(self, config: BotConfig, live: LiveState, intent: Intent, order: BrokerOrder | None) -> bool:
        """Move one intent on by what the broker says of it; True when it changed."""
        position = next((held for held in live.positions if held.position_id == intent.position_id), None)
        if position is None:
            return False
        now = self.clock.now()
        if order is None:
            return self._absent(config, live, intent, position, now)
        if intent.state is IntentState.SUBMITTING and intent.lease_until is not None and now <= intent.lease_until:
            return False
        if not order.status.is_final:
            return self._commit(intent, protocol.observe(intent, order, now))
        if not protocol.is_bookable(order):
            return False
        self.end(config, live, intent, position, protocol.END_OF[order.status], order)
        return True

    def _absent(self, config: BotConfig, live: LiveState, intent: Intent, position: Position, now: datetime) -> bool:
        if protocol.may_be_abandoned(intent, now):
            reason = "never seen at the broker after lease and quiet period"
            self.end(config, live, intent, position, IntentState.ABANDONED, None, reason)
            return True
        waits = intent.state in (IntentState.SUBMITTING, IntentState.UNKNOWN)
        if waits and intent.lease_until is not None and now > intent.lease_until:
            return self._commit(intent, protocol.missed(intent))
        return False

    def _commit(self, before: Intent, after: Intent) -> bool:
        if before == after:
            return False
        self.book.commit(f"{before.state} to {after.state}", (MoveIntent(before, after),))
        return True

    def end(
        self,
        config: BotConfig,
        live: LiveState,
        intent: Intent,
        position: Position,
        state: IntentState,
        order: BrokerOrder | None,
        reason: str | None = None,
    ) -> None:
        """End an intent and book what filled, in one transaction; then tell."""
        changes = self._ending(config, live, intent, position, state, order, reason)
        try:
            self.book.commit(f"end {intent.kind}", changes)
        except ConflictError:
            return
        if state is IntentState.REJECTED:
            why = reason or (order.reason if order else None) or "no reason given"
            self.alerts.send(messages.rejected(intent, why, self.clock.now()))
        self._tell(config, intent, changes)

    def _ending(
        self,
        config: BotConfig,
        live: LiveState,
        intent: Intent,
        position: Position,
        state: IntentState,
        order: BrokerOrder | None,
        reason: str | None,
    ) -> tuple[Change, ...]:
        match intent.kind:
            case IntentKind.ENTRY:
                return protocol.end_entry(intent, position, live, state, order, config.fees, reason)
            case IntentKind.EXIT:
                return protocol.end_exit(intent, position, live, state, order, config.fees, reason)
            case _:
                assert_never(intent.kind)

    def _tell(self, config: BotConfig, intent: Intent, changes: Sequence[Change]) -> None:
        now = self.clock.now()
        for trade in protocol.trades_in(changes):
            self.alerts.send(messages.closed(trade, config.exits.loss_alert, now))
        if intent.kind is not IntentKind.ENTRY:
            return
        for after in protocol.positions_in(changes):
            if after.state is PositionState.OPEN:
                self.alerts.send(messages.entered(after, target_mark(after), stop_mark(after), now))
