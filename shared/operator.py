"""What only a person may do: hold a bot back, set trips back, enable a strategy, close a position."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from shared.domain import messages
from shared.domain.accounts import Confirmation
from shared.domain.book import (
    BY_HAND,
    ConfirmAccount,
    LiveState,
    MovePosition,
    RecordDecision,
    SetLedger,
    Trip,
    WithdrawConfirmation,
)
from shared.domain.config import BotConfig
from shared.domain.decisions import Decision, DecisionKind
from shared.domain.errors import ConflictError, InvalidValueError
from shared.domain.fills import Fill, FillKind
from shared.domain.ledgers import Ledger
from shared.domain.ports import Alerts, Book, Broker, Clock, TradeHistory, Trips
from shared.domain.positions import ClosedTrade, Position, PositionState
from shared.domain.sessions import end_of_session, new_york_date, session
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, ExitReason, Strategy, TradingMode, TradingState
from shared.phases.execution.booking import has_same_stakes, recounted
from shared.phases.execution.protocol import close_by_hand, mended, waits
from shared.phases.monitoring.trips import ALL, measured_anew

TRIES: Final = 3
"""So often is what monitor just changed read and measured again."""


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator's hand; each deed is recorded as a decision."""

    book: Book
    trips: Trips
    clock: Clock
    history: TradeHistory

    def standing(self, bot: Bot | None) -> Trip | None:
        """Return the trip of a bot, or that of all, None where nothing is tripped."""
        scope = bot or ALL
        found = (trip for trip in self.trips.every() if trip.scope == scope and trip.state is not TradingState.ACTIVE)
        return next(found, None)

    def clear_trip(self, seen: Trip, reason: str) -> bool:
        """Set the trip that the operator saw back to ACTIVE; False when it is another by now.

        What tripped it is measured anew before, or a run of monitor in between would trip it again at once: of one bot
        its drawdown, the day's loss and the orders that failed in a row; of all the latter two, and each bot keeps its
        own drawdown. A loss booked in the moment before, which monitor has not judged yet, is excused with the rest.
        Where another trip replaces the one seen in this very moment, that one stands, though what is past is excused.
        """
        if seen not in self.trips.every():
            return False
        for one in Bot if seen.scope == ALL else (Bot(seen.scope),):
            self._measure_anew(one, reason, keeps_peak=seen.scope == ALL)
        return self.trips.clear(seen)

    def _measure_anew(self, bot: Bot, reason: str, *, keeps_peak: bool) -> None:
        for _ in range(TRIES - 1):
            try:
                return self._measure(bot, reason, keeps_peak=keeps_peak)
            except ConflictError as conflict:
                if RecordDecision.__name__ in conflict.reasons:
                    raise
        return self._measure(bot, reason, keeps_peak=keeps_peak)

    def _measure(self, bot: Bot, reason: str, *, keeps_peak: bool) -> None:
        live = self.book.live(bot)
        decision = self._decision(bot, f"BREAKER ACTIVE for {bot}", reason, _mode_of(live))
        changes = (RecordDecision(decision), *measured_anew(live, keeps_peak=keeps_peak))
        self.book.commit("measure anew", changes)

    def trip(self, bot: Bot, state: TradingState, reason: str) -> bool:
        """Hold one bot back until it is set back by hand; False when it was already as strict."""
        now = self.clock.now()
        if not self.trips.trip(Trip(bot, state, f"{BY_HAND}{reason}", now)):
            return False
        self.record(bot, f"BREAKER {state} for {bot}", reason)
        return True

    def allow(self, mode: TradingMode, strategy: Strategy, *, allowed: bool, reason: str) -> StrategyStatistics | None:
        """Enable or disable a strategy in a mode; None when it was so already.

        Numbers do not change by it. A strategy without results of its own gets a row without any, marked stale, so
        that its prior still sizes it.
        """
        before = self.history.statistics(mode, strategy)
        if allowed is not (before is not None and before.is_disabled):
            return None
        now = self.clock.now()
        held = before or _no_results(mode, strategy, now)
        version = before.version + 1 if before else 1
        after = held.model_copy(update={"is_disabled": not allowed, "version": version})
        self.history.save(before, after)
        word = "ENABLE" if allowed else "DISABLE"
        self.record(trader_of(strategy), f"{word} {strategy}", reason, mode=mode, strategy=strategy)
        return after

    def close(self, position: Position, reason: str) -> Position:
        """Have a position closed: monitor sends the order at its next run of an open session.

        Raises:
            ConflictError: the position was changed meanwhile.
        """
        now = self.clock.now()
        pending = waits(position, ExitReason.MANUAL, now, unquoted=False)
        decision = self._decision(
            position.bot, f"CLOSE {position.strategy} on {position.underlying}", reason, position.mode
        ).model_copy(
            update={
                "underlying": position.underlying,
                "strategy": position.strategy,
                "position_id": position.position_id,
            }
        )
        self.book.commit("close by hand", (MovePosition(position, pending), RecordDecision(decision)))
        return pending

    def confirm_live(
        self, config: BotConfig, account_id: str, broker: Callable[[], Broker], alerts: Alerts, reason: str
    ) -> Confirmation:
        """Take the second step to live trading: a person names the account that the configuration names.

        Raises:
            InvalidValueError: the configuration is not live, names another account, or the broker answers for another.
            FeedError: the broker does not answer.
        """
        if config.mode is not TradingMode.LIVE:
            raise InvalidValueError("mode", config.mode.value, "set it to live first; this is the second step")
        if account_id != config.confirmed_account:
            raise InvalidValueError("account", account_id, f"the configuration names {config.confirmed_account}")
        answered = broker().balances().account_id
        if answered != account_id:
            raise InvalidValueError("account", account_id, f"the broker answers for {answered}; check the key")
        confirmation = Confirmation(bot=config.bot, account_id=account_id, at=self.clock.now(), reason=reason)
        decision = self._decision(config.bot, f"LIVE in account {account_id}", reason, TradingMode.LIVE)
        self.book.commit("confirm live", (ConfirmAccount(confirmation), RecordDecision(decision)))
        alerts.send(messages.live_confirmed(confirmation))
        return confirmation

    def withdraw_live(self, bot: Bot, mode: TradingMode, alerts: Alerts) -> None:
        """Take the confirmation of a bot that leaves live trading back at once: live again takes both steps again."""
        confirmation = self.book.live(bot).confirmation
        if confirmation is None:
            return
        with suppress(ConflictError):
            self.book.commit("withdraw confirmation", (WithdrawConfirmation(confirmation),))
            alerts.send(messages.live_withdrawn(bot, mode, self.clock.now()))

    def mend(self, position: Position, reason: str) -> Position:
        """Return a BROKEN position to its rules, after looking at the broker: book and broker agree again.

        Raises:
            InvalidValueError: it is not BROKEN.
        """
        _require_broken(position)
        after = mended(position)
        decision = self._decision(position.bot, f"MEND {position.position_id}", reason, position.mode)
        self.book.commit("mend", (MovePosition(position, after), RecordDecision(decision)))
        return after

    def book_close(self, position: Position, cash: Decimal, reason: str, day: date | None = None) -> ClosedTrade:
        """Book a BROKEN position as closed; ``cash`` is dollars that came in (negative: went out), fees included.

        ``day`` is the session of the statement, today where none is given: its loss counts for that day.

        Raises:
            InvalidValueError: it is not BROKEN, or the day is no session of its life.
        """
        _require_broken(position)
        now = self.clock.now()
        decision = self._decision(position.bot, f"BOOK {position.position_id} closed, ${cash}", reason, position.mode)
        closing = Fill(
            kind=FillKind.BY_HAND,
            at=now if day is None else _closing_time(position, day, now),
            contracts=position.remaining_contracts,
            cash=cash,
            fees=Decimal(0),
        )
        trade, changes = close_by_hand(position, self.book.live(position.bot), closing, "an operator's word", decision)
        self.book.commit("book close", changes)
        return trade

    def miscounted(self, bot: Bot) -> tuple[SetLedger, ...]:
        """Return what would put right each ledger that says otherwise than the open positions.

        It is seen twice, or it is nothing: between two readings an order may have been booked.
        """
        first, second = (_miscounted(self.book.live(bot)) for _ in range(2))
        return first if first == second else ()

    def recount(self, bot: Bot, reason: str) -> tuple[Ledger, ...]:
        """Let the ledgers of a bot say what its open positions say; return those that did not.

        Raises:
            ConflictError: a ledger was changed meanwhile.
        """
        changes = self.miscounted(bot)
        for change in changes:
            decision = self._decision(bot, f"RECOUNT the ledger of {change.after.mode} mode", reason, change.after.mode)
            self.book.commit("recount", (change, RecordDecision(decision)))
        return tuple(change.after for change in changes)

    def record(
        self,
        bot: Bot,
        what: str,
        reason: str,
        *,
        mode: TradingMode | None = None,
        strategy: Strategy | None = None,
    ) -> None:
        """Write an operator's deed down as a decision."""
        decision = self._decision(bot, what, reason, mode or _mode_of(self.book.live(bot)))
        self.book.commit("record deed", (RecordDecision(decision.model_copy(update={"strategy": strategy})),))

    def _decision(self, bot: Bot, what: str, reason: str, mode: TradingMode) -> Decision:
        now = self.clock.now()
        deed = hashlib.sha256(what.encode()).hexdigest()[:8]
        return Decision(
            decision_id=f"{bot}-operator-{now:%Y-%m-%dT%H:%M:%SZ}-{deed}",
            kind=DecisionKind.OPERATOR,
            bot=bot,
            mode=mode,
            underlying="",
            at=now,
            what=what,
            why=(),
            how=reason,
            last_seen=now,
        )


def _closing_time(position: Position, day: date, now: datetime) -> datetime:
    """Return the end of a session in which a position was closed, or now while it lasts. Raises InvalidValueError."""
    hours, since = session(day), position.opened_at or position.planned_at
    if hours is None or hours.opens_at > now or hours.closes_at < since:
        lived = f"{new_york_date(since)} to {new_york_date(now)}"
        raise InvalidValueError("day", day.isoformat(), f"name a session from {lived}, the day of the statement")
    return max(since, end_of_session(day, now))


def _require_broken(position: Position) -> None:
    if position.state is not PositionState.BROKEN:
        raise InvalidValueError("position", position.position_id, f"it is {position.state}; only BROKEN ones need this")


def trader_of(strategy: Strategy) -> Bot:
    """Return the bot that trades a strategy."""
    if strategy is Strategy.CASH_SECURED_PUT:
        return Bot.ATLAS
    return Bot.PROMETHEUS if strategy.is_credit else Bot.SOLOMON


def _miscounted(live: LiveState) -> tuple[SetLedger, ...]:
    counted = ((ledger, recounted(ledger, live.positions)) for ledger in live.ledgers)
    return tuple(SetLedger(ledger, after) for ledger, after in counted if not has_same_stakes(ledger, after))


def _mode_of(live: LiveState) -> TradingMode:
    return live.ledgers[0].mode if live.ledgers else TradingMode.PAPER


def _no_results(mode: TradingMode, strategy: Strategy, now: datetime) -> StrategyStatistics:
    nothing = Decimal(0)
    return StrategyStatistics(
        mode=mode,
        strategy=strategy,
        total_trades=0,
        win_rate=nothing,
        avg_win=nothing,
        avg_loss=nothing,
        expectancy=nothing,
        computed_at=now,
        is_stale=True,
    )
