"""Phase 3: which structure, which expiration, which legs?"""

from shared.phases.strategy.expiration import choose_expiration
from shared.phases.strategy.legs import choose_legs
from shared.phases.strategy.selection import strategy_for

__all__ = ["choose_expiration", "choose_legs", "strategy_for"]
