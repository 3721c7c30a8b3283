"""The route of the market regime."""

from functions.api.parameters import Underlying
from shared.views.regime import RegimeView, regime_view
from shared.views.sources import OpenSources


def regime(sources: OpenSources, underlying: Underlying) -> RegimeView:
    """Return the market regime with confidence, recommended action, indicators and analysis."""
    return regime_view(sources(), underlying)
