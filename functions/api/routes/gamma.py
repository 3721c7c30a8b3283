"""The routes of gamma exposure."""

from functions.api.parameters import Underlying
from shared.views.gamma import GammaProfileView, GexView, gamma_profile_view, gex_view
from shared.views.sources import OpenSources


def gex(sources: OpenSources, underlying: Underlying) -> GexView:
    """Return the newest snapshot's gamma exposure."""
    return gex_view(sources(), underlying)


def profile(sources: OpenSources, underlying: Underlying) -> GammaProfileView:
    """Return the gamma exposure by strike and its profile."""
    return gamma_profile_view(sources(), underlying)
