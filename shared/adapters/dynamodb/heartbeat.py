"""The sign of life."""

from collections.abc import Mapping
from datetime import datetime

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import PositionsRow
from shared.adapters.dynamodb.writes import Put, Writer
from shared.domain.values import SCHEMA_VERSION, UtcTime, Value


class _Beat(Value):
    at: UtcTime
    detail: dict[str, str]


class DynamoDbHeartbeat:
    """The last run of monitor, one item for all bots."""

    def __init__(self, database: Database, *, positions: str) -> None:
        """Keep it in the positions table, which has this name."""
        self._table = database.table(PositionsRow, positions)
        self._writer = Writer(database.connection)

    def beat(self, at: datetime, detail: Mapping[str, str]) -> None:
        """Say that monitor ran."""
        row = self._table(
            keys.account(None),
            keys.HEARTBEAT,
            kind=Kind.HEARTBEAT,
            schema_version=SCHEMA_VERSION,
            body=_Beat(at=at, detail=dict(detail)),
        )
        self._writer.write("heartbeat", [Put("Heartbeat", row, ())])

    def last(self) -> tuple[datetime, Mapping[str, str]] | None:
        """Return the last beat."""
        with translated("heartbeat"):
            row = self._table.find(keys.account(None), keys.HEARTBEAT)
        if row is None:
            return None
        beat = read(_Beat, row)
        return beat.at, beat.detail
