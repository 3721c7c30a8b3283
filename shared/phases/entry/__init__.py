"""Phases 2 to 5 in their order, about one snapshot: would this bot enter, with what, and if not, why not?"""

from shared.phases.entry.inputs import (
    AT_THE_COMMIT,
    Sought,
    chain_refusals,
    decide,
    decide_again,
    expiration_for,
    inputs_of,
    setting_of,
    sought_of,
)
from shared.phases.entry.look import Look, entry_dte, look, remembered
from shared.phases.entry.proposal import Account, Proposal, propose
from shared.phases.entry.record import decision_of

__all__ = [
    "AT_THE_COMMIT",
    "Account",
    "Look",
    "Proposal",
    "Sought",
    "chain_refusals",
    "decide",
    "decide_again",
    "decision_of",
    "entry_dte",
    "expiration_for",
    "inputs_of",
    "look",
    "propose",
    "remembered",
    "setting_of",
    "sought_of",
]
