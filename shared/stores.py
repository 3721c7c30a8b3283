"""The stores of a stage: its tables over one connection, each store made when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from shared.adapters.dynamodb.database import Database

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.adapters.aws import Aws
    from shared.adapters.dynamodb.snapshots import DynamoDbSnapshots
    from shared.adapters.dynamodb.trade_history import DynamoDbTradeHistory
    from shared.adapters.journal import Journal
    from shared.domain.book import LiveState
    from shared.domain.ports import Book, Configurations, Heartbeat, Trips
    from shared.domain.vocabulary import Bot
    from shared.settings import Environment


class Stores:
    """What outlasts a run."""

    def __init__(self, settings: Environment, aws: Aws, journal: Journal | None = None) -> None:
        """Keep them in the tables of this environment; ``journal`` hears what becomes of orders and positions."""
        self._settings = settings
        self._aws = aws
        self._journal = journal

    @cached_property
    def _database(self) -> Database:
        return Database(self._aws)

    @cached_property
    def book(self) -> Book:
        """Positions, intents, decisions, ledgers."""
        from shared.adapters.dynamodb.book import DynamoDbBook

        names = self._settings
        book = DynamoDbBook(
            self._database,
            positions=names.positions_table,
            decisions=names.decisions_table,
            stats=names.stats_table,
        )
        if self._journal is None:
            return book
        from shared.adapters.journal import JournaledBook

        return JournaledBook(book, self._journal)

    @property
    def seen(self) -> Mapping[Bot, LiveState]:
        """What the book last showed of each bot, where there is a journal."""
        from shared.adapters.journal import JournaledBook

        return self.book.seen if isinstance(self.book, JournaledBook) else {}

    @cached_property
    def snapshots(self) -> DynamoDbSnapshots:
        """The snapshots."""
        from shared.adapters.dynamodb.snapshots import DynamoDbSnapshots

        return DynamoDbSnapshots(self._database, snapshots=self._settings.snapshots_table)

    @cached_property
    def trade_history(self) -> DynamoDbTradeHistory:
        """Closed trades and statistics."""
        from shared.adapters.dynamodb.trade_history import DynamoDbTradeHistory

        return DynamoDbTradeHistory(self._database, stats=self._settings.stats_table)

    @cached_property
    def configurations(self) -> Configurations:
        """The configurations that decisions name."""
        from shared.adapters.dynamodb.configurations import DynamoDbConfigurations

        return DynamoDbConfigurations(self._database, decisions=self._settings.decisions_table)

    @cached_property
    def trips(self) -> Trips:
        """The breaker's items."""
        from shared.adapters.dynamodb.trips import DynamoDbTrips

        return DynamoDbTrips(self._database, stats=self._settings.stats_table)

    @cached_property
    def heartbeat(self) -> Heartbeat:
        """The sign of life."""
        from shared.adapters.dynamodb.heartbeat import DynamoDbHeartbeat

        return DynamoDbHeartbeat(self._database, positions=self._settings.positions_table)
