"""Phase 5: may the order leave, at what price, and what does the broker's answer change?"""

from shared.phases.execution.denials import denials, look_gates, price_gates
from shared.phases.execution.outlet import account_gates, exit_gates
from shared.phases.execution.prices import entry_limit, exit_limit, paper_fill

__all__ = [
    "account_gates",
    "denials",
    "entry_limit",
    "exit_gates",
    "exit_limit",
    "look_gates",
    "paper_fill",
    "price_gates",
]
