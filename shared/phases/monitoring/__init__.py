"""Phase 6: should this position be closed, and why?"""

from shared.phases.monitoring.exits import exit_gates, exit_reason, is_near_edge, present_reason, stop_warning
from shared.phases.monitoring.pnl import mark_of, open_pnl, pnl_fraction, stop_mark, target_mark
from shared.phases.monitoring.quoted import firm_mark, fresh_quotes, is_stop_held_back, is_unwatched, marks
from shared.phases.monitoring.settlement import is_settled_by, settlement_fill

__all__ = [
    "exit_gates",
    "exit_reason",
    "firm_mark",
    "fresh_quotes",
    "is_near_edge",
    "is_settled_by",
    "is_stop_held_back",
    "is_unwatched",
    "mark_of",
    "marks",
    "open_pnl",
    "pnl_fraction",
    "present_reason",
    "settlement_fill",
    "stop_mark",
    "stop_warning",
    "target_mark",
]
