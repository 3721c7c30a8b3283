"""What a run of the monitor is worked with."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from functions.monitor.accounts import Accounts
    from functions.monitor.exits import Exits
    from functions.monitor.trips import Breakers
    from functions.monitor.walk import Walker
    from shared.domain.config import BotConfig
    from shared.domain.ports import Alerts, Book, Broker, Clock, MarketClock, Quotes
    from shared.domain.vocabulary import Bot, TradingMode


SHORTLY: Final = timedelta(minutes=6)
"""At night there is one run in five minutes."""


def _endless() -> float:
    return math.inf


@dataclass(slots=True)
class Conflicts:
    """Remembers of each bot, as long as the process lives, when a run last found another writer ahead of it."""

    last: dict[Bot, datetime] = field(default_factory=dict)

    def noted_again(self, bot: Bot, began: datetime) -> bool:
        """Note a conflict in the run that began then; True where an earlier one, shortly before, had one too."""
        earlier, self.last[bot] = self.last.get(bot, began), began
        return timedelta(0) < began - earlier <= SHORTLY


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run is worked with; ``time_left`` is how many seconds of waiting the run still has.

    ``known`` is the last configuration of each bot that this process could read.
    """

    book: Book
    quotes: Quotes
    market_clock: MarketClock
    broker: Callable[[BotConfig, TradingMode], Broker]
    breakers: Breakers
    accounts: Accounts
    walker: Walker
    exits: Exits
    alerts: Alerts
    clock: Clock
    time_left: Callable[[], float] = _endless
    known: dict[Bot, BotConfig] = field(default_factory=dict)
    conflicts: Conflicts = field(default_factory=Conflicts)
