"""The Lambda handler of monitor: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.monitor.exits import Exits
from functions.monitor.reconcile import Reconciler
from functions.monitor.settings import MonitorSettings
from functions.monitor.walk import Walker
from functions.monitor.workflow import Monitor
from shared.composition import Stage
from shared.domain.ports import Alerts, Clock
from shared.seam import Seam

logger = Logger()
metrics = Metrics()


@cache
def _settings() -> MonitorSettings:
    return MonitorSettings.parse(dict(os.environ))


@cache
def _stage() -> Stage:
    return Stage(_settings())


def _voice() -> tuple[Alerts, Clock]:
    return _stage().alerts, _stage().clock


@cache
def _monitor() -> Monitor:
    stage = _stage()
    metrics.set_default_dimensions(stage=stage.name)
    book, alerts, clock = stage.book, stage.alerts, stage.clock
    reconciler = Reconciler(book, alerts, clock)
    return Monitor(
        parameters=stage.parameters,
        book=book,
        quotes=stage.quotes,
        broker=stage.broker,
        trips=stage.trips,
        reconciler=reconciler,
        walker=Walker(book, reconciler, alerts, clock),
        exits=Exits(book, stage.desk, stage.market_data, alerts, clock),
        alerts=alerts,
        heartbeat=stage.heartbeat,
        clock=clock,
        seconds=_settings().monitor_seconds,
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Close every position whose exit condition is met."""
    with Seam("monitor", logger, _voice):
        monitor = _monitor()
        metrics.add_metric("Heartbeat", MetricUnit.Count, 1)
        counts = monitor.run()
        logger.info("monitored", rounds=counts["rounds"])
        return counts
