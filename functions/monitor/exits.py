"""The exits: a position that must close gets an order, a settlement, or the memory that it waits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from shared.desk import Desk
from shared.domain import messages
from shared.domain.accounts import account_of, at_account
from shared.domain.book import LiveState, MovePosition, Tell
from shared.domain.config import BotConfig
from shared.domain.decisions import Denial
from shared.domain.errors import FeedError
from shared.domain.market import BrokerClock
from shared.domain.options import OptionQuote
from shared.domain.ports import Alerts, Book, Clock, DailyHistory
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import has_official_close, is_open, new_york_date
from shared.domain.vocabulary import ExitReason, TradingMode, TradingState
from shared.phases.execution import denials, exit_gates, protocol
from shared.phases.execution.outlet import Outlet
from shared.phases.exit import exit_decision, exit_intent, settlement_decision
from shared.phases.monitoring import (
    fresh_quotes,
    is_near_edge,
    is_settled_by,
    is_stop_held_back,
    is_unwatched,
    marks,
    present_reason,
    settlement_fill,
    stop_mark,
    stop_warning,
)
from shared.phases.monitoring.assignment import at_risk_of_assignment


class Scene(NamedTuple):
    """What all positions of a bot are looked at by; the functions ask when they are called.

    ``quotes`` are those of every leg, read in one call; ``spot`` the price of an underlying, None without one;
    ``state`` the effective breaker; ``clock`` the broker's, None when it does not say;
    ``is_first`` whether it is the first look of a run, by which runs without a price are counted.
    """

    quotes: Mapping[str, OptionQuote]
    spot: Callable[[str], Decimal | None]
    state: Callable[[], TradingState]
    clock: Callable[[], BrokerClock | None]
    is_first: bool = True


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

    def look_after(self, config: BotConfig, position: Position, scene: Scene) -> bool:
        """Close a position if it must; True when it should be looked at again in seconds."""
        if position.state not in CLOSABLE:
            return position.state in (PositionState.OPENING, PositionState.CLOSING)
        now = self.clock.now()
        if protocol.rests(position, now):
            return False
        given_quotes = scene.quotes
        scene = scene._replace(quotes=fresh_quotes(position, given_quotes, config.freshness, now))
        mark, firm = marks(position, scene.quotes, config.exits.max_spread)
        today, given = new_york_date(now), config.exits.ex_dividends
        reason = present_reason(position, firm, today)
        if reason is None and at_risk_of_assignment(position, today, scene.spot, given):
            reason = ExitReason.ASSIGNMENT_RISK
        if reason is None:
            if firm is not None and stop_warning(position, firm):
                self.alerts.send(messages.near_stop(position, firm, stop_mark(position), now))
            blind = mark is None and is_unwatched(position, given_quotes, now)
            if blind or (firm is None and is_stop_held_back(position, mark, now)):
                self.alerts.send(messages.unvalued(position, now))
            return is_near_edge(position, mark)
        return self._close(config, position, reason, mark, scene, now)

    def _close(
        self,
        config: BotConfig,
        position: Position,
        reason: ExitReason,
        mark: Decimal | None,
        scene: Scene,
        now: datetime,
    ) -> bool:
        intent = exit_intent(position, reason, scene.quotes, config.walk, now) if mark is not None else None
        if intent is None:
            if scene.is_first or position.state is not PositionState.EXIT_PENDING:
                self._wait(config, position, reason, now, unquoted=True)
            return False
        desk = self.desk(at_account(config, account_of(position)), position.mode)
        if not desk.has_time:
            self._wait(config, position, reason, now, unquoted=False)
            untold = f"exit: no time left in this run to send the {reason} of {position.position_id}"
            self.alerts.send(messages.could_not_watch(position.bot, untold, now))
            return False
        outlet = Outlet(config, desk.broker.account_id, scene.clock(), now)
        state = scene.state()
        refused = denials(exit_gates(position, intent.order, state, position.mode, is_open(now), outlet))
        if refused:
            self._wait(config, position, reason, now, unquoted=False)
            self._tell_refused(position, reason, refused, now)
            return False
        decision = exit_decision(position, intent, mark, new_york_date(now))
        changes = protocol.plan_exit(intent, position, decision)
        self.book.commit("plan exit", changes)
        (closing,) = protocol.positions_in(changes)
        desk.send(intent, closing)
        return True

    def _tell_refused(self, position: Position, reason: ExitReason, refused: tuple[Denial, ...], now: datetime) -> None:
        """Tell of an exit that may not leave, also of one that HALTED holds back: the flip did not know of it."""
        waiting = position.model_copy(update={"exit_reason": reason})
        self.alerts.send(messages.exit_denied(waiting, refused, now))

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
        """Settle a position whose last session is over at the official close; False while there is none yet."""
        now = self.clock.now()
        if position.state not in SETTLEABLE or not is_settled_by(position, now):
            return False
        is_first = position.state is not PositionState.SETTLING
        if is_first:
            position = self._await_settlement(config, position, now)
        if not has_official_close(position.expiration, now):
            return False
        day = position.expiration
        official = self._official_close(position.underlying, day)
        if official is None:
            if not is_first:
                self._await_settlement(config, position, now)
            return False
        source = f"daily bar of {position.underlying} {day}"
        decision = settlement_decision(position, official, source, now)
        closing = settlement_fill(position, official, now)
        trade, changes = protocol.settle(position, live, closing, source, decision)
        news = messages.closed(trade, config.exits.loss_alert, now)
        self.book.commit("settle", (*changes, Tell(news)))
        self.alerts.resend(news)
        return True

    def _official_close(self, underlying: str, day: date) -> Decimal | None:
        """Return the close of a day, None while no vendor tells it."""
        try:
            bars = self.history.daily_bars(underlying, day, day)
        except FeedError:
            return None
        return next((bar.close for bar in bars if bar.day == day), None)

    def _await_settlement(self, config: BotConfig, position: Position, now: datetime) -> Position:
        settling = protocol.settling(position, now)
        self.book.commit("wait for settlement", (MovePosition(position, settling),))
        if settling.unquoted_runs >= config.exits.unquoted_runs_before_alert:
            self.alerts.send(messages.unpriced(settling, now))
        return settling
