"""The route of the market over the last sessions."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.parameters import Underlying
from shared.views.market import LONGEST, SESSIONS, MarketView, market_view
from shared.views.sources import OpenSources


def market(
    sources: OpenSources, underlying: Underlying, sessions: Annotated[int, Query(ge=1, le=LONGEST)] = SESSIONS
) -> MarketView:
    """Return price, walls, flip and regime over the last sessions, with entries and exits."""
    return market_view(sources(), underlying, sessions=sessions)
