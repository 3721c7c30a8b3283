"""Closed trades and the statistics made of them; what a closed trade is made of is imported when there is one."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from shared.adapters.dynamodb import guards, keys, rows
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import StatsRow
from shared.adapters.dynamodb.writes import Put, Writer
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Strategy, TradingMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from shared.domain.positions import ClosedTrade

_AFTER_CLOSED = f"{keys.CLOSED}~"


class DynamoDbTradeHistory:
    """Closed trades by mode and strategy, and one item of statistics for each pair."""

    def __init__(self, database: Database, *, stats: str) -> None:
        """Read and write the table of this name."""
        self._table = database.table(StatsRow, stats)
        self._writer = Writer(database.connection)

    def closed_trades(self, mode: TradingMode, strategy: Strategy, since: datetime) -> tuple[ClosedTrade, ...]:
        """Return the trades closed since a moment, oldest first, strongly consistent."""
        between = StatsRow.sk.between(keys.closed_since(since), _AFTER_CLOSED)
        with translated(f"closed trades of {strategy}"):
            found = list(self._table.query(keys.statistics(mode, strategy), between, consistent_read=True))
        return _trades_of(found) if found else ()

    def statistics(self, mode: TradingMode, strategy: Strategy) -> StrategyStatistics | None:
        """Return the stored statistics, strongly consistent."""
        return self._read((mode,), (strategy,)).get((mode, strategy))

    def all_statistics(self, mode: TradingMode) -> Mapping[Strategy, StrategyStatistics]:
        """Return the stored statistics of a mode in one read; a strategy without any is absent."""
        return {strategy: found for (_, strategy), found in self._read((mode,), Strategy).items()}

    def statistics_by_pair(self) -> Mapping[tuple[TradingMode, Strategy], StrategyStatistics]:
        """Return what is stored of every mode and strategy in one read; a pair without any is absent."""
        return self._read(TradingMode, Strategy)

    def _read(
        self, modes: Iterable[TradingMode], strategies: Iterable[Strategy]
    ) -> dict[tuple[TradingMode, Strategy], StrategyStatistics]:
        wanted = [(keys.statistics(*pair), keys.STATISTICS) for pair in product(modes, strategies)]
        with translated("statistics"):
            found = list(self._table.batch_get(wanted, consistent_read=True))
        statistics = [read(StrategyStatistics, row) for row in found]
        return {(each.mode, each.strategy): each for each in statistics}

    def save(self, before: StrategyStatistics | None, after: StrategyStatistics) -> None:
        """Store statistics. Raises ConflictError when the stored version is not that of `before`."""
        still = guards.has_version(StatsRow, 0 if before is None else before.version)
        row = rows.statistics_row(self._table, after)
        self._writer.write("save statistics", [Put("StrategyStatistics", row, (still,))])


def _trades_of(found: Iterable[StatsRow]) -> tuple[ClosedTrade, ...]:
    from shared.domain.positions import ClosedTrade

    return tuple(read(ClosedTrade, row) for row in found)
