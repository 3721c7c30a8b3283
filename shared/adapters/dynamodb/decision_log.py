"""Decisions as they were recorded, for those who read them."""

from datetime import date

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import DecisionsRow
from shared.domain.decisions import Decision
from shared.domain.vocabulary import Bot


class DynamoDbDecisionLog:
    """Decisions by bot and New York date."""

    def __init__(self, database: Database, *, decisions: str) -> None:
        """Read the table of this name."""
        self._table = database.table(DecisionsRow, decisions)

    def of_day(self, bot: Bot, day: date) -> tuple[Decision, ...]:
        """Return a bot's decisions of a New York date, oldest first."""
        with translated(f"decisions of {bot}"):
            rows = list(self._table.query(keys.decisions_of(bot, day)))
        return tuple(read(Decision, row) for row in rows)
