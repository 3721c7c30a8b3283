"""The exits: a position that must close gets an order, a settlement, or the memory that it waits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.desk import Desk
from shared.domain import messages
from shared.domain.book import LiveState, MovePosition
from shared.domain.config import BotConfig
from shared.domain.options import OptionQuote
from shared.domain.ports import Alerts, Book, Clock, DailyHistory
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import ExitReason, TradingMode, TradingState
from shared.phases.execution import denials, exit_gates, protocol
from shared.phases.exit import exit_decision, exit_intent, settlement_decision
from shared.phases.monitoring import (
    exit_reason,
    is_near_edge,
    is_settled_by,
    mark_of,
    settlement_cash,
    stop_mark,
    stop_warning,
)

CLOSABLE = frozenset({PositionState.OPEN, PositionState.EXIT_PENDING})
SETTLEABLE = CLOSABLE | {PositionState.SETTLING}


@dataclass(frozen=True, slots=True)
class Exits:
    """Asks of one position whether it should be closed, and sees to it."""

    book: Book
    desk: Callable[[BotConfig, TradingMode], Desk]
    history: DailyHistory
    alerts: Alerts
    clock: Clock

    def look_after(
        self,
        config: BotConfig,
        position: Position,
        quotes: Mapping[str, OptionQuote],
        state: Callable[[], TradingState],
    ) -> bool:
        """Close a position if it must; True when it should be looked at again in seconds."""
        if position.state not in CLOSABLE:
            return position.state in (PositionState.OPENING, PositionState.CLOSING)
        now = self.clock.now()
        if protocol.rests(position, now):
            return False
        mark = mark_of(position, quotes)
        reason = position.exit_reason if position.state is PositionState.EXIT_PENDING else None
        reason = reason or exit_reason(position, mark, new_york_date(now))
        if reason is None:
            if mark is not None and stop_warning(position, mark):
                self.alerts.send(messages.near_stop(position, mark, stop_mark(position), now))
            return is_near_edge(position, mark)
        return self._close(config, position, reason, quotes, state, now)

    def _close(
        self,
        config: BotConfig,
        position: Position,
        reason: ExitReason,
        quotes: Mapping[str, OptionQuote],
        state: Callable[[], TradingState],
        now: datetime,
    ) -> bool:
        mark = mark_of(position, quotes)
        intent = exit_intent(position, reason, quotes, config.walk, now) if mark is not None else None
        if intent is None:
            self._wait(config, position, reason, now, unquoted=True)
            return False
        refused = denials(exit_gates(position, intent.order, state(), position.mode, is_open=True))
        if refused:
            self._wait(config, position, reason, now, unquoted=False)
            return False
        decision = exit_decision(position, intent, mark, new_york_date(now))
        changes = protocol.plan_exit(intent, position, decision)
        self.book.commit("plan exit", changes)
        (closing,) = protocol.positions_in(changes)
        self.desk(config, position.mode).send(intent, closing)
        return True

    def _wait(
        self, config: BotConfig, position: Position, reason: ExitReason, now: datetime, *, unquoted: bool
    ) -> None:
        if not unquoted and position.state is PositionState.EXIT_PENDING:
            return
        waiting = protocol.waits(position, reason, now, unquoted=unquoted)
        self.book.commit("wait for exit", (MovePosition(position, waiting),))
        if waiting.unquoted_runs >= config.exits.unquoted_runs_before_alert:
            self.alerts.send(messages.unpriced(waiting, now))

    def settle(self, config: BotConfig, live: LiveState, position: Position) -> bool:
        """Settle a position whose last session is over at the official close; False while there is none."""
        now = self.clock.now()
        if position.state not in SETTLEABLE or not is_settled_by(position, now):
            return False
        day = position.expiration
        bars = self.history.daily_bars(position.underlying, day, day)
        official = next((bar.close for bar in bars if bar.day == day), None)
        if official is None or position.state is not PositionState.SETTLING:
            position = self._await_settlement(config, position, now)
        if official is None:
            return False
        source = f"daily bar of {position.underlying} {day}"
        decision = settlement_decision(position, official, source, now)
        cash = settlement_cash(position, official)
        trade, changes = protocol.settle(position, live, cash, now, source, decision)
        self.book.commit("settle", changes)
        self.alerts.send(messages.closed(trade, config.exits.loss_alert, now))
        return True

    def _await_settlement(self, config: BotConfig, position: Position, now: datetime) -> Position:
        settling = protocol.settling(position, now)
        self.book.commit("wait for settlement", (MovePosition(position, settling),))
        if settling.unquoted_runs >= config.exits.unquoted_runs_before_alert:
            self.alerts.send(messages.unpriced(settling, now))
        return settling
