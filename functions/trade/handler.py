"""The Lambda handler of trade: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.trade.report import line_of, seconds_to_order
from functions.trade.settings import TradeSettings
from functions.trade.workflow import Trade
from shared.composition import Stage
from shared.domain.decisions import DecisionKind
from shared.domain.events import TradeRequest
from shared.domain.measures import Measure
from shared.seam import Seam
from shared.telemetry import TimeUsed, measure, stage_metrics

logger = Logger()
metrics = stage_metrics()


@cache
def _stage() -> Stage:
    stage = Stage(TradeSettings.parse(dict(os.environ)), journal=logger)
    metrics.set_default_dimensions(stage=stage.name)
    return stage


@cache
def _trade() -> Trade:
    stage = _stage()
    return Trade(
        parameters=stage.parameters,
        book=stage.book,
        configurations=stage.configurations,
        snapshots=stage.snapshots,
        chains=stage.chains,
        market_clock=stage.market_data,
        history=stage.trade_history,
        trips=stage.trips,
        broker=stage.broker,
        desk=stage.desk,
        alerts=stage.alerts,
        clock=stage.clock,
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Decide each snapshot once, and send what was decided."""
    with TimeUsed(metrics, context), Seam("trade", logger, _stage):
        _stage().run_time.begin(context.get_remaining_time_in_millis)
        request = TradeRequest.model_validate(event)
        decisions = _trade().run(request)
        now = _stage().clock.now()
        for decision in decisions:
            logger.info("decision", extra=line_of(decision))
        entries = [decision for decision in decisions if decision.kind is DecisionKind.ENTRY]
        for entry in entries:
            measure(metrics, Measure.DATA_TO_ORDER, seconds_to_order(entry, now))
        return {"decisions": len(decisions), "entries": len(entries)}
