"""What the functions are told of the market."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.domain.market import GammaReading, Reading, Snapshot
from shared.domain.vocabulary import Source
from tests import builders
from tests.faults.market import INDEX_FACTOR, VIX_LEVEL


def uptrend(underlying: str, spy: float, now: datetime, **changes: Any) -> Snapshot:
    """Return a snapshot that says SELL_PREMIUM in an uptrend, at this level of SPY."""
    level = Decimal(str(spy)) * (INDEX_FACTOR if underlying == "SPX" else 1)
    facts: dict[str, Any] = {
        "underlying": underlying,
        "at": now,
        "spot": Reading(value=level, as_of=now, source=Source.TRADIER),
        "vix": Reading(value=Decimal(str(VIX_LEVEL)), as_of=now, source=Source.TRADIER),
        "gamma": GammaReading(
            net_gex=Decimal(6_000_000_000),
            flip_point=level * Decimal("0.9"),
            spot=level,
            as_of=now,
            source=Source.TRADING_VOLATILITY,
        ),
        "momentum": builders.momentum(level * Decimal("0.98"), level * Decimal("0.96")),
    }
    snapshot: Snapshot = builders.snapshot(**facts | changes)
    return snapshot
