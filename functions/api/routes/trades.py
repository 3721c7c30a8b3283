"""The route of the closed trades."""

from functions.api.parameters import Limit, Next, OneBot, bots_of
from shared.views.paging import PAGE
from shared.views.sources import OpenSources
from shared.views.trades import TradesView, trades_view


def trades(
    sources: OpenSources,
    bot: OneBot = None,
    limit: Limit = PAGE,
    next: Next = None,  # noqa: A002 - the name of the parameter
) -> TradesView:
    """Return the closed trades, newest first."""
    return trades_view(sources(), bots=bots_of(bot), limit=limit, after=next)
