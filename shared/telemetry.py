"""What a function says of itself in figures: one metric a measure, whichever function gives it."""

from collections.abc import Mapping
from types import TracebackType
from typing import Final

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.domain.measures import Measure

NAMESPACE: Final = "AlphaGEX"
SERVICE: Final = "alphagex"
"""The same for all functions: a metric is counted, and paid, once for each set of dimensions."""

UNITS: Final[Mapping[Measure, MetricUnit]] = {
    Measure.HEARTBEAT: MetricUnit.Count,
    Measure.ORDERS_UNKNOWN: MetricUnit.Count,
    Measure.BREAKER: MetricUnit.NoUnit,
    Measure.EQUITY: MetricUnit.NoUnit,
    Measure.OPEN_RISK: MetricUnit.NoUnit,
    Measure.SNAPSHOT_AGE: MetricUnit.Seconds,
    Measure.SOURCES_PASSED_OVER: MetricUnit.Count,
    Measure.DATA_TO_ORDER: MetricUnit.Seconds,
    Measure.TIME_USED: MetricUnit.Percent,
}


def stage_metrics() -> Metrics:
    """Return the metrics of a function; its stage becomes known with `set_default_dimensions(stage=...)`."""
    return Metrics(namespace=NAMESPACE, service=SERVICE)


def measure(metrics: Metrics, name: Measure, value: float) -> None:
    """Take a measure."""
    metrics.add_metric(name.value, UNITS[name], value)


class TimeUsed:
    """Wraps a run and measures how much of its time limit it took, also when it fails."""

    def __init__(self, metrics: Metrics, context: LambdaContext) -> None:
        """Look at the time that is left."""
        self._metrics = metrics
        self._context = context
        self._granted = context.get_remaining_time_in_millis()

    def __enter__(self) -> "TimeUsed":
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look again."""
        if self._granted > 0:
            used = 1 - self._context.get_remaining_time_in_millis() / self._granted
            measure(self._metrics, Measure.TIME_USED, round(100 * used, 2))
