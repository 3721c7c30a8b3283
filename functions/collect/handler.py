"""The Lambda handler of collect: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.collect.settings import CollectSettings
from functions.collect.workflow import Collect
from shared.composition import Stage
from shared.domain.ports import Alerts, Clock
from shared.seam import Seam

logger = Logger()
metrics = Metrics()


@cache
def _stage() -> Stage:
    return Stage(CollectSettings.parse(dict(os.environ)))


def _voice() -> tuple[Alerts, Clock]:
    return _stage().alerts, _stage().clock


@cache
def _collect() -> Collect:
    stage = _stage()
    return Collect(
        feeds=stage.feeds,
        configuration=stage.configuration,
        snapshots=stage.snapshots,
        events=stage.events,
        alerts=stage.alerts,
        clock=stage.clock,
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Store one snapshot of each underlying."""
    with Seam("collect", logger, _voice):
        collected = _collect().run()
        valid = sum(1 for snapshot in collected if snapshot.is_valid)
        metrics.add_metric("ValidSnapshots", MetricUnit.Count, valid)
        logger.info("collected", snapshots=len(collected), valid=valid)
        return {"snapshots": len(collected), "valid": valid}
