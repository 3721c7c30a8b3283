"""The Lambda handler of trade: wiring and one call."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.trade.settings import TradeSettings
from functions.trade.workflow import Trade
from shared.composition import Stage
from shared.domain.decisions import DecisionKind
from shared.domain.events import TradeRequest
from shared.domain.ports import Alerts, Clock
from shared.seam import Seam

logger = Logger()
metrics = Metrics()


@cache
def _stage() -> Stage:
    return Stage(TradeSettings.parse(dict(os.environ)))


def _voice() -> tuple[Alerts, Clock]:
    return _stage().alerts, _stage().clock


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
    with Seam("trade", logger, _voice):
        request = TradeRequest.model_validate(event)
        decisions = _trade().run(request)
        entries = sum(1 for decision in decisions if decision.kind is DecisionKind.ENTRY)
        metrics.add_metric("Entries", MetricUnit.Count, entries)
        logger.info("decided", bot=request.bot, decisions=len(decisions), entries=entries)
        return {"decisions": len(decisions), "entries": entries}
