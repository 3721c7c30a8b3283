"""The vendor rate budgets that functions share, one item a token, in the snapshots table."""

from datetime import UTC, datetime, timedelta
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.guards import is_absent
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import SnapshotsRow
from shared.adapters.dynamodb.writes import Put, Writer
from shared.domain.ports import Clock
from shared.domain.vendor_budget import VendorBudget

KEPT: Final = timedelta(days=7)


class DynamoDbVendorBudgets:
    """Budgets by the name of their token."""

    def __init__(self, database: Database, clock: Clock, *, snapshots: str) -> None:
        """Keep them in the snapshots table, which has this name; the clock says when they may be forgotten."""
        self._table = database.table(SnapshotsRow, snapshots)
        self._writer = Writer(database.connection)
        self._clock = clock

    def load(self, token_name: str) -> VendorBudget | None:
        """Return a budget, strongly consistent."""
        with translated(f"vendor budget {token_name}"):
            row = self._table.find(keys.budget(token_name), keys.BUDGET)
        return None if row is None else read(VendorBudget, row)

    def save(self, before: VendorBudget | None, after: VendorBudget) -> None:
        """Store a budget. Raises ConflictError when the stored version is not that of `before`."""
        now: datetime = self._clock.now().astimezone(UTC)
        row = self._table(
            keys.budget(after.token_name),
            keys.BUDGET,
            kind=Kind.VENDOR_BUDGET,
            schema_version=after.schema_version,
            version=after.version,
            expires_at=now + KEPT,
            body=after,
        )
        still = is_absent() if before is None else SnapshotsRow.version == before.version
        self._writer.write("save vendor budget", [Put("VendorBudget", row, (still,))])
