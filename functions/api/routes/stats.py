"""The route of statistics."""

from shared.views.sources import OpenSources
from shared.views.statistics import StatsView, stats_view


def stats(sources: OpenSources) -> StatsView:
    """Return statistics and Kelly fraction of each strategy."""
    return stats_view(sources())
