"""Sorts the live items of a bot; one that this version cannot read is set aside with all that it says.

Positions, intents and decisions are costly to load, and most runs of monitor find none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from shared.adapters.dynamodb.documents import decode_document
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.ledgers import ledger_of
from shared.adapters.dynamodb.reading import read, require_known_schema, unreadable
from shared.adapters.dynamodb.tables import PositionsRow
from shared.domain.accounts import AccountWatch, Confirmation
from shared.domain.alerts import Alert
from shared.domain.book import LiveState
from shared.domain.errors import StoreError
from shared.domain.ledgers import Counters, Ledger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.domain.decisions import LastDecided
    from shared.domain.orders import Intent
    from shared.domain.positions import Position
    from shared.domain.vocabulary import Bot

FACTS_SHOWN: Final = 2_000
"""How many characters of an unreadable item are shown; all of it stays in the table."""


@dataclass(slots=True)
class _Found:
    positions: list[Position] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    ledgers: list[Ledger] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)
    last: list[LastDecided] = field(default_factory=list)
    unsent_alerts: list[Alert] = field(default_factory=list)
    watched: list[Intent] = field(default_factory=list)
    accounts: list[AccountWatch] = field(default_factory=list)
    confirmation: Confirmation | None = None
    set_aside: list[tuple[str, str]] = field(default_factory=list)


def live_state(bot: Bot, rows: Iterable[PositionsRow]) -> LiveState:
    """Return the live state that these items are."""
    found = _sorted(rows)
    return LiveState(
        bot=bot,
        positions=tuple(found.positions),
        intents=tuple(found.intents),
        ledgers=tuple(found.ledgers),
        counters=found.counters,
        last=tuple(found.last),
        unsent_alerts=tuple(found.unsent_alerts),
        watched=tuple(found.watched),
        accounts=tuple(found.accounts),
        confirmation=found.confirmation,
        set_aside=tuple(found.set_aside),
    )


def _sorted(rows: Iterable[PositionsRow]) -> _Found:
    found = _Found()
    for row in rows:
        try:
            _sort(found, row)
        except StoreError as error:
            found.set_aside.append((row.sk, f"{error}; stored: {_facts(row)}"))
    return found


def _sort(found: _Found, row: PositionsRow) -> None:
    require_known_schema(row)
    match _live_kind(row):
        case Kind.POSITION:
            from shared.domain.positions import Position

            found.positions.append(read(Position, row))
        case Kind.INTENT:
            from shared.domain.orders import Intent

            intent = read(Intent, row)
            (found.watched if intent.is_watched else found.intents).append(intent)
        case Kind.LEDGER:
            found.ledgers.append(_ledger(row))
        case Kind.COUNTERS:
            found.counters = read(Counters, row)
        case Kind.LAST:
            from shared.domain.decisions import LastDecided

            found.last.append(read(LastDecided, row))
        case Kind.ALERT:
            found.unsent_alerts.append(read(Alert, row))
        case Kind.ACCOUNT_WATCH:
            found.accounts.append(read(AccountWatch, row))
        case Kind.CONFIRMATION:
            found.confirmation = read(Confirmation, row)
        case other:
            raise StoreError(f"{row.pk} {row.sk}: a {other} is never live")


def _live_kind(row: PositionsRow) -> Kind:
    try:
        return Kind(row.kind)
    except ValueError as error:
        raise StoreError(f"{row.pk} {row.sk}: {row.kind!r} is no kind of item") from error


def _ledger(row: PositionsRow) -> Ledger:
    try:
        return ledger_of(row)
    except ValidationError as error:
        raise unreadable(row, error) from error


def _facts(row: PositionsRow) -> str:
    try:
        facts: Any = decode_document(row.raw)
    except TypeError:
        facts = row.raw
    return json.dumps(facts, default=str, sort_keys=True)[:FACTS_SHOWN]
