"""Snapshots: the hand-over from collect to trade."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import KEPT, SnapshotsRow
from shared.adapters.dynamodb.writes import Writer
from shared.domain.market import Snapshot
from shared.domain.sessions import minute_of

EARLIER_MINUTES: Final = (1, 2, 5, 10)
"""Where to look for a snapshot when that of a wanted minute is missing."""


class DynamoDbSnapshots:
    """Snapshots by underlying and minute."""

    def __init__(self, database: Database, *, snapshots: str) -> None:
        """Keep them in the table of this name."""
        self._table = database.table(SnapshotsRow, snapshots)
        self._writer = Writer(database.connection)
        self._known: dict[str, Snapshot] = {}

    def put(self, snapshot: Snapshot) -> None:
        """Store one snapshot; the same minute again changes nothing."""
        item = {
            "pk": snapshot.underlying,
            "sk": keys.minute(snapshot.at),
            "kind": Kind.SNAPSHOT,
            "schema_version": snapshot.schema_version,
            "expires_at": int((snapshot.at + KEPT).timestamp()),
            "body": snapshot,
        }
        self._writer.create("put snapshot", self._table, item)

    def get(self, underlying: str, at: datetime) -> Snapshot | None:
        """Return the snapshot of the minute that a moment lies in; it never changes, so one read is enough."""
        known = self._known.get(underlying)
        if known is not None and known.at == minute_of(at):
            return known
        with translated(f"snapshot of {underlying}"):
            row = self._table.find(underlying, keys.minute(at))
        if row is None:
            return None
        self._known[underlying] = read(Snapshot, row)
        return self._known[underlying]

    def latest(self, underlying: str) -> Snapshot | None:
        """Return the newest snapshot."""
        return next(iter(self.recent(underlying, 1)), None)

    def recent(self, underlying: str, count: int) -> tuple[Snapshot, ...]:
        """Return the newest snapshots, newest first."""
        with translated(f"newest snapshots of {underlying}"):
            rows = list(self._table.query(underlying, scan_index_forward=False, limit=count, consistent_read=True))
        return tuple(read(Snapshot, row) for row in rows)

    def at_moments(self, underlying: str, moments: Sequence[datetime]) -> tuple[Snapshot, ...]:
        """Return the snapshots of these minutes or of shortly before, oldest first; a gap stays a gap."""
        found = self._at_minutes(underlying, [keys.minute(at) for at in moments])
        missing = [at for at in moments if keys.minute(at) not in found]
        earlier = [keys.minute(at - timedelta(minutes=back)) for at in missing for back in EARLIER_MINUTES]
        found |= self._at_minutes(underlying, earlier)
        return tuple(found[key] for key in sorted(found))

    def _at_minutes(self, underlying: str, minutes: Iterable[str]) -> dict[str, Snapshot]:
        wanted = [(underlying, minute) for minute in dict.fromkeys(minutes)]
        with translated(f"snapshots of {underlying}"):
            return {row.sk: read(Snapshot, row) for row in self._table.batch_get(wanted)} if wanted else {}
