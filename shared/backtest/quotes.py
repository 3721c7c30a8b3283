"""Bid and ask around a mid: the spread that SPX and SPY options were quoted with, on their ticks."""

from math import ceil, floor
from typing import Final, NamedTuple

import numpy as np

from shared.backtest.surface import FloatArray

COARSE_TICK_FROM: Final = 3.0
_ROUNDING: Final = 1e-9
_CENTS: Final = 2


class SpreadRule(NamedTuple):
    """Spread = fixed + per_mid·mid + per_vega·vega (dollars a volatility point), never below one tick."""

    fixed: float
    per_mid: float
    per_vega: float
    fine_tick: float
    coarse_tick: float

    def tick(self, option_price: float) -> float:
        """Return the tick at a price: the coarse one from three dollars up."""
        return self.fine_tick if option_price < COARSE_TICK_FROM else self.coarse_tick

    def spread(self, mid: float, vega: float) -> float:
        """Return the quoted width in dollars before rounding to ticks."""
        return max(self.tick(mid), self.fixed + self.per_mid * mid + self.per_vega * vega)

    def bid_ask(self, mid: float, vega: float) -> tuple[float, float]:
        """Return bid and ask in dollars, rounded outwards to ticks; a bid may be 0, an ask never."""
        half = 0.5 * self.spread(mid, vega)
        tick = self.tick(mid)
        bid = max(0.0, floor((mid - half) / tick + _ROUNDING) * tick)
        ask = max(bid + tick, ceil((mid + half) / tick - _ROUNDING) * tick)
        if tick != self.coarse_tick and ask > COARSE_TICK_FROM:
            ask = ceil(ask / self.coarse_tick - _ROUNDING) * self.coarse_tick
        return round(bid, _CENTS), round(ask, _CENTS)

    def bids_asks(self, mids: FloatArray, vegas: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return bids and asks of many options: the vectorised bid_ask."""
        ticks = np.where(mids < COARSE_TICK_FROM, self.fine_tick, self.coarse_tick)
        half = 0.5 * np.maximum(ticks, self.fixed + self.per_mid * mids + self.per_vega * vegas)
        bids = np.maximum(0.0, np.floor((mids - half) / ticks + _ROUNDING) * ticks)
        asks = np.maximum(bids + ticks, np.ceil((mids + half) / ticks - _ROUNDING) * ticks)
        coarse = np.ceil(asks / self.coarse_tick - _ROUNDING) * self.coarse_tick
        asks = np.where((ticks != self.coarse_tick) & (asks > COARSE_TICK_FROM), coarse, asks)
        return np.round(bids, _CENTS), np.round(asks, _CENTS)


SPREADS: Final = {
    "SPX": SpreadRule(fixed=0.0975, per_mid=0.0025, per_vega=0.0653, fine_tick=0.05, coarse_tick=0.10),
    "SPY": SpreadRule(fixed=0.009, per_mid=0.0051, per_vega=0.0349, fine_tick=0.01, coarse_tick=0.01),
}
