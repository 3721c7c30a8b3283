"""The Lambda handler of report: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.report.settings import ReportSettings
from functions.report.workflow import Report
from shared.composition import Stage
from shared.seam import Seam
from shared.telemetry import TimeUsed, stage_metrics

logger = Logger()
metrics = stage_metrics()


@cache
def _stage() -> Stage:
    stage = Stage(ReportSettings.parse(dict(os.environ)))
    metrics.set_default_dimensions(stage=stage.name)
    return stage


@cache
def _report() -> Report:
    return Report(sources=_stage().sources, alerts=_stage().alerts)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Tell the day in one message."""
    with TimeUsed(metrics, context), Seam("report", logger, _stage):
        day = _report().run()
        logger.info("reported", day=None if day is None else day.day, trades=0 if day is None else len(day.trades))
        return {"sent": int(day is not None)}
