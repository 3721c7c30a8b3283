"""The measures that the functions take of themselves, at most ten, for so many CloudWatch keeps free of charge."""

from enum import StrEnum


class Measure(StrEnum):
    """A number over time; each is one metric of a stage, whichever function gives it."""

    HEARTBEAT = "Heartbeat"
    """1 for each run of monitor, round the clock."""
    ORDERS_UNKNOWN = "OrdersUnknown"
    """Orders of which nobody knows whether they are live."""
    BREAKER = "Breaker"
    """0 ACTIVE, 1 REDUCING, 2 HALTED: the strictest of the user's switch and all trips."""
    EQUITY = "Equity"
    """Dollars: the capital of all bots and their realized results."""
    OPEN_RISK = "OpenRisk"
    """Dollars that the open positions count against the caps."""
    SNAPSHOT_AGE = "SnapshotAge"
    """Seconds: the vendor's age of the newest valid data of the underlying that is worst off."""
    SOURCES_PASSED_OVER = "SourcesPassedOver"
    """Vendors that a minute's snapshots had to do without."""
    DATA_TO_ORDER = "DataToOrder"
    """Seconds from the snapshot to its order."""
    TIME_USED = "TimeUsed"
    """Percent of its time limit that a run took."""
