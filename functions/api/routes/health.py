"""The route of health."""

from shared.views.health import HealthView, health_view
from shared.views.sources import OpenSources


def health(sources: OpenSources) -> HealthView:
    """Return heartbeat, data and vendors, breaker, and what each bot has at stake."""
    return health_view(sources())
