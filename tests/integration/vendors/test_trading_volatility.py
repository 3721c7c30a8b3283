"""The simulated Trading Volatility, on the wire."""

from collections.abc import Callable, Iterator
from datetime import datetime

import httpx
import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import FaultKind
from infra.local.vendors.simulators import VendorSimulators
from tests.integration.vendors import shapes
from tests.integration.vendors.conftest import NOW
from tests.integration.vendors.scripted_market import ScriptedMarket

STATE, STRUCTURE, STRIKES = "/tickers/SPY", "/tickers/SPY/market-structure", "/tickers/SPY/curves/gex_by_strike"


@pytest.fixture
def old(vendors: VendorSimulators) -> Iterator[httpx.Client]:
    query = {"username": vendors.tokens.trading_volatility, "ticker": "SPY", "format": "json"}
    with httpx.Client(base_url=vendors.urls.trading_volatility_v1_url, params=query, verify=False) as http:
        yield http


def test_the_state_has_the_documented_shape_and_the_markets_numbers(volatility: httpx.Client) -> None:
    document = volatility.get(STATE).json()
    data, meta = document["data"], document["meta"]
    assert shapes.misfits(data, shapes.STATE) == []
    assert shapes.misfits(data["gamma"], shapes.STATE_GAMMA) == []
    assert shapes.misfits(meta, shapes.META) == []
    assert (meta["schema"], meta["ticker"], meta["asof"]) == ("tv.ticker.state.v2", "SPY", "2018-01-10T16:00:00Z")
    assert data["gamma"]["gamma_notional_per_1pct_move_usd"] == -750_000_000.0
    assert data["gamma"]["flip"]["price"] == 272.5
    assert data["gamma"]["flip"]["dist_pct"] == pytest.approx(100 * (272.5 / 270 - 1))
    assert data["underlying"]["price"] == 270.0
    assert 0 <= data["gamma"]["structure"]["pct_gamma_expiring_nearest_expiry"] <= 1


def test_the_recommendation_comes_only_when_asked_for(volatility: httpx.Client) -> None:
    data = volatility.get(STATE, params={"trade_recommendation": "true", "include": "call_diag"}).json()["data"]
    assert set(data) - set(shapes.STATE) == {"trade_recommendation", "call_diag"}


def test_the_feeds_own_time_is_its_last_minute(volatility: httpx.Client, clock: ReplayClock) -> None:
    for at, asof in (
        (NOW.replace(second=59), "2018-01-10T16:00:00Z"),
        (NOW.replace(minute=1, second=1), "2018-01-10T16:01:00Z"),
        (NOW.replace(hour=23), "2018-01-10T21:00:00Z"),
        (NOW.replace(day=14), "2018-01-12T21:00:00Z"),
    ):
        clock.set(at)
        assert volatility.get(STATE).json()["meta"]["asof"] == asof


def test_a_frozen_feed_answers_200_with_the_time_at_which_it_froze(
    volatility: httpx.Client,
    control: SimulatorControl,
    market: ScriptedMarket,
    pass_time: Callable[[float], None],
) -> None:
    control.inject(FaultKind.GEX_FROZEN, count=None)
    before = volatility.get(STATE).json()
    pass_time(3600)
    market.net_gex = 1.0
    assert volatility.get(STATE).json() == before
    control.clear()
    assert volatility.get(STATE).json()["meta"]["asof"] == "2018-01-10T17:00:00Z"


def test_the_structure_names_levels_but_no_walls(volatility: httpx.Client) -> None:
    data = volatility.get(STRUCTURE).json()["data"]
    assert data["key_levels"]["spot"] == 270.0
    assert data["key_levels"]["gamma_flip"] == 272.5
    assert data["supporting_factors"]["gamma_notional_per_1pct_move_usd"] == -750_000_000.0
    assert data["drivers"]["gamma_tone"]["state"] == "negative"
    assert not any("wall" in name for name in data["key_levels"])


@pytest.mark.parametrize(("sign", "put"), [("signed", -2_000_000.0), ("unsigned", 2_000_000.0)])
def test_exposure_by_strike_nets_calls_and_puts(
    volatility: httpx.Client, control: SimulatorControl, sign: str, put: float
) -> None:
    control.set({"trading_volatility.put_sign": sign})
    data = volatility.get(STRIKES).json()["data"]
    last = data["points"][-1]
    assert shapes.misfits(last, shapes.STRIKE_POINT) == []
    assert (last["strike"], last["put"], last["net"]) == (290, put, 7_000_000.0)
    assert data["totals"]["gex_flip_price"] == 272.5


@pytest.mark.parametrize(
    ("exp", "status", "points"),
    [("nearest", 200, True), ("first_monthly", 200, True), ("2018-01-19", 200, True), ("first_weekly", 200, False),
     ("2018-01-18", 400, False)],
)  # fmt: skip
def test_one_expiration_can_be_asked_for(volatility: httpx.Client, exp: str, status: int, *, points: bool) -> None:
    reply = volatility.get(STRIKES, params={"exp": exp})
    assert reply.status_code == status
    if status == 200:
        assert bool(reply.json()["data"]["points"]) is points


def test_the_gamma_curve_in_real_time_is_for_sessions(volatility: httpx.Client, clock: ReplayClock) -> None:
    path = "/tickers/SPY/curves/gamma"
    assert set(volatility.get(path).json()["data"]["points"][0]) == {"strike", "gamma"}
    assert volatility.get(path, params={"realtime": "true"}).status_code == 200
    clock.set(NOW.replace(hour=23))
    assert volatility.get(path, params={"realtime": "true"}).status_code == 400


def test_expirations_have_buckets(volatility: httpx.Client) -> None:
    rows = volatility.get("/tickers/SPX/curves/gamma/expirations").json()["data"]["expirations"]
    assert [row["expiration"] for row in rows[:2]] == ["2018-01-12", "2018-01-19"]


@pytest.mark.parametrize(("shape", "keys"), [("list", {"levels"}), ("flat", {"gamma_flip", "gex_0"})])
def test_levels_come_in_two_shapes(
    volatility: httpx.Client, control: SimulatorControl, shape: str, keys: set[str]
) -> None:
    control.set({"trading_volatility.levels": shape})
    assert keys <= set(volatility.get("/tickers/SPY/levels").json()["data"])


@pytest.mark.parametrize(("shape", "keys"), [("points", {"points"}), ("arrays", {"t", "series"})])
def test_series_come_in_two_shapes(
    volatility: httpx.Client, control: SimulatorControl, shape: str, keys: set[str]
) -> None:
    control.set({"trading_volatility.series": shape})
    query = {"metrics": "price,gex_flip,iv_rank", "window": "30d"}
    data = volatility.get("/tickers/SPY/series", params=query).json()["data"]
    assert set(data) == keys
    days = [row["t"] for row in data["points"]] if "points" in data else data["t"]
    assert (days[0], days[-1]) == ("2017-12-11", "2018-01-10")


def test_an_unknown_metric_is_refused(volatility: httpx.Client) -> None:
    assert volatility.get("/tickers/SPY/series", params={"metrics": "luck"}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "ticker", "status"),
    [
        pytest.param({}, "SPY", 401, id="no key"),
        pytest.param({"Authorization": "Bearer nobody"}, "SPY", 401, id="a wrong key"),
        pytest.param({"X-Api-Key": "sub_trading_volatility"}, "SPY", 200, id="the other header"),
        pytest.param({"X-TV-Demo": "1"}, "AAPL", 200, id="a demonstration ticker"),
        pytest.param({"X-TV-Demo": "1"}, "SPY", 401, id="a demonstration of another ticker"),
        pytest.param({"Authorization": "Bearer sub_trading_volatility"}, "ZZZ", 404, id="an unknown ticker"),
    ],
)
def test_who_may_see_what(vendors: VendorSimulators, headers: dict[str, str], ticker: str, status: int) -> None:
    reply = httpx.get(f"{vendors.urls.trading_volatility_url}/tickers/{ticker}", headers=headers)
    assert reply.status_code == status
    if status == 401:
        assert reply.json() == {"error": {"message": "Unauthorized"}}


def test_a_demonstration_is_the_same_every_time(vendors: VendorSimulators) -> None:
    url = f"{vendors.urls.trading_volatility_url}/tickers/META"
    first, second = (httpx.get(url, headers={"X-TV-Demo": "1"}).json() for _ in range(2))
    assert first == second
    assert shapes.misfits(first["data"], shapes.STATE) == []


@pytest.mark.parametrize("flip", [None, 272.5])
def test_version_1_has_texts_for_numbers(old: httpx.Client, market: ScriptedMarket, flip: float | None) -> None:
    market.flip = flip
    row = old.get("/gex/latest").json()["SPY"]
    assert shapes.misfits(row, shapes.VERSION_1_LATEST) == []
    assert row["skew_adjusted_gex"] == row["gex_per_1pct_chg"] == "-750000000.0"
    assert row["collection_date"] == "2018-01-10 16:00:00"
    assert row["gex_flip_price"] == ("" if flip is None else "272.5")


def test_version_1_has_an_older_date_too(old: httpx.Client, control: SimulatorControl) -> None:
    control.set({"trading_volatility.v1_dates": "underscore"})
    assert old.get("/gex/latest").json()["SPY"]["collection_date"] == "2018-01-10_16:00:00"


def test_version_1_history_is_csv_unless_told_otherwise(old: httpx.Client, vendors: VendorSimulators) -> None:
    span = {"start": "2018-01-08", "end": "2018-01-09"}
    assert len(old.get("/gex/history", params=span).json()["SPY"]) == 2
    query = {**span, "username": vendors.tokens.trading_volatility, "ticker": "SPY"}
    text = httpx.get(f"{vendors.urls.trading_volatility_v1_url}/gex/history", params=query).text
    assert text.splitlines()[0].startswith("collection_date,price,")
    assert len(text.splitlines()) == 3


def test_version_1_gamma_by_strike_ends_with_an_empty_row(old: httpx.Client) -> None:
    row = old.get("/gex/gammaOI", params={"exp": "1"}).json()["SPY"]
    assert row["gamma_array"][-1] == {}
    assert float(row["gamma_array"][0]["put_gamma"]) < 0
    assert "Gex Flip" in old.get("/gex/levels").json()["SPY"]


def test_version_1_may_be_dead(old: httpx.Client, control: SimulatorControl) -> None:
    control.set({"trading_volatility.v1": "dead"})
    reply = old.get("/gex/latest")
    assert (reply.status_code, reply.text) == (403, "User not authorized")


@pytest.mark.parametrize(
    ("at", "path", "allowed"),
    [
        pytest.param(NOW, "/gex/latest", 20, id="weekday"),
        pytest.param(NOW, "/gex/gammaOI", 2, id="real time"),
        pytest.param(NOW.replace(day=13), "/gex/latest", 2, id="weekend"),
    ],
)
def test_version_1_limits_answer_200_with_a_text(
    old: httpx.Client, control: SimulatorControl, clock: ReplayClock, at: datetime, path: str, allowed: int
) -> None:
    clock.set(at)
    control.set({"trading_volatility.v1_limit": "faithful"})
    texts = [old.get(path).text for _ in range(allowed + 1)]
    assert texts[-1] == "API limit exceeded"
    assert "API limit exceeded" not in texts[:-1]
