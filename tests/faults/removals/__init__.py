"""The catalogue of guards: where each stands in the code, how it is removed, and which tests are meant to notice."""

from typing import Final

from tests.faults.removals.of_entries import CONTROLS, ENTRIES, SIZES
from tests.faults.removals.of_orders import ORDERS, TIME, TOLD
from tests.faults.removals.of_store import PLANS, STORE
from tests.faults.removals.removal import Removal

__all__ = ["CATALOGUE", "Removal"]

CATALOGUE: Final = (*STORE, *PLANS, *ORDERS, *TIME, *TOLD, *ENTRIES, *SIZES, *CONTROLS)
