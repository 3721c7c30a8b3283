"""OCC option symbols as the vendors write them: ROOT, YYMMDD, C or P, strike in thousandths, no padding."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

INDEX_OF_ROOT = {"SPX": "SPX", "SPXW": "SPX"}
MORNING_ROOTS = frozenset({"SPX"})
_OCC = re.compile(r"([A-Z]{1,6})(\d{2})(\d{2})(\d{2})([CP])(\d{8})")
_CACHED = 65_536


@dataclass(frozen=True, slots=True)
class Contract:
    """What an option symbol says."""

    symbol: str
    root: str
    underlying: str
    expiration: date
    is_call: bool
    strike: float

    @property
    def is_index(self) -> bool:
        """Cash-settled, so nothing is ever delivered."""
        return self.root in INDEX_OF_ROOT

    @property
    def settles_in_the_morning(self) -> bool:
        """Settled at the opening of its expiration day, last traded the day before."""
        return self.root in MORNING_ROOTS


@lru_cache(maxsize=_CACHED)
def contract_of(symbol: str) -> Contract | None:
    """Read an option symbol, or None where the text is none."""
    match = _OCC.fullmatch(symbol)
    if match is None:
        return None
    root, year, month, day, letter, strike = match.groups()
    try:
        expiration = date(2000 + int(year), int(month), int(day))
    except ValueError:
        return None
    return Contract(symbol, root, INDEX_OF_ROOT.get(root, root), expiration, letter == "C", int(strike) / 1000)
