"""The daily history of the day: hundreds of bars as one text, since nothing ever asks for a part of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import require_known_schema, unreadable
from shared.adapters.dynamodb.tables import SnapshotsRow
from shared.adapters.dynamodb.writes import Put, Writer
from shared.domain.market import DailyBar
from shared.domain.values import SCHEMA_VERSION

KEPT: Final = timedelta(days=7)
_BARS: Final = TypeAdapter(tuple[DailyBar, ...])


class DynamoDbHistoryCache:
    """Daily bars by symbol and New York date."""

    def __init__(self, database: Database, *, snapshots: str) -> None:
        """Keep them in the snapshots table, which has this name."""
        self._table = database.table(SnapshotsRow, snapshots)
        self._writer = Writer(database.connection)
        self._known: dict[str, tuple[date, tuple[DailyBar, ...]]] = {}

    def known(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        """Return what this process knows of this New York date."""
        known_on, known = self._known.get(symbol, (None, ()))
        return known if known_on == day else None

    def load(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        """Return what was stored for this New York date, or None; a warm process reads it once a day."""
        known = self.known(symbol, day)
        if known is not None:
            return known
        with translated(f"history of {symbol}"):
            row = self._table.find(keys.history(symbol), day.isoformat())
        if row is None:
            return None
        require_known_schema(row)
        try:
            bars = _BARS.validate_json(row.bars or "")
        except ValidationError as error:
            raise unreadable(row, error) from error
        self._known[symbol] = (day, bars)
        return bars

    def save(self, symbol: str, day: date, bars: Sequence[DailyBar]) -> None:
        """Store the bars known on this New York date; the last writer wins."""
        row = self._table(
            keys.history(symbol),
            day.isoformat(),
            kind=Kind.HISTORY,
            schema_version=SCHEMA_VERSION,
            expires_at=datetime.combine(day, time(), UTC) + KEPT,
            bars=_BARS.dump_json(tuple(bars)).decode(),
        )
        self._writer.write("save history", [Put("History", row, ())])
        self._known[symbol] = (day, tuple(bars))
