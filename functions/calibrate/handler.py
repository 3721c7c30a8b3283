"""The Lambda handler of calibrate: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.calibrate.settings import CalibrateSettings
from functions.calibrate.workflow import Calibrate, CalibrateRequest
from shared.adapters.s3 import Bucket, s3_client

logger = Logger()


@cache
def _calibrate() -> Calibrate:
    settings = CalibrateSettings.parse(dict(os.environ))
    return Calibrate(objects=Bucket(s3_client(), settings.calibration_bucket))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Judge one batch; what fails is told to the workflow that asked, which tries again or goes on without it."""
    request = CalibrateRequest.model_validate(event)
    judged = _calibrate().run(request)
    logger.info("judged", run=request.run, batch=request.batch.number, trials=judged)
    return {"judged": judged}
