"""All positions of a bot, also those long over, for those who take their data with them."""

from collections.abc import Iterator

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import PositionsRow
from shared.domain.positions import Position
from shared.domain.vocabulary import Bot


class DynamoDbArchive:
    """Every position ever planned."""

    def __init__(self, database: Database, *, positions: str) -> None:
        """Read the positions table, which has this name."""
        self._table = database.table(PositionsRow, positions)

    def positions(self, bot: Bot) -> Iterator[Position]:
        """Yield the positions of a bot, in no order of time."""
        begins = PositionsRow.sk.startswith(keys.position(""))
        with translated(f"positions of {bot}"):
            for row in self._table.query(keys.account(bot), begins):
                yield read(Position, row)
