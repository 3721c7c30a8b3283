"""The paper broker's accounts, one item a bot, apart from what the traders keep."""

from shared.adapters.dynamodb import guards, keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import PositionsRow
from shared.adapters.dynamodb.writes import Put, Writer
from shared.domain.paper import PaperAccount


class DynamoDbPaperAccounts:
    """Paper accounts by their id."""

    def __init__(self, database: Database, *, positions: str) -> None:
        """Keep them in the positions table, which has this name."""
        self._table = database.table(PositionsRow, positions)
        self._writer = Writer(database.connection)

    def load(self, account_id: str) -> PaperAccount | None:
        """Return an account, strongly consistent."""
        with translated(f"paper account {account_id}"):
            row = self._table.find(keys.paper(account_id), keys.PAPER_ACCOUNT)
        return None if row is None else read(PaperAccount, row)

    def save(self, before: PaperAccount | None, after: PaperAccount) -> None:
        """Store an account. Raises ConflictError when the stored version is not that of `before`."""
        row = self._table(
            keys.paper(after.account_id),
            keys.PAPER_ACCOUNT,
            kind=Kind.PAPER_ACCOUNT,
            schema_version=after.schema_version,
            version=after.version,
            body=after,
        )
        still = guards.has_version(PositionsRow, 0 if before is None else before.version)
        self._writer.write("save paper account", [Put("PaperAccount", row, (still,))])
