"""A scripted market goes where its script says, and the model prices what that is worth."""

from datetime import date, datetime

import pytest

from shared.backtest.paths import Knot
from shared.backtest.scripted import GammaCue, Prelude, ScriptedMarket
from tests.unit.backtest.moments import new_york

START, END = date(2018, 2, 5), date(2018, 2, 7)
SPOT = (Knot(new_york(START, 10), 2700.0), Knot(new_york(START, 12), 2800.0), Knot(new_york(END, 12), 2500.0))
VIX = (Knot(new_york(START, 10), 15.0), Knot(new_york(START, 14), 35.0))
UPWARDS = Prelude(spot_from=2400.0, vix_low=9.0, vix_high=16.0)


@pytest.fixture(scope="module")
def script() -> ScriptedMarket:
    cues = (
        GammaCue(new_york(START, 12), "SPY", -9e8, None),
        GammaCue(new_york(START, 11), "SPY", 8e8, 271.5),
    )
    return ScriptedMarket(spot=SPOT, vix=VIX, prelude=UPWARDS, gamma=cues)


@pytest.mark.parametrize(
    ("at", "spot", "vix"),
    [
        pytest.param(new_york(START, 9, 30), 2700.0, 15.0, id="flat before the first knot"),
        pytest.param(new_york(START, 11), 2750.0, 20.0, id="half-way between knots"),
        pytest.param(new_york(START, 12), 2800.0, 25.0, id="on a knot"),
        pytest.param(new_york(END, 15), 2500.0, 35.0, id="flat after the last knot"),
        pytest.param(new_york(date(2018, 3, 16), 15), 2500.0, 35.0, id="weeks later"),
    ],
)
def test_index_and_vix_follow_the_script(script: ScriptedMarket, at: datetime, spot: float, vix: float) -> None:
    assert script.spot("SPX", at) == spot
    assert script.spot("SPY", at) == spot / 10
    assert script.vix(at) == vix


def test_the_days_bars_follow_the_script(script: ScriptedMarket) -> None:
    first, _, last = script.daily_bars("SPX", START, END)
    assert (first.open, first.high) == (2700.0, 2800.0)
    assert first.close == script.spot("SPX", new_york(START, 16)) == script.official_close("SPX", START)
    assert (last.low, last.close) == (2500.0, 2500.0)


def test_the_prelude_makes_the_trend_and_the_vix_window(script: ScriptedMarket) -> None:
    before = script.daily_bars("SPX", date(2016, 1, 1), date(2018, 2, 2))
    closes = [bar.close for bar in before]
    assert len(before) == UPWARDS.sessions
    assert closes == sorted(closes)
    assert closes[-1] == 2700.0
    vix = [bar.close for bar in script.daily_bars("VIX", date(2016, 1, 1), date(2018, 2, 2))[-251:]]
    assert (min(vix), max(vix)) == (9.0, 16.0)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(new_york(START, 11), (8e8, 271.5), id="from its first cue"),
        pytest.param(new_york(START, 11, 59), (8e8, 271.5), id="until the next"),
        pytest.param(new_york(END, 15), (-9e8, None), id="after the last, without a flip"),
    ],
)
def test_gamma_shows_what_it_is_cued_to(
    script: ScriptedMarket, at: datetime, expected: tuple[float, float | None]
) -> None:
    curve = script.gamma_curve("SPY", at)
    assert (curve.net_gex, curve.flip_point) == expected


def test_without_a_cue_gamma_is_the_models(script: ScriptedMarket) -> None:
    early, other = script.gamma_curve("SPY", new_york(START, 10)), script.gamma_curve("SPX", new_york(END, 15))
    assert early.net_gex == pytest.approx(float(early.strike_gex.sum()))
    assert other.net_gex == pytest.approx(float(other.strike_gex.sum()))


def test_options_are_priced_along_the_script(script: ScriptedMarket) -> None:
    prices = []
    for at in (new_york(START, 12), new_york(END, 12), new_york(date(2018, 3, 16), 16)):
        quoted = script.option_quote("SPXW180316P02650000", at)
        assert quoted is not None
        prices.append(quoted.mid)
    assert prices[0] < prices[1]
    assert prices[2] == pytest.approx(150.0, abs=0.1)


def test_a_script_may_begin_without_a_prelude() -> None:
    bare = ScriptedMarket(spot=SPOT, vix=VIX, prelude=Prelude(spot_from=2700.0, sessions=0))
    assert bare.history.days[0] == START
    assert bare.spot("SPX", new_york(START, 12)) == 2800.0
