"""What a strategy can ask for is quoted as the whole chain quotes it, only quicker."""

from datetime import date, datetime

import pytest

from shared.backtest.market import MarketModel
from shared.backtest.rows import BareQuote, ModelQuote, Wanted
from shared.backtest.runner.entries import wanted_by
from shared.backtest.runner.market import ModelMarket
from shared.domain.config import SystemConfig, bot_config
from shared.domain.errors import InvalidValueError
from shared.domain.vocabulary import Bot, Strategy
from shared.phases.strategy import choose_legs
from tests.unit.backtest.moments import new_york

BEFORE = new_york(date(2018, 1, 26), 15, 30)
CRASH = new_york(date(2018, 2, 5), 15, 30)
AFTER = new_york(date(2018, 2, 9), 15, 30)
MARCH, WEEKLY = date(2018, 3, 16), date(2018, 3, 9)


def bare(row: ModelQuote) -> BareQuote:
    """Return what of a row somebody asks for who chooses legs."""
    return BareQuote(row.option_symbol, row.bid, row.ask, row.mid, row.iv, row.delta)


@pytest.mark.parametrize("underlying", ["SPX", "SPY"])
@pytest.mark.parametrize("expiration", [pytest.param(MARCH, id="quarterly"), pytest.param(WEEKLY, id="weekly")])
@pytest.mark.parametrize("at", [BEFORE, CRASH, AFTER], ids=["before the crash", "in it", "after it"])
@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(Wanted(0.07, 0.38), id="both sides"),
        pytest.param(Wanted(0.42, 0.58, puts=False), id="calls at the money"),
        pytest.param(Wanted(-0.03, 0.13, calls=False), id="puts far out"),
        pytest.param(Wanted(0.9, 1.5), id="deep in the money"),
    ],
)
def test_wanted_rows_are_those_of_the_chain(
    market: MarketModel, underlying: str, expiration: date, at: datetime, wanted: Wanted
) -> None:
    whole = [
        bare(row)
        for row in market.chain(underlying, expiration, at)
        if row.root != "SPX"
        and wanted.low <= abs(row.delta) <= wanted.high
        and (wanted.calls if row.is_call else wanted.puts)
    ]
    assert whole
    found = market.wanted(underlying, expiration, at, wanted)
    assert sorted(found) == sorted(whole)


@pytest.mark.parametrize(
    "expiration", [pytest.param(date(2018, 3, 8), id="not listed"), pytest.param(BEFORE.date(), id="over")]
)
def test_nothing_is_wanted_of_what_does_not_trade(market: MarketModel, expiration: date) -> None:
    at = new_york(date(2018, 1, 26), 17)
    assert market.chain("SPY", expiration, at) == []
    assert market.wanted("SPY", expiration, at, Wanted(0.0, 1.0)) == []


def test_a_stranger_is_refused(market: MarketModel) -> None:
    with pytest.raises(InvalidValueError):
        market.wanted("QQQ", MARCH, CRASH, Wanted(0.1, 0.5))


@pytest.mark.parametrize("strategy", Strategy)
def test_the_legs_chosen_are_those_of_the_whole_chain(market: MarketModel, strategy: Strategy) -> None:
    rule = bot_config(Bot.PROMETHEUS).strategies[strategy]
    of_phases = ModelMarket(market, SystemConfig())
    whole = of_phases.option_chain("SPY", MARCH, CRASH)
    wanted = of_phases.option_chain("SPY", MARCH, CRASH, wanted_by(strategy, rule))
    assert len(wanted) < len(whole) / 3
    legs = choose_legs(strategy, whole, rule)
    assert legs is not None
    assert choose_legs(strategy, wanted, rule) == legs
