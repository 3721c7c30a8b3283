"""The environment that each function gets: names, constants and how the values come together."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

METRICS_NAMESPACE: Final = "AlphaGEX"
LOG_LEVEL: Final = "INFO"
TIME_ZONES: Final = "/usr/share/zoneinfo"
"""Where time zones lie; Python otherwise reads how it was built itself to learn it. Where there are none, tzdata has
them."""

METRICS_SERVICE: Final = "alphagex"
"""The same for all functions: a metric is counted, and paid, once for each set of dimensions."""
STAGE_DIMENSION: Final = "stage"
SERVICE_DIMENSION: Final = "service"


class Measure(StrEnum):
    """A metric that the functions give, as the stack knows it."""

    HEARTBEAT = "Heartbeat"
    ORDERS_UNKNOWN = "OrdersUnknown"
    BREAKER = "Breaker"
    EQUITY = "Equity"
    OPEN_RISK = "OpenRisk"
    SNAPSHOT_AGE = "SnapshotAge"
    SOURCES_PASSED_OVER = "SourcesPassedOver"
    DATA_TO_ORDER = "DataToOrder"
    TIME_USED = "TimeUsed"


VENDOR_URLS: Final[Mapping[str, str]] = {
    "TRADIER_URL": "https://api.tradier.com",
    "TRADIER_SANDBOX_URL": "https://sandbox.tradier.com",
    "POLYGON_URL": "https://api.polygon.io",
    "TRADING_VOLATILITY_URL": "https://stocks.tradingvolatility.net",
}
"""The vendors' hosts, without any path; a local stage puts its simulators in their place."""

OF_FUNCTION: Final[Mapping[str, Mapping[str, str]]] = {"monitor": {"MONITOR_SECONDS": "50"}}
"""What only one function is told: how long a run of monitor may watch closely, in seconds."""

CLOCK_FILE: Final = "CLOCK_FILE"
"""Set on a local stage only: the file that says what time it is."""


def parameter_prefix(stage: str) -> str:
    """Return the path under which a stage keeps its parameters."""
    return f"/alphagex/{stage}"


@dataclass(frozen=True, kw_only=True)
class StageEnvironment:
    """What all functions of a stage are told alike."""

    stage: str
    positions_table: str
    decisions_table: str
    stats_table: str
    snapshots_table: str
    topic_arn: str
    event_bus: str
    overrides: Mapping[str, str]

    def of(self, function: str) -> dict[str, str]:
        """Return the environment of one function."""
        return {
            "STAGE": self.stage,
            "POSITIONS_TABLE": self.positions_table,
            "DECISIONS_TABLE": self.decisions_table,
            "STATS_TABLE": self.stats_table,
            "SNAPSHOTS_TABLE": self.snapshots_table,
            "TOPIC_ARN": self.topic_arn,
            "EVENT_BUS": self.event_bus,
            "PARAMETER_PREFIX": parameter_prefix(self.stage),
            "POWERTOOLS_SERVICE_NAME": function,
            "LOG_LEVEL": LOG_LEVEL,
            "PYTHONTZPATH": TIME_ZONES,
            **OF_FUNCTION.get(function, {}),
            **VENDOR_URLS,
            **self.overrides,
        }
