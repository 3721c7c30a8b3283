"""The ports that the views read from."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.config import BotConfig, SystemConfig
from shared.domain.errors import InvalidConfigurationError
from shared.domain.ports import (
    Book,
    Clock,
    DecisionLog,
    GammaRows,
    Heartbeat,
    Parameters,
    Quotes,
    SnapshotHistory,
    Snapshots,
    TradeHistory,
    Trips,
)
from shared.domain.vocabulary import Bot, TradingMode


@dataclass(frozen=True, slots=True)
class Sources:
    """One stage to read; what needs a vendor's key is opened only when it is asked for."""

    stage: str
    clock: Clock
    parameters: Callable[[], Parameters]
    book: Book
    decisions: DecisionLog
    snapshots: Snapshots
    snapshot_history: SnapshotHistory
    history: TradeHistory
    trips: Trips
    heartbeat: Heartbeat
    quotes: Callable[[], Quotes]
    gamma_rows: Callable[[], GammaRows]


def configurations(sources: Sources) -> tuple[SystemConfig, dict[Bot, BotConfig], dict[str, str]]:
    """Return what is configured, and by name what is wrong with the documents that cannot be used."""
    parameters, faults = sources.parameters(), {}
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
