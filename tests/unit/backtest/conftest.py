"""One embedded history and one model of it for all tests: both are read-only."""

import pytest

from shared.backtest.history import History
from shared.backtest.market import MarketModel

SEED = 7


@pytest.fixture(scope="session")
def history() -> History:
    return History.embedded()


@pytest.fixture(scope="session")
def market(history: History) -> MarketModel:
    return MarketModel(history, seed=SEED)
