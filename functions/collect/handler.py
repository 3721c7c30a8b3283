"""The Lambda handler of collect: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.collect.report import Freshness, line_of
from functions.collect.settings import CollectSettings
from functions.collect.workflow import Collect
from shared.composition import Stage
from shared.domain.measures import Measure
from shared.seam import Seam
from shared.telemetry import TimeUsed, measure, stage_metrics

logger = Logger()
metrics = stage_metrics()


@cache
def _stage() -> Stage:
    stage = Stage(CollectSettings.parse(dict(os.environ)))
    metrics.set_default_dimensions(stage=stage.name)
    return stage


@cache
def _collect() -> Collect:
    stage = _stage()
    return Collect(
        feeds=stage.feeds,
        parameters=stage.parameters,
        snapshots=stage.snapshots,
        events=stage.events,
        alerts=stage.alerts,
        clock=stage.clock,
        missing_key=stage.vendors.missing_key,
    )


@cache
def _freshness() -> Freshness:
    return Freshness(_stage().snapshots.recent)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Store one snapshot of each underlying."""
    with TimeUsed(metrics, context), Seam("collect", logger, _stage):
        collected = _collect().run()
        for snapshot in collected:
            logger.info("snapshot", extra=line_of(snapshot))
        if collected:
            measure(metrics, Measure.SOURCES_PASSED_OVER, sum(len(one.fallbacks) for one in collected))
        age = _freshness().age(collected, _stage().clock.now())
        if age is not None:
            measure(metrics, Measure.SNAPSHOT_AGE, age)
        return {"snapshots": len(collected), "valid": sum(1 for one in collected if one.is_valid)}
