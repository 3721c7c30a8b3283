"""The ledger's item: its numbers are attributes of their own, so that a reservation adds to them in one write."""

from decimal import Decimal
from typing import Any, Final

from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from shared.adapters.dynamodb import guards, keys
from shared.adapters.dynamodb.documents import AttributeValue, decode, encode
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import document_of
from shared.adapters.dynamodb.tables import PositionsRow
from shared.adapters.dynamodb.writes import Update
from shared.domain.book import Reserve, SetLedger
from shared.domain.ledgers import Ledger
from shared.domain.values import SCHEMA_VERSION
from shared.domain.vocabulary import Bot, TradingMode

NUMBERS: Final = frozenset({"open_count", "open_risk", "secured_cash", "risk_by_underlying", "version"})
"""What stands in attributes of its own and nowhere else; the rest is the document."""
RISK_PREFIX: Final = "risk_"


def reserve(table: type[PositionsRow], change: Reserve, label: str) -> Update:
    """Return the write that adds one position to the ledger, making the ledger on the first entry."""
    empty = Ledger(bot=change.bot, mode=change.mode)
    actions = (
        *_identity(),
        table.body.set(table.body | _document(empty)),
        table.open_count.add(1),
        table.open_risk.add(change.risk),
        _risk_on(change.underlying).add(encode(change.risk)),
        table.secured_cash.add(change.secured_cash),
        table.version.add(1),
    )
    limits = (
        guards.has_room_for_one(change),
        guards.has_room_for_risk(change),
        guards.has_room_in_underlying(change),
        guards.has_room_for_cash(change),
    )
    return Update(label, _row(table, change.bot, change.mode), actions, limits)


def replace(table: type[PositionsRow], change: SetLedger, label: str) -> Update:
    """Return the write that replaces the ledger."""
    after = change.after
    gone = sorted(set(change.before.risk_by_underlying) - set(after.risk_by_underlying))
    actions = (
        *_identity(),
        table.body.set(_document(after)),
        table.open_count.set(after.open_count),
        table.open_risk.set(after.open_risk),
        table.secured_cash.set(after.secured_cash),
        table.version.set(after.version),
        *(_risk_on(name).set(encode(risk)) for name, risk in after.risk_by_underlying.items()),
        *(_risk_on(name).remove() for name in gone),
    )
    still = (guards.has_version(table, change.before.version),)
    return Update(label, _row(table, after.bot, after.mode), actions, still)


def ledger_of(row: PositionsRow) -> Ledger:
    """Read a ledger."""
    numbers = {
        "open_count": row.open_count,
        "open_risk": row.open_risk,
        "secured_cash": row.secured_cash,
        "risk_by_underlying": _risks(row.raw),
        "version": row.version,
    }
    return Ledger.model_validate(document_of(Ledger, row) | numbers, extra="ignore")


def _risks(stored: dict[str, AttributeValue]) -> dict[str, Decimal]:
    named = {name: value for name, value in stored.items() if name.startswith(RISK_PREFIX)}
    return {name.removeprefix(RISK_PREFIX): decode(value) for name, value in named.items()}


def _risk_on(underlying: str) -> Path:
    return Path([f"{RISK_PREFIX}{underlying}"])


def _row(table: type[PositionsRow], bot: Bot, mode: TradingMode) -> PositionsRow:
    return table(keys.account(bot), keys.ledger(mode))


def _identity() -> tuple[Action, ...]:
    return (
        PositionsRow.kind.set(Kind.LEDGER.value),
        PositionsRow.active.set(Kind.LEDGER.value),
        PositionsRow.schema_version.set(SCHEMA_VERSION),
    )


def _document(ledger: Ledger) -> dict[str, Any]:
    return ledger.model_dump(exclude=set(NUMBERS))
