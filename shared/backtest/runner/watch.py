"""Phase 6 about everything live of a bot: monitor's order of work, without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.backtest.runner.book import RunBook
from shared.backtest.runner.market import Market
from shared.backtest.runner.sending import Sender
from shared.domain.book import LiveState, MovePosition
from shared.domain.config import BotConfig
from shared.domain.options import OptionQuote
from shared.domain.orders import BrokerOrder, Intent, IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import is_open, new_york_date
from shared.domain.vocabulary import ExitReason
from shared.phases.execution import denials, exit_gates, protocol
from shared.phases.execution.outlet import Outlet
from shared.phases.execution.walk import WALKABLE, Cancel, walked
from shared.phases.exit import exit_decision, exit_intent, settlement_decision
from shared.phases.monitoring import (
    fresh_quotes,
    is_near_edge,
    is_settled_by,
    marks,
    present_reason,
    settlement_fill,
)
from shared.phases.monitoring.assignment import at_risk_of_assignment
from shared.phases.monitoring.trips import account_trip, bot_trips, failure_trip

CLOSABLE = frozenset({PositionState.OPEN, PositionState.EXIT_PENDING})
SETTLEABLE = CLOSABLE | {PositionState.SETTLING}
BUSY = frozenset({PositionState.OPENING, PositionState.CLOSING})


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks after one bot; ``account_capital`` is that of all bots and ``account_day_loss`` the share of it."""

    config: BotConfig
    book: RunBook
    market: Market
    sender: Sender
    account_capital: Decimal
    account_day_loss: Decimal

    def round(self, now: datetime) -> bool:
        """Reconcile, work the orders, close what must close; True when to look again in seconds."""
        live = self.book.live(self.config.bot)
        if live.counters.order_failures:
            failed = failure_trip(self.config, live.counters, now)
            if failed is not None:
                self.book.trip(failed)
        if not live.positions and not live.intents:
            return False
        live = self._reconciled(live, now)
        if not is_open(now):
            self._settle_all(live, now)
            return False
        quotes = self._quotes(live, now)
        for intent in live.intents:
            self._work(live, intent, quotes, now)
        looked = [self._look_after(position, quotes, now) for position in live.positions]
        return any(looked)

    def _reconciled(self, live: LiveState, now: datetime) -> LiveState:
        if not live.intents:
            return live
        by_tag = {order.tag: order for order in self.sender.broker.orders(now)}
        for intent in live.intents:
            order = by_tag.get(intent.tag)
            if order is not None:
                self._take(self.book.live(self.config.bot), intent, order, now)
        after = self.book.live(self.config.bot)
        if len(after.positions) < len(live.positions):
            self._trip(after, now)
        return after

    def _take(self, live: LiveState, intent: Intent, order: BrokerOrder, now: datetime) -> None:
        position = next((held for held in live.positions if held.position_id == intent.position_id), None)
        if position is None:
            return
        if not order.status.is_final:
            self.sender.move(intent, protocol.observe(intent, order, now))
        elif protocol.is_bookable(order):
            self.sender.end(intent, position, live, protocol.END_OF[order.status], order)

    def _quotes(self, live: LiveState, now: datetime) -> Mapping[str, OptionQuote]:
        symbols = {leg.option_symbol for position in live.positions for leg in position.legs}
        return self.market.option_quotes(sorted(symbols), now) if symbols else {}

    def _work(self, live: LiveState, intent: Intent, quotes: Mapping[str, OptionQuote], now: datetime) -> None:
        position = next((held for held in live.positions if held.position_id == intent.position_id), None)
        if position is None or intent.order_id is None or intent.state not in WALKABLE:
            return
        match walked(self.config, intent, position, quotes, self.book.state(intent.bot), now):
            case Cancel(reason):
                self._cancel(live, intent, intent.order_id, reason, now)
            case Intent() as moving:
                self._step(intent, moving, intent.order_id, now)
            case None:
                pass

    def _cancel(self, live: LiveState, intent: Intent, order_id: str, reason: str, now: datetime) -> None:
        asked = protocol.canceling(intent, reason)
        self.sender.move(intent, asked)
        self.sender.broker.cancel(order_id, now)
        self._take(live, asked, self.sender.broker.order(order_id, now), now)

    def _step(self, intent: Intent, moving: Intent, order_id: str, now: datetime) -> None:
        stepped = moving.model_copy(update={"state": intent.state})
        if moving.order.limit_price == intent.order.limit_price:
            self.sender.move(intent, stepped)
            return
        self.sender.move(intent, moving)
        if self.sender.broker.modify(order_id, moving.order.limit_price, now):
            self.sender.move(moving, stepped)

    def _look_after(self, position: Position, quotes: Mapping[str, OptionQuote], now: datetime) -> bool:
        if position.state not in CLOSABLE:
            return position.state in BUSY
        if protocol.rests(position, now):
            return False
        quotes = fresh_quotes(position, quotes, self.config.freshness, now)
        mark, firm = marks(position, quotes, self.config.exits.max_spread)
        today, given = new_york_date(now), self.config.exits.ex_dividends
        reason = present_reason(position, firm, today)
        if reason is None and at_risk_of_assignment(position, today, lambda of: self.market.spot(of, now), given):
            reason = ExitReason.ASSIGNMENT_RISK
        if reason is None:
            return is_near_edge(position, mark)
        return self._close(position, reason, mark, quotes, now)

    def _close(
        self,
        position: Position,
        reason: ExitReason,
        mark: Decimal | None,
        quotes: Mapping[str, OptionQuote],
        now: datetime,
    ) -> bool:
        intent = exit_intent(position, reason, quotes, self.config.walk, now) if mark is not None else None
        if intent is None:
            self._wait(position, reason, now, unquoted=True)
            return False
        state = self.book.state(position.bot)
        outlet = Outlet(self.config, self.sender.broker.account.account_id, self.sender.broker.clock(now), now)
        if denials(exit_gates(position, intent.order, state, position.mode, is_open(now), outlet)):
            self._wait(position, reason, now, unquoted=False)
            return False
        decision = exit_decision(position, intent, mark, new_york_date(now))
        changes = protocol.plan_exit(intent, position, decision)
        self.book.commit("plan exit", changes)
        (closing,) = protocol.positions_in(changes)
        self.sender.send(intent, closing, now)
        return True

    def _wait(self, position: Position, reason: ExitReason, now: datetime, *, unquoted: bool) -> None:
        if not unquoted and position.state is PositionState.EXIT_PENDING:
            return
        waiting = protocol.waits(position, reason, now, unquoted=unquoted)
        self.book.commit("wait for exit", (MovePosition(position, waiting),))

    def _settle_all(self, live: LiveState, now: datetime) -> None:
        for position in live.positions:
            if self._settle(self.book.live(self.config.bot), position, now):
                self._trip(self.book.live(self.config.bot), now)

    def _settle(self, live: LiveState, position: Position, now: datetime) -> bool:
        if position.state not in SETTLEABLE or not is_settled_by(position, now):
            return False
        day = position.expiration
        official = self.market.official_close(position.underlying, day)
        if official is None or position.state is not PositionState.SETTLING:
            settling = protocol.settling(position, now)
            self.book.commit("wait for settlement", (MovePosition(position, settling),))
            position = settling
        if official is None:
            return False
        source = f"daily bar of {position.underlying} {day}"
        decision = settlement_decision(position, official, source, now)
        closing = settlement_fill(position, official, now)
        _, changes = protocol.settle(position, live, closing, source, decision)
        self.book.commit("settle", changes)
        return True

    def _trip(self, live: LiveState, now: datetime) -> None:
        for ledger in live.ledgers:
            for trip in bot_trips(self.config, ledger, live.counters, now):
                self.book.trip(trip)
            of_all = account_trip((ledger,), self.account_capital, self.account_day_loss, now)
            if of_all is not None:
                self.book.trip(of_all)


def is_working(live: LiveState) -> bool:
    """Tell whether an order of a bot is not over."""
    return any(intent.state is not IntentState.PLANNED for intent in live.intents)
