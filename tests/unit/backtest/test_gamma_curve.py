"""Gamma exposure of the open book: net, by strike, its zero and its sign through the winter of 2017-18."""

from datetime import date
from math import exp, log, pi, sqrt
from statistics import median

import numpy as np
import pytest

from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.moment import DIVIDEND_YIELD, RATE
from shared.backtest.rows import ModelQuote
from shared.domain.black_scholes import years_between
from shared.domain.errors import InvalidValueError
from tests.unit.backtest.moments import new_york

AT = new_york(date(2018, 1, 30), 15)
THRESHOLDS = {"SPX": 1.8e9, "SPY": 5e8}


def whole_chain(market: MarketModel, underlying: str) -> list[ModelQuote]:
    expirations = market.expirations(underlying, date(2018, 1, 30))
    return [quoted for expiration in expirations for quoted in market.chain(underlying, expiration, AT)]


def exposure(rows: list[ModelQuote], level: float) -> float:
    """Sum ±gamma·OI·100·S²·0.01 at a level, each row's volatility held."""
    total = 0.0
    for row in rows:
        years = years_between(AT, row.expiration)
        deviation = row.iv * sqrt(years)
        d1 = (log(level / row.strike) + (RATE - DIVIDEND_YIELD) * years) / deviation + deviation / 2
        gamma = exp(-DIVIDEND_YIELD * years - d1 * d1 / 2) / (level * deviation * sqrt(2 * pi))
        total += (1 if row.is_call else -1) * gamma * row.open_interest * 100 * level**2 * 0.01
    return total


@pytest.mark.parametrize("underlying", ["SPX", "SPY"])
def test_the_net_is_that_of_the_whole_chain(market: MarketModel, underlying: str) -> None:
    rows = whole_chain(market, underlying)
    curve = market.gamma_curve(underlying, AT)
    listed = sum(
        (1 if row.is_call else -1) * row.gamma * row.open_interest * 100 * curve.spot**2 * 0.01 for row in rows
    )
    gross = float(np.abs(curve.call_gex).sum() + np.abs(curve.put_gex).sum())
    assert curve.net_gex == pytest.approx(listed, abs=1e-4 * gross)
    assert curve.net_gex == pytest.approx(exposure(rows, curve.spot), abs=1e-4 * gross)


@pytest.mark.parametrize("underlying", ["SPX", "SPY"])
def test_the_flip_is_where_the_profile_of_the_whole_chain_is_zero(market: MarketModel, underlying: str) -> None:
    rows = whole_chain(market, underlying)
    flip = market.gamma_curve(underlying, AT).flip_point
    assert flip is not None
    assert exposure(rows, 0.999 * flip) < 0 < exposure(rows, 1.001 * flip)


def test_the_strikes_add_up_and_hold_the_walls(market: MarketModel) -> None:
    curve = market.gamma_curve("SPX", AT)
    assert curve.strike_gex.sum() == pytest.approx(curve.net_gex)
    assert (curve.call_gex >= 0).all()
    assert (curve.put_gex <= 0).all()
    assert curve.call_wall == curve.strikes[curve.strike_gex.argmax()]
    assert curve.put_wall == curve.strikes[curve.strike_gex.argmin()]
    assert curve.put_wall < curve.call_wall


def test_an_expiration_counts_until_its_close(market: MarketModel) -> None:
    expiration = date(2018, 2, 16)
    during, after = (market.gamma_curve("SPX", new_york(expiration, 16, 0, second)) for second in (0, 1))
    assert np.abs(during.call_gex).sum() > 1.2 * np.abs(after.call_gex).sum()


def test_the_sign_changes_with_the_shock_of_february_2018(market: MarketModel, history: History) -> None:
    def sign(day: date, underlying: str) -> int:
        net = market.gamma_curve(underlying, new_york(day, 15)).net_gex
        return 0 if abs(net) <= THRESHOLDS[underlying] else 1 if net > 0 else -1

    for underlying in THRESHOLDS:
        calm = [sign(day, underlying) for day in history.days if date(2017, 11, 20) <= day <= date(2018, 1, 29)]
        shock = [sign(day, underlying) for day in history.days if date(2018, 2, 2) <= day <= date(2018, 2, 13)]
        spring = {sign(day, underlying) for day in history.days if date(2018, 2, 16) <= day <= date(2018, 3, 29)}
        assert set(calm) == {1}
        assert set(shock) == {-1}
        assert {1, -1} <= spring


def test_spx_and_spy_tell_the_same_story_on_their_own_scales(market: MarketModel, history: History) -> None:
    days = [history.days[row] for row in history.between(date(2017, 10, 2), date(2018, 3, 29))][::3]
    pairs = [
        (market.gamma_curve("SPX", at), market.gamma_curve("SPY", at)) for at in (new_york(day, 15) for day in days)
    ]
    assert median(spx.net_gex / spy.net_gex for spx, spy in pairs) == pytest.approx(3.6, abs=0.1)
    for spx, spy in pairs:
        assert spx.flip_point is not None
        assert spy.flip_point is not None
        assert spx.flip_point / spy.flip_point == pytest.approx(10, rel=0.005)


def test_without_open_interest_there_is_no_exposure(market: MarketModel) -> None:
    with pytest.raises(InvalidValueError, match="nothing is open yet; begin at 2014-06-26"):
        market.gamma_curve("SPX", new_york(date(2014, 1, 3), 15))
