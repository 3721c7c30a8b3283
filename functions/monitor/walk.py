"""The walker: a working order moves toward the market step by step, or is canceled."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from functions.monitor.reconcile import Reconciler
from shared.domain import messages
from shared.domain.book import LiveState, MoveIntent
from shared.domain.config import BotConfig
from shared.domain.errors import OrderFinalError
from shared.domain.options import OptionQuote
from shared.domain.orders import Intent, IntentKind, IntentState
from shared.domain.package import package_quote
from shared.domain.ports import Alerts, Book, Broker, Clock
from shared.domain.positions import Position
from shared.domain.vocabulary import TradingState
from shared.phases.execution import entry_limit, exit_limit, protocol

SLOW_EXIT = timedelta(minutes=5)
WALKABLE = frozenset({IntentState.WORKING, IntentState.PARTIALLY_FILLED})


@dataclass(frozen=True, slots=True)
class Walker:
    """Works the orders of one bot."""

    book: Book
    reconciler: Reconciler
    alerts: Alerts
    clock: Clock

    def work(
        self,
        config: BotConfig,
        live: LiveState,
        intent: Intent,
        broker: Broker,
        quotes: Mapping[str, OptionQuote],
        state: Callable[[], TradingState],
    ) -> None:
        """Move, cancel or leave one order."""
        position = next((held for held in live.positions if held.position_id == intent.position_id), None)
        if position is None or intent.order_id is None:
            return
        now = self.clock.now()
        if intent.state in (IntentState.REPLACING, IntentState.CANCELING):
            self._read_again(config, live, intent, broker, intent.order_id)
        elif intent.state in WALKABLE:
            self._walk(config, live, intent, position, broker, quotes, state(), now)

    def _walk(
        self,
        config: BotConfig,
        live: LiveState,
        intent: Intent,
        position: Position,
        broker: Broker,
        quotes: Mapping[str, OptionQuote],
        state: TradingState,
        now: datetime,
    ) -> None:
        is_entry = intent.kind is IntentKind.ENTRY
        created = intent.broker_created_at or intent.planned_at
        if is_entry and state is not TradingState.ACTIVE:
            self._cancel(config, live, intent, broker, f"breaker {state}")
        elif is_entry and now - created >= timedelta(seconds=config.walk.cancel_after_seconds):
            self._cancel(config, live, intent, broker, f"not filled in {config.walk.cancel_after_seconds} s")
        elif state is not TradingState.HALTED:
            self._step(config, intent, position, broker, quotes, now)
        if not is_entry and now - created >= SLOW_EXIT:
            self.alerts.send(messages.not_filled(intent, int(SLOW_EXIT.total_seconds() // 60), now))

    def _step(
        self,
        config: BotConfig,
        intent: Intent,
        position: Position,
        broker: Broker,
        quotes: Mapping[str, OptionQuote],
        now: datetime,
    ) -> None:
        rested = now - (intent.stepped_at or intent.planned_at)
        if rested < timedelta(seconds=config.walk.interval_seconds) or intent.order_id is None:
            return
        limit_price = self._next_limit(config, intent, position, quotes)
        if limit_price is None:
            return
        moving = protocol.replacing(intent, limit_price, now)
        if limit_price == intent.order.limit_price:
            self._move(intent, moving.model_copy(update={"state": intent.state}))
            return
        self._move(intent, moving)
        try:
            broker.modify(intent.order_id, limit_price)
        except OrderFinalError:
            return
        self._move(moving, moving.model_copy(update={"state": intent.state}))

    def _next_limit(
        self, config: BotConfig, intent: Intent, position: Position, quotes: Mapping[str, OptionQuote]
    ) -> Decimal | None:
        package = package_quote(position.strategy, position.legs, quotes)
        if package is None:
            return None
        step, order, walk = intent.steps + 1, intent.order, config.walk
        if intent.kind is IntentKind.ENTRY:
            minimum = config.strategies[intent.strategy].min_credit
            return entry_limit(order.underlying, order.effect, package, walk, step, minimum)
        if intent.exit_reason is None:
            return None
        return exit_limit(order.underlying, order.effect, package, walk, step, intent.exit_reason)

    def _cancel(self, config: BotConfig, live: LiveState, intent: Intent, broker: Broker, reason: str) -> None:
        if intent.order_id is None:
            return
        asked = protocol.canceling(intent, reason)
        self._move(intent, asked)
        with suppress(OrderFinalError):
            broker.cancel(intent.order_id)
        self._read_again(config, live, asked, broker, intent.order_id)

    def _read_again(self, config: BotConfig, live: LiveState, intent: Intent, broker: Broker, order_id: str) -> None:
        self.reconciler.take(config, live, intent, broker.order(order_id))

    def _move(self, before: Intent, after: Intent) -> None:
        self.book.commit(f"{before.state} to {after.state}", (MoveIntent(before, after),))
