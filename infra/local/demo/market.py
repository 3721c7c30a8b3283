"""The market of a demo, made where it is used: in the process of the simulated vendors."""

from collections.abc import Callable
from datetime import datetime, time
from functools import partial

from infra.local.market_clock import last_traded
from infra.local.vendors.market import Market
from shared.backtest.history import History
from shared.backtest.listing import PRODUCTS
from shared.backtest.market import MarketModel
from shared.domain.sessions import NEW_YORK, new_york_date

MarketMaker = Callable[[], Market]


def market_of(seed: int, first: datetime | None = None) -> MarketModel:
    """Make the market of the embedded history.

    The open interest of a day follows from all days before it: nearly a second of work until the first look at
    2018. Told that look, the market does it now, while everything else is starting; quotes tell their change since
    the close before, so the work begins there.
    """
    market = MarketModel(History.embedded(), seed=seed)
    if first is not None:
        before = last_traded(datetime.combine(new_york_date(first), time.min, NEW_YORK))
        for underlying in PRODUCTS:
            market.gamma_curve(underlying, before)
            market.gamma_curve(underlying, first)
    return market


def embedded_market(seed: int, first: datetime | None = None) -> MarketMaker:
    """Return what makes the market of this seed in another process."""
    return partial(market_of, seed, first)
