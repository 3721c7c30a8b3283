"""Reconciliation of orders: what the broker says of one intent's order becomes what the book says."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.domain import messages
from shared.domain.alerts import Alert
from shared.domain.book import Change, LiveState, MoveIntent, Tell
from shared.domain.config import BotConfig
from shared.domain.errors import ConflictError, OrderUnknownError
from shared.domain.orders import BrokerOrder, Intent, IntentKind, IntentState, OrderStatus
from shared.domain.ports import Alerts, Book, Broker, Clock
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import NEW_YORK
from shared.phases.execution import protocol
from shared.phases.monitoring import stop_mark, target_mark
from shared.phases.monitoring.holdings import has_expired, surplus, touches


class Legs(NamedTuple):
    """Signed contracts by symbol: what the account's bots have booked, and what the broker holds."""

    booked: dict[str, int]
    held: dict[str, int]


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Moves one bot's live intents on by the broker's orders, by order id or tag, never by anything else."""

    book: Book
    alerts: Alerts
    clock: Clock

    def match(
        self,
        config: BotConfig,
        live: LiveState,
        intents: Sequence[Intent],
        orders: Sequence[BrokerOrder],
        broker: Broker,
        legs: Legs | None,
    ) -> bool:
        """Move every intent on that can move; True when something changed. ``legs`` None: holdings are unknown."""
        changed = False
        for intent in intents:
            present = self.book.live(config.bot) if changed else live
            order = order_of(intent, orders)
            if order is not None:
                changed |= self.take(config, present, intent, order)
            elif position := _position_of(present, intent):
                changed |= self._absent(config, present, intent, position, broker, None if changed else legs)
        return changed

    def take(self, config: BotConfig, live: LiveState, intent: Intent, order: BrokerOrder) -> bool:
        """Move one intent on by what the broker says of it; True when it changed."""
        position = _position_of(live, intent)
        if position is None:
            return False
        now = self.clock.now()
        if intent.state is IntentState.SUBMITTING and intent.lease_until is not None and now <= intent.lease_until:
            return False
        if order.status is OrderStatus.UNREADABLE:
            self.alerts.send(messages.unreadable_order(config.bot, order, now))
            return False
        if not order.status.is_final:
            return self._commit(intent, protocol.observe(intent, order, now))
        if not protocol.is_bookable(order):
            return False
        self.end(config, live, intent, position, protocol.END_OF[order.status], order)
        return True

    def _absent(
        self,
        config: BotConfig,
        live: LiveState,
        intent: Intent,
        position: Position,
        broker: Broker,
        legs: Legs | None,
    ) -> bool:
        now = self.clock.now()
        if intent.state in protocol.AT_BROKER:
            return legs is not None and self._forgotten(config, live, intent, position, broker, legs, now)
        if protocol.may_be_abandoned(intent, now):
            return self._give_up(config, live, intent, position, legs, now)
        waits = intent.state in (IntentState.SUBMITTING, IntentState.UNKNOWN)
        if waits and intent.lease_until is not None and now > intent.lease_until:
            return self._commit(intent, protocol.missed(intent))
        return False

    def _give_up(
        self,
        config: BotConfig,
        live: LiveState,
        intent: Intent,
        position: Position,
        legs: Legs | None,
        now: datetime,
    ) -> bool:
        reason = "never seen at the broker after lease and quiet period"
        if intent.state is IntentState.PLANNED:
            self.end(config, live, intent, position, IntentState.ABANDONED, None, reason)
            return True
        if legs is None:
            return False
        if touches(intent, legs.booked, legs.held):
            return protocol.is_forgotten(intent, now) and self._break_off(config, live, intent, position, legs)
        self.end(config, live, intent, position, IntentState.ABANDONED, None, reason, next_midnight(now))
        return True

    def _forgotten(
        self,
        config: BotConfig,
        live: LiveState,
        intent: Intent,
        position: Position,
        broker: Broker,
        legs: Legs,
        now: datetime,
    ) -> bool:
        """Decide by the positions what became of an order that the list forgot at midnight.

        Where they show just what had been read of it before, or have expired and show nothing any more, that is booked
        at the price that was read.
        """
        if not protocol.is_forgotten(intent, now) or intent.order_id is None:
            return False
        try:
            return self.take(config, live, intent, broker.order(intent.order_id))
        except OrderUnknownError:
            seen = protocol.as_last_seen(intent)
            if seen is not None and _is_shown(intent, seen, legs, now):
                return self.take(config, live, intent, seen)
            if touches(intent, legs.booked, legs.held):
                return self._break_off(config, live, intent, position, legs)
            reason = "forgotten by the broker at midnight; the positions show no fill"
            self.end(config, live, intent, position, IntentState.EXPIRED, None, reason)
            return True

    def _break_off(self, config: BotConfig, live: LiveState, intent: Intent, position: Position, legs: Legs) -> bool:
        """Say what the positions say of an order that nobody will see again; one way or the other it ends."""
        done = surplus(intent, legs.booked, legs.held)
        reason = f"{done} contracts changed hands by order {intent.tag} at a price that the broker no longer tells"
        if not done:
            reason = f"order {intent.tag} is gone, and its legs differ at the broker by no whole contract of it"
        if not done and intent.kind is IntentKind.ENTRY:
            state = IntentState.EXPIRED if intent.state in protocol.AT_BROKER else IntentState.ABANDONED
            self.end(config, live, intent, position, state, None, reason)
            return True
        changes = protocol.break_off(intent, position, live, done, reason)
        self.book.commit(f"break off {intent.kind}", changes)
        for after in protocol.positions_in(changes):
            self.alerts.send(messages.broken(after, self.clock.now()))
        return True

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
        watched_until: datetime | None = None,
    ) -> None:
        """End an intent and book what filled, in one transaction; then tell."""
        changes = protocol.end_intent(intent, position, live, state, order, config.fees, reason, watched_until)
        try:
            self.commit_and_tell(f"end {intent.kind}", changes, self.news(config, intent, changes))
        except ConflictError:
            self._keep_unbooked(live, intent, order)
            return
        if state is IntentState.REJECTED:
            why = reason or (order.reason if order else None) or "no reason given"
            self.alerts.send(messages.rejected(intent, why, self.clock.now()))

    def _keep_unbooked(self, live: LiveState, intent: Intent, order: BrokerOrder | None) -> None:
        """Keep with its intent, and tell, a fill that cannot be booked over an item nobody can read.

        A fill that another run booked meanwhile needs neither.
        """
        if not live.set_aside or order is None or not order.filled_contracts:
            return
        now = self.clock.now()
        with suppress(ConflictError):
            self._commit(intent, protocol.observe(intent, order, now))
            self.alerts.send(messages.unbooked(intent, order, tuple(key for key, _ in live.set_aside), now))

    def news(self, config: BotConfig, intent: Intent, changes: Sequence[Change]) -> tuple[Alert, ...]:
        """Return what is to be told of what a transition opens or closes."""
        now = self.clock.now()
        closed = (messages.closed(trade, config.exits.loss_alert, now) for trade in protocol.trades_in(changes))
        opened = (
            messages.entered(after, target_mark(after), stop_mark(after), now)
            for after in protocol.positions_in(changes)
            if intent.kind is IntentKind.ENTRY and after.state is PositionState.OPEN
        )
        return (*closed, *opened)

    def commit_and_tell(self, name: str, changes: Sequence[Change], news: Sequence[Alert]) -> None:
        """Make changes together with the alerts on them, then send these; what is not sent now, the next run sends."""
        self.book.commit(name, (*changes, *map(Tell, news)))
        for alert in news:
            self.alerts.resend(alert)


def order_of(intent: Intent, orders: Sequence[BrokerOrder]) -> BrokerOrder | None:
    """Return an intent's order: the one of its id, else the first with its tag."""
    mine = [order for order in orders if order.tag == intent.tag]
    by_id = next((order for order in mine if order.order_id == intent.order_id), None)
    return by_id or min(mine, key=lambda order: order.created_at, default=None)


def _is_shown(intent: Intent, seen: BrokerOrder, legs: Legs, now: datetime) -> bool:
    """Tell whether the positions bear out what was read of an order; expired legs bear out anything."""
    if all(has_expired(leg.option_symbol, now) for leg in intent.order.legs):
        return True
    return surplus(intent, legs.booked, legs.held) == seen.filled_contracts


def _position_of(live: LiveState, intent: Intent) -> Position | None:
    return next((held for held in live.positions if held.position_id == intent.position_id), None)


def next_midnight(now: datetime) -> datetime:
    """Return the midnight in New York at which the broker's list forgets the orders of today."""
    local = now.astimezone(NEW_YORK)
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
