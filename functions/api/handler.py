"""The Lambda handler of the API: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.settings import ApiSettings
from functions.api.workflow import Resolver
from shared.composition import Stage

logger = Logger()


@cache
def _stage() -> Stage:
    return Stage(ApiSettings.parse(dict(os.environ)))


@cache
def _api() -> Resolver:
    return Resolver(lambda: _stage().sources)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return _api().resolve(event, context)
