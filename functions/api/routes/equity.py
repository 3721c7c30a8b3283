"""The route of equity and drawdown."""

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.views.equity import EquityView, equity_view
from shared.views.sources import OpenSources
from shared.views.trades import YEAR

LONGEST: Final = 3_650


def equity(sources: OpenSources, days: Annotated[int, Query(ge=1, le=LONGEST)] = YEAR.days) -> EquityView:
    """Return realised equity and drawdown by session, and what is open now."""
    return equity_view(sources(), days=days)
