"""Domain values as items of the positions, decisions and stats tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.keys import Kind, stamp
from shared.adapters.dynamodb.tables import KEPT, DecisionsRow, PositionsRow, StatsRow
from shared.domain.alerts import Alert
from shared.domain.values import SCHEMA_VERSION
from shared.domain.vocabulary import Bot

if TYPE_CHECKING:
    from shared.domain.accounts import AccountWatch, Confirmation
    from shared.domain.decisions import Decision, LastDecided
    from shared.domain.ledgers import Counters
    from shared.domain.orders import Intent
    from shared.domain.positions import ClosedTrade, Position
    from shared.domain.statistics import StrategyStatistics


def intent_row(table: type[PositionsRow], intent: Intent) -> PositionsRow:
    """Return an intent's item; it leaves the index of what is live when the intent is final and its tag unwatched."""
    return table(
        keys.account(intent.bot),
        keys.intent(intent.intent_id),
        kind=Kind.INTENT,
        schema_version=intent.schema_version,
        active=None if intent.state.is_final and not intent.is_watched else Kind.INTENT,
        state=intent.state,
        owner=intent.owner,
        lease_until=None if intent.lease_until is None else stamp(intent.lease_until),
        body=intent,
    )


def alert_row(table: type[PositionsRow], alert: Alert) -> PositionsRow:
    """Return the item of an alert that is still to be sent."""
    return table(
        keys.account(alert.bot or keys.CARETAKER),
        keys.alert(alert.event_id),
        kind=Kind.ALERT,
        schema_version=SCHEMA_VERSION,
        active=Kind.ALERT,
        expires_at=alert.at + KEPT,
        body=alert,
    )


def position_row(table: type[PositionsRow], position: Position) -> PositionsRow:
    """Return a position's item; it leaves the index of what is live when the position is over."""
    return table(
        keys.account(position.bot),
        keys.position(position.position_id),
        kind=Kind.POSITION,
        schema_version=position.schema_version,
        active=None if position.state.is_final else Kind.POSITION,
        version=position.version,
        state=position.state,
        closing_intent=position.closing_intent,
        body=position,
    )


def slot_row(table: type[PositionsRow], position: Position) -> PositionsRow:
    """Return the item of a position's slot, held by it."""
    return table(
        keys.account(position.bot),
        keys.slot(position.mode, position.underlying, position.strategy),
        kind=Kind.SLOT,
        schema_version=SCHEMA_VERSION,
        holder=position.position_id,
    )


def counters_row(table: type[PositionsRow], bot: Bot, counters: Counters) -> PositionsRow:
    """Return the item of a bot's counters."""
    return table(
        keys.account(bot),
        keys.COUNTERS,
        kind=Kind.COUNTERS,
        schema_version=SCHEMA_VERSION,
        active=Kind.COUNTERS,
        version=counters.version,
        body=counters,
    )


def last_row(table: type[PositionsRow], bot: Bot, last: LastDecided) -> PositionsRow:
    """Return the item of what was last decided on an underlying."""
    return table(
        keys.account(bot),
        keys.last(last.underlying),
        kind=Kind.LAST,
        schema_version=SCHEMA_VERSION,
        active=Kind.LAST,
        snapshot_at=stamp(last.snapshot_at),
        body=last,
    )


def account_watch_row(table: type[PositionsRow], watch: AccountWatch) -> PositionsRow:
    """Return the item of what reconciliation remembers of an account."""
    return table(
        keys.account(keys.CARETAKER),
        keys.account_watch(watch.name),
        kind=Kind.ACCOUNT_WATCH,
        schema_version=watch.schema_version,
        active=Kind.ACCOUNT_WATCH,
        version=watch.version,
        body=watch,
    )


def confirmation_row(table: type[PositionsRow], confirmation: Confirmation) -> PositionsRow:
    """Return the item of a confirmed live account."""
    return table(
        keys.account(confirmation.bot),
        keys.CONFIRMATION,
        kind=Kind.CONFIRMATION,
        schema_version=confirmation.schema_version,
        active=Kind.CONFIRMATION,
        body=confirmation,
    )


def decision_row(table: type[DecisionsRow], decision: Decision) -> DecisionsRow:
    """Return a decision's item."""
    return table(
        *keys.decision(decision.bot, decision.at, decision.decision_id),
        kind=Kind.DECISION,
        schema_version=decision.schema_version,
        expires_at=decision.at + KEPT,
        body=decision,
    )


def closed_trade_row(table: type[StatsRow], trade: ClosedTrade) -> StatsRow:
    """Return a closed trade's item."""
    return table(
        keys.statistics(trade.mode, trade.strategy),
        trade.key,
        kind=Kind.CLOSED_TRADE,
        schema_version=trade.schema_version,
        body=trade,
    )


def statistics_row(table: type[StatsRow], statistics: StrategyStatistics) -> StatsRow:
    """Return the item of a strategy's statistics."""
    return table(
        keys.statistics(statistics.mode, statistics.strategy),
        keys.STATISTICS,
        kind=Kind.STATISTICS,
        schema_version=statistics.schema_version,
        version=statistics.version,
        disabled=statistics.is_disabled,
        body=statistics,
    )
