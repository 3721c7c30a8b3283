"""Changes of one input that might turn a refusal into an entry: each as small as it can be to matter."""

from shared.phases.entry.tweaks.market import market_tweaks
from shared.phases.entry.tweaks.refusals import own_tweaks
from shared.phases.entry.tweaks.tweak import Tweak, World

__all__ = ["Tweak", "World", "market_tweaks", "own_tweaks"]
