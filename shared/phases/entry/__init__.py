"""Phases 2 to 5 in their order, about one snapshot: would this bot enter, with what, and if not, why not?"""

from shared.phases.entry.look import Look, entry_dte, look, remembered
from shared.phases.entry.proposal import Account, Proposal, propose
from shared.phases.entry.record import decision_of

__all__ = ["Account", "Look", "Proposal", "decision_of", "entry_dte", "look", "propose", "remembered"]
