"""The Lambda handler of monitor: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.monitor.parts import accounts_of, exits_of, reconciler_of, walker_of
from functions.monitor.report import Opened, figures
from functions.monitor.settings import MonitorSettings
from functions.monitor.tools import Tools
from functions.monitor.trips import Breakers
from functions.monitor.workflow import Monitor
from shared.adapters.later import later
from shared.composition import Stage
from shared.domain.measures import Measure
from shared.seam import Seam
from shared.telemetry import TimeUsed, measure, stage_metrics

logger = Logger()
metrics = stage_metrics()


@cache
def _settings() -> MonitorSettings:
    return MonitorSettings.parse(dict(os.environ))


@cache
def _stage() -> Stage:
    stage = Stage(_settings(), journal=logger)
    metrics.set_default_dimensions(stage=stage.name)
    return stage


@cache
def _parameters(stage: Stage) -> Opened:
    return Opened(stage.parameters)


@cache
def _monitor() -> Monitor:
    stage = _stage()
    reconciler = reconciler_of(stage)
    tools = Tools(
        book=stage.book,
        quotes=later(lambda: stage.quotes),
        market_clock=later(lambda: stage.market_data),
        broker=stage.broker,
        breakers=Breakers(stage.trips, stage.alerts, stage.clock),
        accounts=accounts_of(stage, reconciler),
        walker=walker_of(stage, reconciler),
        exits=exits_of(stage),
        alerts=stage.alerts,
        clock=stage.clock,
        time_left=stage.run_time.left,
    )
    return Monitor(
        parameters=_parameters(stage),
        tools=tools,
        heartbeat=stage.heartbeat,
        last_flip=stage.last_flip,
        seconds=_settings().monitor_seconds,
        missing_key=stage.vendors.missing_key,
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Close every position whose exit condition is met."""
    with TimeUsed(metrics, context), Seam("monitor", logger, _stage):
        _stage().run_time.begin(context.get_remaining_time_in_millis)
        monitor = _monitor()
        measure(metrics, Measure.HEARTBEAT, 1)
        try:
            counts = monitor.run()
        finally:
            _report()
        logger.info("monitored", rounds=counts["rounds"], live=counts["live"])
        return counts


def _report() -> None:
    """Measure what the run saw, also of one that could not look after everything."""
    stage, standing = _stage(), _monitor().tools.breakers.standing
    for name, value in figures(stage.seen, _parameters(stage).last, standing.values()).items():
        measure(metrics, name, value)
