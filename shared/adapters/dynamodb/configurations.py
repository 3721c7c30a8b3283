"""The configurations that decisions name by their digest, each kept once, whole, as it was."""

from contextlib import suppress

from pydantic import ValidationError

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.guards import is_absent
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import DecisionsRow
from shared.adapters.dynamodb.writes import Put, Writer
from shared.domain.config import BotConfig
from shared.domain.errors import ConflictError, StoreError
from shared.domain.values import SCHEMA_VERSION, Value
from shared.domain.vocabulary import Bot


class _Kept(Value):
    """The whole configuration as JSON text, so that no digit of it changes."""

    text: str


class DynamoDbConfigurations:
    """Configurations by bot and digest; they do not expire, for there are few."""

    def __init__(self, database: Database, *, decisions: str) -> None:
        """Keep them in the decisions table, which has this name."""
        self._table = database.table(DecisionsRow, decisions)
        self._writer = Writer(database.connection)
        self._kept: set[str] = set()

    def keep(self, config: BotConfig) -> None:
        """Write a configuration down; the same again changes nothing, and costs nothing in one process."""
        digest = config.digest
        if digest in self._kept:
            return
        row = self._table(
            keys.configuration(config.bot),
            digest,
            kind=Kind.CONFIGURATION,
            schema_version=SCHEMA_VERSION,
            body=_Kept(text=config.model_dump_json()),
        )
        with suppress(ConflictError):
            self._writer.write("keep configuration", [Put("Configuration", row, (is_absent(),))])
        self._kept.add(digest)

    def find(self, bot: Bot, digest: str) -> BotConfig | None:
        """Return the configuration of a bot that has this digest; StoreError when this version cannot read it."""
        with translated(f"configuration {digest} of {bot}"):
            row = self._table.find(keys.configuration(bot), digest)
        if row is None:
            return None
        try:
            return BotConfig.model_validate_json(read(_Kept, row).text)
        except ValidationError as error:
            raise StoreError(f"configuration {digest} of {bot}: this version cannot read it") from error
