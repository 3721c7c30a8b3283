"""Recorded snapshots as a market: what was collected is decided on again, options priced at what it says."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from shared.backtest.history import History
from shared.backtest.listing import PRODUCTS
from shared.backtest.market import MarketModel
from shared.backtest.paths import Knot, ScriptedPaths
from shared.backtest.runner.market import ModelMarket
from shared.domain.config import SystemConfig
from shared.domain.errors import InvalidValueError
from shared.domain.market import Snapshot
from shared.domain.sessions import new_york_date

FEWEST: Final = 2


class RecordedMarket(ModelMarket):
    """The snapshots of one underlying; between two of them index and VIX run straight."""

    def __init__(self, history: History, recorded: Sequence[Snapshot], system: SystemConfig) -> None:
        """Take daily bars that reach over the snapshots, and the snapshots.

        Raises:
            InvalidValueError: there are too few snapshots with a price and a VIX, or of several underlyings.
        """
        usable = sorted((one for one in recorded if one.spot and one.vix), key=lambda one: one.at)
        names = sorted({one.underlying for one in usable})
        if len(usable) < FEWEST or len(names) != 1 or names[0] not in PRODUCTS:
            found = f"{len(usable)} of {', '.join(names) or 'nothing'}"
            raise InvalidValueError("snapshots", found, "give at least 2 of one underlying, SPY or SPX")
        divisor = PRODUCTS[names[0]].divisor
        spot = [Knot(one.at, float(one.spot.value) * divisor) for one in usable if one.spot]
        vix = [Knot(one.at, float(one.vix.value)) for one in usable if one.vix]
        super().__init__(MarketModel(history, seed=0, paths=ScriptedPaths(history.days, spot, vix)), system)
        self._recorded = usable
        self._times = [one.at for one in usable]

    @property
    def days(self) -> tuple[date, ...]:
        """The sessions of which there are snapshots."""
        return tuple(sorted({new_york_date(at) for at in self._times}))

    def snapshot(self, underlying: str, at: datetime) -> Snapshot:
        """Return the last snapshot at or before a moment.

        Raises:
            InvalidValueError: there is none yet, or they are of another underlying.
        """
        place = bisect_right(self._times, at)
        if place == 0 or self._recorded[0].underlying != underlying:
            remedy = f"choose {self._recorded[0].underlying} from {self._times[0]:%Y-%m-%d %H:%M} UTC on"
            raise InvalidValueError("snapshot", f"{underlying} at {at:%Y-%m-%d %H:%M}", remedy)
        return self._recorded[place - 1]
