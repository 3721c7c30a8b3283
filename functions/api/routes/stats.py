"""The route of statistics."""

from shared.views.sources import Opening
from shared.views.statistics import StatsView, stats_view


def stats(sources: Opening) -> StatsView:
    """Return statistics and Kelly fraction of each strategy."""
    return stats_view(sources())
