"""The market of a demo, made where it is used: in the process of the simulated vendors."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from infra.local.vendors.market import Market
from shared.backtest.history import History
from shared.backtest.listing import PRODUCTS
from shared.backtest.market import MarketModel

MarketMaker = Callable[[], Market]


def market_of(seed: int, first: datetime | None = None) -> MarketModel:
    """Make the market of the embedded history.

    The open interest of a day follows from all days before it: nearly a second of work until the first look at
    2018. Told that look, the market does it now, while everything else is starting.
    """
    market = MarketModel(History.embedded(), seed=seed)
    if first is not None:
        for underlying in PRODUCTS:
            market.gamma_curve(underlying, first)
    return market


def embedded_market(seed: int, first: datetime | None = None) -> MarketMaker:
    """Return what makes the market of this seed in another process."""
    return partial(market_of, seed, first)
