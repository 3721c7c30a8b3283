"""The surface gives back the VIX it is made from, and offers no arbitrage in strike or time."""

from itertools import pairwise
from math import exp, log, sqrt

import numpy as np
import pytest

from shared.backtest.surface import SCALE_FOR_CHAINS, SCALE_FOR_PROFIT_AND_LOSS, term, total_deviations
from shared.domain.black_scholes import price

SPOT, RATE, YIELD = 2700.0, 0.01, 0.018
MONTH = 30 / 365
TRADING_MONTH = 21 / 252
SMALLEST_QUOTE = 0.05
SESSIONS = (1, 2, 5, 10, 15, 21, 31, 42, 63, 126, 189, 252, 504)
VIX_LEVELS = (9.14, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 60.0, 82.69)


def variance_strip(vix: float) -> float:
    """Return the VIX of a 30-day chain by the Cboe's formula (Cboe Volatility Index Mathematics Methodology)."""
    smile = term(vix, SCALE_FOR_CHAINS).smile(TRADING_MONTH, MONTH)
    forward = SPOT * exp((RATE - YIELD) * MONTH)
    step = 5.0
    strikes = np.arange(500.0, 5000.0, step)
    at_or_below = float(strikes[strikes <= forward][-1])

    def out_of_the_money(strike: float) -> float:
        iv = smile.iv(log(strike / forward))
        put, call = (
            price(SPOT, strike, MONTH, iv, is_call=is_call, rate=RATE, dividend_yield=YIELD)
            for is_call in (False, True)
        )
        if strike == at_or_below:
            return (put + call) / 2
        return put if strike < at_or_below else call

    quotes = [(strike, out_of_the_money(strike)) for strike in strikes.tolist()]
    total = sum(step / strike**2 * exp(RATE * MONTH) * quoted for strike, quoted in quotes if quoted > SMALLEST_QUOTE)
    return 100 * sqrt(2 / MONTH * total - (forward / at_or_below - 1) ** 2 / MONTH)


@pytest.mark.parametrize("vix", [10.0, 12.0, 15.0, 18.0, 20.0, 25.0, 30.0, 35.0, 40.0])
def test_the_strip_of_a_30_day_chain_gives_the_vix_back(vix: float) -> None:
    assert variance_strip(vix) == pytest.approx(vix, abs=1.0)


@pytest.mark.parametrize("vix", VIX_LEVELS)
@pytest.mark.parametrize("sessions", SESSIONS)
def test_no_butterfly_arbitrage(vix: float, sessions: int) -> None:
    smile = term(vix, SCALE_FOR_CHAINS).smile(sessions / 252, sessions / 252)
    k = np.linspace(-1.2, 0.6, 721)
    variance = total_deviations(k, smile.deviation, smile.skew, smile.curvature) ** 2
    slope = np.gradient(variance, k)
    bend = np.gradient(slope, k)
    density = (1 - k * slope / (2 * variance)) ** 2 - slope**2 / 4 * (1 / variance + 0.25) + bend / 2
    assert density[3:-3].min() > -1e-6


@pytest.mark.parametrize("vix", VIX_LEVELS)
def test_no_calendar_arbitrage(vix: float) -> None:
    k = np.linspace(-1.2, 0.6, 361)
    at_vix = term(vix, SCALE_FOR_CHAINS)
    smiles = [at_vix.smile(sessions / 252, sessions / 252) for sessions in SESSIONS]
    deviations = [total_deviations(k, smile.deviation, smile.skew, smile.curvature) for smile in smiles]
    assert all((later > earlier).all() for earlier, later in pairwise(deviations))


@pytest.mark.parametrize("vix", [9.14, 20.0, 82.69])
def test_one_strike_and_many_are_priced_alike(vix: float) -> None:
    smile = term(vix).smile(TRADING_MONTH, MONTH)
    k = np.linspace(-0.8, 0.4, 25)
    many = total_deviations(k, smile.deviation, smile.skew, smile.curvature) / smile.root_years
    assert [smile.iv(each) for each in k.tolist()] == pytest.approx(many.tolist(), rel=1e-12)


def test_profit_and_loss_are_reckoned_a_twentieth_below_the_quoted_vix() -> None:
    assert term(20.0) == term(20.0, SCALE_FOR_PROFIT_AND_LOSS) == term(19.0, SCALE_FOR_CHAINS)


def test_puts_are_dearer_than_calls_as_far_from_the_money() -> None:
    smile = term(15.0).smile(TRADING_MONTH, MONTH)
    assert smile.iv(-0.05) > smile.iv(0.0) > smile.iv(0.05)
