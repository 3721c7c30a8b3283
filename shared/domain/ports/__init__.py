"""What the workflows need from the outside world, named by role.

The values that are handed through are named for the type checker only, so that nobody loads what he does not use.
"""

from shared.domain.ports.broker import Broker
from shared.domain.ports.market import (
    Chains,
    DailyHistory,
    Feeds,
    GammaFeed,
    GammaRows,
    MarketClock,
    Quotes,
    VolatilityIndex,
)
from shared.domain.ports.operations import Alerts, Breaker, Clock, Configuration, Events, Parameters
from shared.domain.ports.store import (
    Book,
    Configurations,
    DecisionLog,
    Heartbeat,
    HistoryCache,
    PaperAccounts,
    SnapshotHistory,
    Snapshots,
    TradeHistory,
    Trips,
    VendorBudgets,
)

__all__ = [
    "Alerts",
    "Book",
    "Breaker",
    "Broker",
    "Chains",
    "Clock",
    "Configuration",
    "Configurations",
    "DailyHistory",
    "DecisionLog",
    "Events",
    "Feeds",
    "GammaFeed",
    "GammaRows",
    "Heartbeat",
    "HistoryCache",
    "MarketClock",
    "PaperAccounts",
    "Parameters",
    "Quotes",
    "SnapshotHistory",
    "Snapshots",
    "TradeHistory",
    "Trips",
    "VendorBudgets",
    "VolatilityIndex",
]
