"""Reconciliation, first thing in every run: each account's orders, holdings and balances against the book."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from functions.monitor.asked import UNANSWERED, Asked, Comparison
from functions.monitor.ledger import LegLedger
from functions.monitor.reconcile import Legs, Reconciler, order_of
from functions.monitor.sight import Account, Sight
from shared.domain import messages
from shared.domain.book import LiveState, MoveIntent
from shared.domain.errors import CredentialsError, StoreError
from shared.domain.orders import TAG_PREFIX, BrokerOrder, BrokerPosition, Intent, IntentKind, OrderStatus
from shared.domain.ports import Alerts, Book, Clock
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import Bot
from shared.phases.execution import protocol
from shared.phases.monitoring.holdings import booked_legs, held_legs, without_foreign


@dataclass(frozen=True, slots=True)
class Accounts:
    """Reconciles one account over all its bots."""

    book: Book
    reconciler: Reconciler
    ledger: LegLedger
    alerts: Alerts
    clock: Clock
    background: Executor

    def ask(self, account: Account) -> Asked:
        """Ask an account for its orders, holdings and balances; nothing is waited for."""
        return Asked.of(account, self.background, self.clock.now())

    def reconcile(self, asked: Asked, sight: Sight, seconds: float) -> Comparison | None:
        """Match orders and holdings, waiting for them no longer than this; a failed read is unknown, never flat.

        Where the balances are still out, the comparison of the legs comes back, to be made once the exits are on
        their way. A paper account knows them as soon as it has told its orders.
        """
        account = asked.account
        try:
            orders, holdings = asked.told(seconds)
        except UNANSWERED as problem:
            self._unread(account, "orders", problem)
            return None
        if isinstance(holdings, Exception):
            self._unread(account, "positions", holdings)
        known = None if isinstance(holdings, Exception) else holdings
        self.match(account, sight, orders, known)
        self._watch_given_up(account, sight, orders)
        self._strays(account, sight, orders)
        if known is None or not sight.is_whole:
            return None
        later = Comparison(asked, partial(self._compare, asked, sight, orders, held_legs(known)))
        if not asked.has_balances:
            return later
        later.compare()
        return None

    def _compare(self, asked: Asked, sight: Sight, orders: Sequence[BrokerOrder], held: Mapping[str, int]) -> None:
        """Compare the legs, once the broker has said whose account it answers for."""
        account = asked.account
        try:
            named = asked.balances().account_id
        except UNANSWERED as problem:
            self._unread(account, "balances", problem)
            return
        if named != account.account_id:
            self._unread(account, "balances", CredentialsError(f"they are of {named}, not of {account.account_id}"))
            return
        self.ledger.compare(account, sight, orders, held, asked.asked_at)

    def _unread(self, account: Account, what: str, problem: Exception) -> None:
        for bot in account.bots:
            self.alerts.send(messages.could_not_watch(bot, f"{what}: {problem}", self.clock.now()))

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
                booked, watch = booked_legs(sight.positions(account)), sight.watch(account.mode, account.account_id)
                held = without_foreign(booked, held_legs(holdings), watch.foreign, self.clock.now())
                legs = Legs(booked, held)
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
        if position is None:
            return
        if not _can_adopt(intent, position, order):
            self._surplus(account, live, intent, position, order)
            return
        changes = protocol.adopt(intent, position, live, order, sight.configs[bot].fees)
        news = self.reconciler.news(sight.configs[bot], intent, changes)
        self.reconciler.commit_and_tell("adopt", changes, news)
        sight.lives[bot] = self.book.live(bot)
        why = f"it filled {order.filled_contracts} contracts after its intent was given up"
        self.alerts.send(messages.stray_order(account.account_id, order, why, "it is booked as it is", now))

    def _surplus(
        self, account: Account, live: LiveState, intent: Intent, position: Position, order: BrokerOrder
    ) -> None:
        """Hold back the attempt that replaced a given-up exit, or say that both filled and what is left over."""
        rival = live.intent(position.closing_intent)
        if rival is not None:
            if rival.order_id is not None:
                with suppress(*UNANSWERED):
                    account.broker.cancel(rival.order_id)
            return
        now = self.clock.now()
        over = intent.model_copy(update={"order_id": order.order_id, "watched_until": None})
        over = over.model_copy(
            update={
                "state": protocol.END_OF[order.status],
                "filled_contracts": order.filled_contracts,
                "fill_price": order.fill_price,
                "reason": f"filled although its position was {position.state}",
            }
        )
        self.book.commit("fill too much", (MoveIntent(intent, over),))
        why = (
            f"it filled {order.filled_contracts} contracts of position {position.position_id}, {position.state} by then"
        )
        how = f"BROKEN: the account holds legs of no position; {intent.bot} is REDUCING until an operator has looked"
        self.alerts.send(messages.stray_order(account.account_id, order, why, how, now))
        self.ledger.hold((intent.bot,), f"order {order.order_id} filled beyond its position")

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
    left = position.remaining_contracts - order.filled_contracts
    if position.state in (PositionState.BROKEN, PositionState.SETTLING):
        return left == 0
    return position.state is PositionState.EXIT_PENDING and left >= 0
