"""The bots of the arenas and what they are told."""

from collections.abc import Mapping
from typing import Any, Final

from shared.domain.vocabulary import Bot

SELLER: Final = Bot.PROMETHEUS
FREE: Final = {"per_contract": 0, "index_surcharge": 0}
ONE_LOOK: Final[Mapping[str, Any]] = {"rails": {"confirmations": 1}, "fees": FREE, "mode": "live"}
"""Acts on the first snapshot, at the simulated broker, which takes no fees: so cash must agree to the cent."""
TWIN: Final = Bot.ATLAS
SAME_STRIKE: Final[Mapping[str, Any]] = {
    **ONE_LOOK,
    "underlyings": ["SPY"],
    "gamma_thresholds": {"SPY": {}},
    "capital": 400_000,
    "strategies": {"CASH_SECURED_PUT": {"short_delta": "0.30"}},
}
"""The second bot sells the very put that the first one's spread is short of: the broker merges the two."""
