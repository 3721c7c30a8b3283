"""The ports that the views read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shared.domain.config import SystemConfig
from shared.domain.errors import InvalidConfigurationError
from shared.domain.ports import SnapshotHistory
from shared.domain.vocabulary import Bot, TradingMode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shared.domain.book import LiveState, Trip
    from shared.domain.config import BotConfig
    from shared.domain.market import Snapshot
    from shared.domain.options import OptionQuote
    from shared.domain.ports import DecisionLog, GammaRows, Parameters
    from shared.domain.positions import ClosedTrade
    from shared.domain.statistics import StrategyStatistics
    from shared.domain.vocabulary import Strategy


class Now(Protocol):
    """The part of a clock that a reader needs."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


class LiveStates(Protocol):
    """The part of the book that a reader needs."""

    def live(self, bot: Bot) -> LiveState:
        """Return all that is live of a bot."""


class ReadSnapshots(SnapshotHistory, Protocol):
    """The part of the snapshots that a reader needs."""

    def latest(self, underlying: str) -> Snapshot | None:
        """Return the newest snapshot."""


class Results(Protocol):
    """The part of the trade history that a reader needs."""

    def closed_trades(self, mode: TradingMode, strategy: Strategy, since: datetime) -> tuple[ClosedTrade, ...]:
        """Return the trades closed since a moment, oldest first."""

    def all_statistics(self, mode: TradingMode) -> Mapping[Strategy, StrategyStatistics]:
        """Return the stored statistics of a mode."""


class ReadTrips(Protocol):
    """The part of the breaker's items that a reader needs."""

    def read(self, bot: Bot) -> tuple[Trip, ...]:
        """Return the trips that concern a bot."""


class LastBeat(Protocol):
    """The part of the heartbeat that a reader needs."""

    def last(self) -> tuple[datetime, Mapping[str, str]] | None:
        """Return the last beat."""


class OptionQuotes(Protocol):
    """The part of the quotes that a reader needs."""

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        """Return what was found, by OCC symbol. Raises FeedError."""


@dataclass(frozen=True, slots=True)
class Sources:
    """One stage to read, and nothing to write; what needs a vendor's key is opened only when it is asked for."""

    stage: str
    clock: Now
    parameters: Callable[[], Parameters]
    book: LiveStates
    decisions: DecisionLog
    snapshots: ReadSnapshots
    history: Results
    trips: ReadTrips
    heartbeat: LastBeat
    quotes: Callable[[], OptionQuotes]
    gamma_rows: Callable[[], GammaRows]


OpenSources = Callable[[], Sources]
"""Opens a stage, with the first question."""


def configurations(
    sources: Sources, read: Parameters | None = None
) -> tuple[SystemConfig, dict[Bot, BotConfig], dict[str, str]]:
    """Return what is configured, and by name what is wrong with the documents that cannot be used.

    ``read`` are the parameters of this question where it needs more of them; they are one call to the store.
    """
    parameters, faults = read or sources.parameters(), {}
    try:
        system = parameters.system()
    except InvalidConfigurationError as problem:
        system, faults["system"] = SystemConfig(), str(problem)
    bots: dict[Bot, BotConfig] = {}
    for bot in Bot:
        try:
            bots[bot] = parameters.bot(bot)
        except InvalidConfigurationError as problem:
            faults[bot] = str(problem)
    return system, bots, faults


def modes_of(bots: dict[Bot, BotConfig]) -> tuple[TradingMode, ...]:
    """Return the modes in use, in their order; paper where nothing is configured."""
    used = {config.mode for config in bots.values()} or {TradingMode.PAPER}
    return tuple(mode for mode in TradingMode if mode in used)
