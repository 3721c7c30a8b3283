"""Phase 5: may the order leave, at what price, and what does the broker's answer change?"""

from shared.phases.execution.denials import denials, entry_gates, exit_gates, look_gates
from shared.phases.execution.prices import entry_limit, exit_limit, paper_fill

__all__ = [
    "denials",
    "entry_gates",
    "entry_limit",
    "exit_gates",
    "exit_limit",
    "look_gates",
    "paper_fill",
]
