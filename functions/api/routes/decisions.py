"""The route of the decisions."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.parameters import Day, Limit, Next, OneBot, bots_of
from shared.domain.decisions import DecisionKind
from shared.views.decisions import DecisionsView, decisions_view
from shared.views.paging import PAGE
from shared.views.sources import OpenSources


def decisions(
    sources: OpenSources,
    bot: OneBot = None,
    kind: Annotated[DecisionKind | None, Query(description="Only this kind.")] = None,
    day: Annotated[Day | None, Query(description="Only this New York date.")] = None,
    limit: Limit = PAGE,
    next: Next = None,  # noqa: A002 - the name of the parameter
) -> DecisionsView:
    """Return the decisions with their gates, newest first."""
    kinds = tuple(DecisionKind) if kind is None else (kind,)
    return decisions_view(sources(), bots=bots_of(bot), kinds=kinds, day=day, limit=limit, after=next)
