"""The route of the open positions."""

from functions.api.parameters import OneBot, bots_of
from shared.views.positions import PositionsView, positions_view
from shared.views.sources import OpenSources


def positions(sources: OpenSources, bot: OneBot = None) -> PositionsView:
    """Return the open positions with mark, P&L, distance to target and stop, and payoff."""
    return positions_view(sources(), bots=bots_of(bot))
