"""Phase 2: which regime is it, what does it advise, and would a careful trader wait?"""

from shared.phases.regime.classification import (
    Conditions,
    RegimeClassification,
    RegimeLimits,
    classify,
    classify_snapshot,
    determine_action,
    limits_of,
)
from shared.phases.regime.rails import rails

__all__ = [
    "Conditions",
    "RegimeClassification",
    "RegimeLimits",
    "classify",
    "classify_snapshot",
    "determine_action",
    "limits_of",
    "rails",
]
