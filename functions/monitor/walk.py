"""The walker: a working order moves toward the market step by step, or is canceled."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.monitor.reconcile import Reconciler
from shared.domain import messages
from shared.domain.book import LiveState, MoveIntent
from shared.domain.config import BotConfig
from shared.domain.errors import OrderFinalError, OrderRejectedError, OrderUnknownError
from shared.domain.options import OptionQuote
from shared.domain.orders import Intent, IntentKind, IntentState
from shared.domain.ports import Alerts, Book, Broker, Clock
from shared.domain.positions import Position
from shared.domain.vocabulary import TradingState
from shared.phases.execution import protocol
from shared.phases.execution.walk import WALKABLE, Cancel, walked

SLOW_EXIT = timedelta(minutes=5)
CHANGE_SECONDS: Final = 6.0
"""What a change and the read after it may take: none is begun with less than this left of the run."""


def _endless() -> float:
    return math.inf


@dataclass(frozen=True, slots=True)
class Walker:
    """Works the orders of one bot; ``time_left`` is how many seconds the run may still wait for answers."""

    book: Book
    reconciler: Reconciler
    alerts: Alerts
    clock: Clock
    time_left: Callable[[], float] = _endless

    def work(
        self,
        config: BotConfig,
        live: LiveState,
        intent: Intent,
        broker: Broker,
        quotes: Mapping[str, OptionQuote],
        state: Callable[[], TradingState],
    ) -> None:
        """Move, cancel or leave one order; without time for an answer it is left to the next run."""
        position = next((held for held in live.positions if held.position_id == intent.position_id), None)
        if position is None or intent.order_id is None or self.time_left() < CHANGE_SECONDS:
            return
        now = self.clock.now()
        if intent.state is IntentState.REPLACING:
            self._read_again(config, live, intent, broker, intent.order_id)
        elif intent.state is IntentState.CANCELING:
            self._ask_again(config, live, intent, broker, intent.order_id)
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
        match walked(config, intent, position, quotes, state, now):
            case Cancel(reason):
                self._cancel(config, live, intent, broker, reason)
            case Intent() as moving:
                self._step(config, live, intent, moving, broker)
            case None:
                pass
        created = intent.broker_created_at or intent.planned_at
        if intent.kind is not IntentKind.ENTRY and now - created >= SLOW_EXIT:
            self.alerts.send(messages.not_filled(intent, int(SLOW_EXIT.total_seconds() // 60), now))

    def _step(self, config: BotConfig, live: LiveState, intent: Intent, moving: Intent, broker: Broker) -> None:
        if intent.order_id is None:
            return
        if moving.order.limit_price == intent.order.limit_price:
            self._move(intent, moving.model_copy(update={"state": intent.state}))
            return
        self._move(intent, moving)
        try:
            broker.modify(intent.order_id, moving.order.limit_price)
        except (OrderFinalError, OrderRejectedError, OrderUnknownError):
            self._read_again(config, live, moving, broker, intent.order_id)
            return
        self._move(moving, moving.model_copy(update={"state": intent.state}))

    def _cancel(self, config: BotConfig, live: LiveState, intent: Intent, broker: Broker, reason: str) -> None:
        if intent.order_id is None:
            return
        asked = protocol.canceling(intent, reason)
        self._move(intent, asked)
        with suppress(OrderFinalError, OrderRejectedError, OrderUnknownError):
            broker.cancel(intent.order_id)
        self._read_again(config, live, asked, broker, intent.order_id)

    def _ask_again(self, config: BotConfig, live: LiveState, intent: Intent, broker: Broker, order_id: str) -> None:
        """Read an order that is being canceled; one that still works may never have heard of it."""
        order = broker.order(order_id)
        self.reconciler.take(config, live, intent, order)
        if not order.status.is_final:
            with suppress(OrderFinalError, OrderRejectedError, OrderUnknownError):
                broker.cancel(order_id)

    def _read_again(self, config: BotConfig, live: LiveState, intent: Intent, broker: Broker, order_id: str) -> None:
        self.reconciler.take(config, live, intent, broker.order(order_id))

    def _move(self, before: Intent, after: Intent) -> None:
        self.book.commit(f"{before.state} to {after.state}", (MoveIntent(before, after),))
