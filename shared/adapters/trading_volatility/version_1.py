"""Version 1: a body keyed by underlying, every value text, times UTC without a zone."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from shared.adapters.documents import Document, Record, number_of, parsing
from shared.adapters.trading_volatility.replies import TRADING_VOLATILITY
from shared.adapters.trading_volatility.walls import Walls, exposures_of
from shared.adapters.vendor_times import from_utc_text
from shared.domain.market import GammaReading
from shared.domain.reference import StrikeExposures
from shared.domain.vocabulary import Source

_SIGMA: Final = re.compile(r"^([+-])1STD \((\d+)-day\)$")
_FLIP: Final = "gex flip"


def parse_latest(document: Document, underlying: str, walls: Walls) -> GammaReading:
    """Return the exposure: ``gex_per_1pct_chg``, never the skew-adjusted figure, which may differ in sign."""
    row = Record.of(TRADING_VOLATILITY, "", document).record(underlying)
    with parsing(TRADING_VOLATILITY, row.path):
        return GammaReading(
            net_gex=row.number("gex_per_1pct_chg"),
            flip_point=row.optional_number("gex_flip_price"),
            call_wall=walls.call_wall,
            put_wall=walls.put_wall,
            spot=row.number("price"),
            as_of=row.moment("collection_date", from_utc_text),
            source=Source.TRADING_VOLATILITY,
        )


def parse_by_strike(document: Document, underlying: str) -> StrikeExposures:
    """Return the net exposure by strike; empty rows occur and are left out."""
    curve = Record.of(TRADING_VOLATILITY, "", document).record(underlying)
    return exposures_of(curve, "gamma_array", "net_gamma_$_at_strike")


def parse_levels(document: Document, underlying: str) -> Mapping[str, Decimal]:
    """Return levels by name; the two spellings of each key come out as one."""
    row = Record.of(TRADING_VOLATILITY, "", document).record(underlying)
    return {
        _spelled(name): number_of(TRADING_VOLATILITY, row.at(name), value)
        for name, value in row.values.items()
        if row.has(name)
    }


def _spelled(name: str) -> str:
    sigma = _SIGMA.match(name)
    if sigma is not None:
        return f"price_{'plus' if sigma[1] == '+' else 'minus'}_{sigma[2]}_day_std"
    return "gex_flip" if name.lower() in (_FLIP, "gex_flip") else name.lower()
