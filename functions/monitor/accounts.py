"""Reconciliation, first thing in every run: each account's orders, holdings and balances against the book."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from functions.monitor.ledger import LegLedger
from functions.monitor.reconcile import Legs, Reconciler, order_of
from functions.monitor.sight import Account, Sight
from shared.domain import messages
from shared.domain.book import MoveIntent
from shared.domain.errors import CredentialsError, FeedError, OrderError, StoreError
from shared.domain.orders import TAG_PREFIX, BrokerOrder, BrokerPosition, Intent, IntentKind, OrderStatus
from shared.domain.ports import Alerts, Book, Clock
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import Bot
from shared.phases.execution import protocol
from shared.phases.monitoring.holdings import booked_legs, held_legs

UNANSWERED = (FeedError, OrderError, CredentialsError)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Reconciles one account over all its bots."""

    book: Book
    reconciler: Reconciler
    ledger: LegLedger
    alerts: Alerts
    clock: Clock

    def reconcile(self, account: Account, sight: Sight) -> None:
        """Read orders, positions and balances, then match them; a failed read is unknown, never flat."""
        try:
            orders = account.broker.orders()
        except UNANSWERED as problem:
            self._unread(account, "orders", problem)
            return
        holdings = self._holdings(account)
        self.match(account, sight, orders, holdings)
        self._watch_given_up(account, sight, orders)
        self._strays(account, sight, orders)
        if holdings is not None and sight.is_whole:
            self.ledger.compare(account, sight, orders, held_legs(holdings))

    def _unread(self, account: Account, what: str, problem: Exception) -> None:
        for bot in account.bots:
            self.alerts.send(messages.could_not_watch(bot, f"{what}: {problem}", self.clock.now()))

    def _holdings(self, account: Account) -> tuple[BrokerPosition, ...] | None:
        try:
            holdings = account.broker.positions()
            named = account.broker.balances().account_id
        except UNANSWERED as problem:
            self._unread(account, "positions and balances", problem)
            return None
        if named != account.account_id:
            self._unread(account, "balances", CredentialsError(f"they are of {named}, not of {account.account_id}"))
            return None
        return holdings

    def match(
        self,
        account: Account,
        sight: Sight,
        orders: Sequence[BrokerOrder],
        holdings: Sequence[BrokerPosition] | None,
    ) -> None:
        """Move the intents of every bot of the account on; the sight is renewed where something moved."""
        for bot in account.bots:
            legs = None
            if holdings is not None and sight.is_whole:
                legs = Legs(booked_legs(sight.positions(account)), held_legs(holdings))
            config, live, intents = sight.configs[bot], sight.lives[bot], sight.intents(account, bot)
            if self.reconciler.match(config, live, intents, orders, account.broker, legs):
                sight.lives[bot] = self.book.live(bot)

    def _watch_given_up(self, account: Account, sight: Sight, orders: Sequence[BrokerOrder]) -> None:
        for bot in account.bots:
            for intent in sight.watched(account, bot):
                order = order_of(intent, orders)
                if order is not None:
                    self._zombie(account, sight, bot, intent, order)
                elif not protocol.still_watched(intent, self.clock.now()):
                    self._forget(intent)

    def _forget(self, intent: Intent) -> None:
        self.book.commit("stop watching", (MoveIntent(intent, protocol.unwatched(intent)),))

    def _zombie(self, account: Account, sight: Sight, bot: Bot, intent: Intent, order: BrokerOrder) -> None:
        """Cancel the order of a given-up intent, or take on what it had filled."""
        if not order.status.is_final:
            self._cancel(account, order, "its intent was given up after lease and quiet period")
            return
        if not protocol.is_bookable(order):
            return
        if order.filled_contracts == 0:
            self._forget(intent)
            return
        live, now = self.book.live(bot), self.clock.now()
        position = self.book.position(bot, intent.position_id)
        if position is None or not _can_adopt(intent, position, order):
            return
        changes = protocol.adopt(intent, position, live, order, sight.configs[bot].fees)
        self.book.commit("adopt", changes)
        sight.lives[bot] = self.book.live(bot)
        why = f"it filled {order.filled_contracts} contracts after its intent was given up"
        self.alerts.send(messages.stray_order(account.account_id, order, why, "it is booked as it is", now))
        self.reconciler.tell(sight.configs[bot], intent, changes)

    def _strays(self, account: Account, sight: Sight, orders: Sequence[BrokerOrder]) -> None:
        """Cancel working orders with a tag of ours that nobody stands behind; tell of those nobody can read."""
        intents = [one for bot in account.bots for one in (*sight.lives[bot].intents, *sight.lives[bot].watched)]
        taken = {found.order_id for one in intents if (found := order_of(one, orders)) is not None}
        for order in orders:
            if not order.is_ours or order.order_id in taken:
                continue
            if order.status is OrderStatus.UNREADABLE:
                self.alerts.send(messages.unreadable_order(account.account_id, order, self.clock.now()))
            elif not order.status.is_final:
                self._stray(account, order)

    def _stray(self, account: Account, order: BrokerOrder) -> None:
        try:
            intent = self._intent(order)
        except StoreError:
            return
        if intent is None:
            self._cancel(account, order, "the book has no intent of this tag")
        elif intent.state.is_final:
            self._cancel(account, order, f"its intent ended as {intent.state}")
        elif intent.order_id not in (None, order.order_id):
            self._cancel(account, order, f"its intent already has order {intent.order_id}")

    def _intent(self, order: BrokerOrder) -> Intent | None:
        """Look in every bot's book. Raises StoreError: an intent that cannot be read is no reason to cancel."""
        intent_id = (order.tag or "").removeprefix(TAG_PREFIX)
        found = (self.book.intent(bot, intent_id) for bot in Bot)
        return next((intent for intent in found if intent is not None), None)

    def _cancel(self, account: Account, order: BrokerOrder, why: str) -> None:
        with suppress(*UNANSWERED):
            account.broker.cancel(order.order_id)
        how = "it is canceled; what it filled is booked or set aside"
        self.alerts.send(messages.stray_order(account.account_id, order, why, how, self.clock.now()))


def _can_adopt(intent: Intent, position: Position, order: BrokerOrder) -> bool:
    if intent.kind is IntentKind.ENTRY:
        return position.state is PositionState.ABANDONED
    return position.state is PositionState.EXIT_PENDING and order.filled_contracts <= position.remaining_contracts
