"""The book in memory: the same changes as the store's, each with its guard, all or none."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar, assert_never

from shared.domain.book import (
    AdvanceLast,
    Change,
    CreateIntent,
    CreatePosition,
    FreeSlot,
    LiveState,
    MoveIntent,
    MovePosition,
    RecordClosedTrade,
    RecordDecision,
    RepeatDecision,
    RequireEnabled,
    RequireState,
    Reserve,
    SetCounters,
    SetLedger,
    TakeSlot,
    Trip,
)
from shared.domain.decisions import Decision, LastDecided
from shared.domain.errors import ConflictError
from shared.domain.ledgers import Counters, Ledger
from shared.domain.orders import Intent
from shared.domain.positions import ClosedTrade, Position
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState, stricter
from shared.phases.monitoring.trips import ALL

Slot = tuple[TradingMode, str, Strategy]
_Holding = CreateIntent | MoveIntent | CreatePosition | MovePosition | TakeSlot | FreeSlot
_Amount = Reserve | SetLedger | SetCounters
_Kept = TypeVar("_Kept", Intent, Position)


@dataclass
class _Shelf:
    """Everything live of one bot."""

    positions: dict[str, Position] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    slots: dict[Slot, str] = field(default_factory=dict)
    ledgers: dict[TradingMode, Ledger] = field(default_factory=dict)
    counters: Counters = field(default_factory=Counters)
    last: dict[str, LastDecided] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)


@dataclass
class RunBook:
    """Positions, intents, ledgers, decisions, results and the breaker of one run."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    trades: list[ClosedTrade] = field(default_factory=list)
    statistics: dict[tuple[TradingMode, Strategy], StrategyStatistics] = field(default_factory=dict)
    trips: dict[str, Trip] = field(default_factory=dict)
    switch: TradingState = TradingState.ACTIVE

    def __post_init__(self) -> None:
        """Start with empty shelves."""
        self._shelves: defaultdict[Bot, _Shelf] = defaultdict(_Shelf)
        self._live: dict[Bot, LiveState] = {}

    def live(self, bot: Bot) -> LiveState:
        """Return all that is live of a bot."""
        known = self._live.get(bot)
        if known is None:
            shelf = self._shelves[bot]
            known = self._live[bot] = LiveState(
                bot=bot,
                positions=tuple(shelf.positions[name] for name in sorted(shelf.positions)),
                intents=tuple(shelf.intents[name] for name in sorted(shelf.intents)),
                ledgers=tuple(shelf.ledgers.values()),
                counters=shelf.counters,
                last=tuple(shelf.last.values()),
            )
        return known

    def state(self, bot: Bot) -> TradingState:
        """Return the effective state of the breaker: the switch and the system's trips."""
        state = self.switch
        for scope in (bot.value, ALL):
            if scope in self.trips:
                state = stricter(state, self.trips[scope].state)
        return state

    def commit(self, name: str, changes: Sequence[Change]) -> None:
        """Make all changes or none.

        Raises:
            ConflictError: a guard did not hold; ``reasons`` names the classes of the changes.
        """
        broken = tuple(type(change).__name__ for change in changes if not self._holds(change))
        if broken:
            raise ConflictError(name, broken)
        for change in changes:
            self._make(change)

    def _holds(self, change: Change) -> bool:
        match change:
            case AdvanceLast(bot, last):
                before = self._shelves[bot].last.get(last.underlying)
                return before is None or before.snapshot_at < last.snapshot_at
            case CreateIntent() | MoveIntent() | CreatePosition() | MovePosition() | TakeSlot() | FreeSlot():
                return self._holding_holds(change)
            case Reserve() | SetLedger() | SetCounters():
                return self._amount_holds(change)
            case RequireState(bot, at_most):
                return self.state(bot).severity <= at_most.severity
            case RequireEnabled(mode, strategy):
                stored = self.statistics.get((mode, strategy))
                return stored is None or not stored.is_disabled
            case RecordDecision(decision):
                return decision.decision_id not in self.decisions
            case _:
                return True

    def _holding_holds(self, change: _Holding) -> bool:
        match change:
            case CreateIntent(intent):
                return intent.intent_id not in self._shelves[intent.bot].known
            case MoveIntent(before):
                kept = self._shelves[before.bot].intents.get(before.intent_id)
                return kept is before or kept == before
            case CreatePosition(position):
                return position.position_id not in self._shelves[position.bot].known
            case MovePosition(before):
                held = self._shelves[before.bot].positions.get(before.position_id)
                return held is not None and held.version == before.version
            case TakeSlot(position):
                return _slot(position) not in self._shelves[position.bot].slots
            case FreeSlot(position):
                return self._shelves[position.bot].slots.get(_slot(position)) == position.position_id
            case _:
                assert_never(change)

    def _amount_holds(self, change: _Amount) -> bool:
        match change:
            case Reserve():
                return _has_room(self._ledger(change.bot, change.mode), change)
            case SetLedger(before):
                return self._ledger(before.bot, before.mode).version == before.version
            case SetCounters(bot, before):
                return self._shelves[bot].counters.version == before.version
            case _:
                assert_never(change)

    def _make(self, change: Change) -> None:
        match change:
            case AdvanceLast(bot, last):
                self._shelf(bot).last[last.underlying] = last
            case CreateIntent() | MoveIntent() | CreatePosition() | MovePosition() | TakeSlot() | FreeSlot():
                self._make_holding(change)
            case Reserve() | SetLedger() | SetCounters():
                self._make_amount(change)
            case RecordDecision(decision):
                self.decisions[decision.decision_id] = decision
            case RepeatDecision():
                self._repeat(change)
            case RecordClosedTrade(trade):
                self.trades.append(trade)
            case _:
                """Guards, and what only an account at a real broker has."""

    def _make_holding(self, change: _Holding) -> None:
        match change:
            case CreateIntent(intent):
                self._shelf(intent.bot).intents[intent.intent_id] = intent
                self._shelf(intent.bot).known.add(intent.intent_id)
            case MoveIntent(_, after):
                _keep(self._shelf(after.bot).intents, after.intent_id, after, is_over=after.state.is_final)
            case CreatePosition(position):
                self._shelf(position.bot).positions[position.position_id] = position
                self._shelf(position.bot).known.add(position.position_id)
            case MovePosition(_, moved):
                _keep(self._shelf(moved.bot).positions, moved.position_id, moved, is_over=moved.state.is_final)
            case TakeSlot(position):
                self._shelf(position.bot).slots[_slot(position)] = position.position_id
            case FreeSlot(position):
                del self._shelf(position.bot).slots[_slot(position)]
            case _:
                assert_never(change)

    def _make_amount(self, change: _Amount) -> None:
        match change:
            case Reserve():
                ledger = self._ledger(change.bot, change.mode)
                self._shelf(change.bot).ledgers[change.mode] = _reserved(ledger, change)
            case SetLedger(_, ledger):
                self._shelf(ledger.bot).ledgers[ledger.mode] = ledger
            case SetCounters(bot, _, counters):
                self._shelf(bot).counters = counters
            case _:
                assert_never(change)

    def _repeat(self, change: RepeatDecision) -> None:
        known = self.decisions[change.decision_id]
        more = {
            "count": known.count + 1,
            "last_seen": change.last_seen,
            "last_snapshot_id": change.last_snapshot_id,
        }
        self.decisions[change.decision_id] = known.model_copy(update=more)

    def _shelf(self, bot: Bot) -> _Shelf:
        self._live.pop(bot, None)
        return self._shelves[bot]

    def _ledger(self, bot: Bot, mode: TradingMode) -> Ledger:
        return self._shelves[bot].ledgers.get(mode) or Ledger(bot=bot, mode=mode)

    def trip(self, trip: Trip) -> bool:
        """Trip the breaker; False when it was already as strict."""
        present = self.trips.get(trip.scope)
        if present is not None and present.state.severity >= trip.state.severity:
            return False
        self.trips[trip.scope] = trip
        return True

    def clear(self, scope: str) -> None:
        """Set the system's trip of a scope back."""
        if scope in self.trips:
            self.trips[scope] = replace(self.trips[scope], state=TradingState.ACTIVE)


def _keep(shelf: dict[str, _Kept], name: str, after: _Kept, *, is_over: bool) -> None:
    if is_over:
        shelf.pop(name, None)
    else:
        shelf[name] = after


def _slot(position: Position) -> Slot:
    return position.mode, position.underlying, position.strategy


def _has_room(ledger: Ledger, change: Reserve) -> bool:
    here = ledger.risk_by_underlying.get(change.underlying, 0)
    return (
        ledger.open_count < change.max_positions
        and ledger.open_risk + change.risk <= change.max_open_risk
        and here + change.risk <= change.max_underlying_risk
        and (not change.secured_cash or ledger.secured_cash + change.secured_cash <= change.max_secured_cash)
    )


def _reserved(ledger: Ledger, change: Reserve) -> Ledger:
    by_underlying = dict(ledger.risk_by_underlying)
    by_underlying[change.underlying] = by_underlying.get(change.underlying, 0) + change.risk
    return ledger.model_copy(
        update={
            "open_count": ledger.open_count + 1,
            "open_risk": ledger.open_risk + change.risk,
            "secured_cash": ledger.secured_cash + change.secured_cash,
            "risk_by_underlying": by_underlying,
            "version": ledger.version + 1,
        }
    )
