"""The book: all that is live of a bot in one read, and changes made together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.changes import BookTables, writes_of
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.live import live_state
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import ActiveIndex
from shared.adapters.dynamodb.writes import Writer
from shared.domain.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.book import Change, LiveState
    from shared.domain.orders import Intent
    from shared.domain.positions import Position
    from shared.domain.vocabulary import Bot

_Value = TypeVar("_Value", bound=Value)


class DynamoDbBook:
    """The positions, intents, decisions and ledgers of all bots."""

    def __init__(self, database: Database, *, positions: str, decisions: str, stats: str) -> None:
        """Keep the book in the tables of these names."""
        self._tables = BookTables(database, positions=positions, decisions=decisions, stats=stats)
        self._writer = Writer(database.connection)

    def live(self, bot: Bot) -> LiveState:
        """Return all that is live of a bot, strongly consistent, in one read."""
        with translated(f"live {bot}"):
            rows = self._tables.positions.query(
                keys.account(bot), index_name=ActiveIndex.Meta.index_name, consistent_read=True
            )
            return live_state(bot, rows)

    def commit(self, name: str, changes: Sequence[Change]) -> None:
        """Make all changes or none.

        Raises:
            ConflictError: a guard did not hold; `reasons` names the change classes whose guard failed.
            StoreError: nobody knows whether it was made; read again.
        """
        writes = [write for change in changes for write in writes_of(self._tables, change)]
        self._writer.write(name, writes)

    def position(self, bot: Bot, position_id: str) -> Position | None:
        """Return one position, live or over; NewerSchemaError when a newer version wrote it."""
        from shared.domain.positions import Position

        return self._one(Position, bot, keys.position(position_id))

    def intent(self, bot: Bot, intent_id: str) -> Intent | None:
        """Return one intent, live or over; NewerSchemaError when a newer version wrote it."""
        from shared.domain.orders import Intent

        return self._one(Intent, bot, keys.intent(intent_id))

    def _one(self, model: type[_Value], bot: Bot, sort_key: str) -> _Value | None:
        with translated(sort_key):
            row = self._tables.positions.find(keys.account(bot), sort_key)
        return None if row is None else read(model, row)
