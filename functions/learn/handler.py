"""The Lambda handler of learn: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.learn.events import LearnRequest
from functions.learn.settings import LearnSettings
from functions.learn.workflow import Learn
from shared.composition import Stage
from shared.seam import Seam
from shared.telemetry import TimeUsed, stage_metrics

logger = Logger()
metrics = stage_metrics()


@cache
def _stage() -> Stage:
    stage = Stage(LearnSettings.parse(dict(os.environ)))
    metrics.set_default_dimensions(stage=stage.name)
    return stage


@cache
def _learn() -> Learn:
    stage = _stage()
    return Learn(parameters=stage.parameters, history=stage.trade_history, alerts=stage.alerts, clock=stage.clock)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """Recompute the statistics of the strategies that closed a trade, or of all."""
    with TimeUsed(metrics, context), Seam("learn", logger, _stage):
        verdicts = _learn().run(LearnRequest.model_validate(event).pairs())
        logger.info("learned", verdicts=verdicts)
        return verdicts
