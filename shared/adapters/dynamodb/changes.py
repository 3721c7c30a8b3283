"""Each change of the domain as the writes that make it, with its guards."""

from typing import assert_never

from pynamodb.expressions.operand import Path

from shared.adapters.dynamodb import guards, keys, ledgers, rows
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.documents import encode
from shared.adapters.dynamodb.keys import stamp
from shared.adapters.dynamodb.tables import DecisionsRow, PositionsRow, StatsRow
from shared.adapters.dynamodb.writes import Check, Put, Update, Write
from shared.domain.book import (
    AdvanceLast,
    Change,
    ConfirmAccount,
    CreateIntent,
    CreatePosition,
    FreeSlot,
    MoveIntent,
    MovePosition,
    RecordClosedTrade,
    RecordDecision,
    RepeatDecision,
    RequireEnabled,
    RequireState,
    Reserve,
    SetAccountWatch,
    SetCounters,
    SetLedger,
    TakeSlot,
    Tell,
    WithdrawConfirmation,
)

_Orders = CreateIntent | MoveIntent
_Holdings = CreatePosition | MovePosition | TakeSlot | FreeSlot
_Amounts = Reserve | SetLedger | SetCounters
_Accounts = SetAccountWatch | ConfirmAccount | WithdrawConfirmation
_Records = RecordDecision | RepeatDecision | AdvanceLast | RecordClosedTrade


class BookTables:
    """The tables that changes are written to; all but the first are bound when one is written to."""

    def __init__(self, database: Database, *, positions: str, decisions: str, stats: str) -> None:
        """Take those of these names."""
        self._database = database
        self._decisions, self._stats = decisions, stats
        self.positions = database.table(PositionsRow, positions)

    @property
    def decisions(self) -> type[DecisionsRow]:
        """Decisions."""
        return self._database.table(DecisionsRow, self._decisions)

    @property
    def stats(self) -> type[StatsRow]:
        """Results, and the breaker."""
        return self._database.table(StatsRow, self._stats)


def writes_of(tables: BookTables, change: Change) -> tuple[Write, ...]:
    """Return what makes a change; each write is labelled with the change's class."""
    label = type(change).__name__
    match change:
        case CreateIntent() | MoveIntent():
            return (_order(tables.positions, change, label),)
        case CreatePosition() | MovePosition() | TakeSlot() | FreeSlot():
            return (_holding(tables.positions, change, label),)
        case Reserve() | SetLedger() | SetCounters():
            return (_amount(tables.positions, change, label),)
        case RecordDecision() | RepeatDecision() | AdvanceLast() | RecordClosedTrade():
            return (_record(tables, change, label),)
        case SetAccountWatch() | ConfirmAccount() | WithdrawConfirmation():
            return (_account(tables.positions, change, label),)
        case Tell(alert=alert):
            return (Put(label, rows.alert_row(tables.positions, alert), ()),)
        case RequireState():
            return _state(tables.stats, change, label)
        case RequireEnabled():
            where = (keys.statistics(change.mode, change.strategy), keys.STATISTICS)
            return (Check(label, tables.stats, where, (guards.is_enabled(),)),)
        case _:
            assert_never(change)


def _order(table: type[PositionsRow], change: _Orders, label: str) -> Write:
    match change:
        case CreateIntent(intent=intent):
            return Put(label, rows.intent_row(table, intent), (guards.is_absent(),))
        case MoveIntent(before=before, after=after):
            still = (guards.has_state(before), *guards.has_owner(before), guards.has_steps(before))
            return Put(label, rows.intent_row(table, after), still)
        case _:
            assert_never(change)


def _holding(table: type[PositionsRow], change: _Holdings, label: str) -> Write:
    match change:
        case CreatePosition(position=position):
            return Put(label, rows.position_row(table, position), (guards.is_absent(),))
        case MovePosition(before=before, after=after):
            still = (guards.has_version(table, before.version), guards.has_closing_intent(before))
            return Put(label, rows.position_row(table, after), still)
        case TakeSlot(position=position):
            return Put(label, rows.slot_row(table, position), (guards.slot_is_free(),))
        case FreeSlot(position=position):
            # The item stays, held by nobody: it then still shows which commit freed it.
            slot = rows.slot_row(table, position)
            return Update(label, slot, (table.holder.remove(),), (guards.slot_is_held_by(position),))
        case _:
            assert_never(change)


def _amount(table: type[PositionsRow], change: _Amounts, label: str) -> Write:
    match change:
        case Reserve():
            return ledgers.reserve(table, change, label)
        case SetLedger():
            return ledgers.replace(table, change, label)
        case SetCounters(bot=bot, before=before, after=after):
            still = (guards.has_version(table, before.version),)
            return Put(label, rows.counters_row(table, bot, after), still)
        case _:
            assert_never(change)


def _account(table: type[PositionsRow], change: _Accounts, label: str) -> Write:
    match change:
        case SetAccountWatch(before=before, after=after):
            return Put(label, rows.account_watch_row(table, after), (guards.has_version(table, before.version),))
        case ConfirmAccount(confirmation=confirmation):
            return Put(label, rows.confirmation_row(table, confirmation), ())
        case WithdrawConfirmation(confirmation=confirmation):
            withdrawn = table(keys.account(confirmation.bot), keys.CONFIRMATION)
            return Update(label, withdrawn, (table.active.remove(),), guards.is_this_confirmation(confirmation))
        case _:
            assert_never(change)


def _record(tables: BookTables, change: _Records, label: str) -> Write:
    match change:
        case RecordDecision(decision=decision):
            return Put(label, rows.decision_row(tables.decisions, decision), (guards.is_absent(),))
        case RepeatDecision():
            return _repeat(tables.decisions, change, label)
        case AdvanceLast(bot=bot, last=last):
            newer = (guards.is_newer(stamp(last.snapshot_at)),)
            return Put(label, rows.last_row(tables.positions, bot, last), newer)
        case RecordClosedTrade(trade=trade):
            return Put(label, rows.closed_trade_row(tables.stats, trade), (guards.is_absent(),))
        case _:
            assert_never(change)


def _repeat(table: type[DecisionsRow], change: RepeatDecision, label: str) -> Update:
    count, last_seen, snapshot = (Path(["body", name]) for name in ("count", "last_seen", "last_snapshot_id"))
    actions = (
        count.set(count + 1),
        last_seen.set(encode(change.last_seen)),
        snapshot.set(change.last_snapshot_id),
    )
    row = table(*keys.decision(change.bot, change.decided_on, change.decision_id))
    return Update(label, row, actions, (guards.is_present(),))


def _state(table: type[StatsRow], change: RequireState, label: str) -> tuple[Check, ...]:
    of_all = (guards.switch_allows(change.at_most), guards.trip_allows(change.at_most))
    of_bot = (guards.trip_allows(change.at_most),)
    return (
        Check(label, table, (keys.BREAKER, keys.ALL), of_all),
        Check(label, table, (keys.BREAKER, change.bot), of_bot),
    )
