"""Starting, stopping and counting the simulators; and the clock they live by."""

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from infra.local.errors import LocalStageError
from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import Vendor
from infra.local.vendors.options import REPLAY_SWITCHES, SimulatorOptions
from infra.local.vendors.simulators import VendorSimulators
from shared.backtest.history import History
from shared.backtest.market import MarketModel
from tests.integration.vendors.conftest import ACCOUNT, NOW, Broker, json_client
from tests.integration.vendors.forms import put_spread
from tests.integration.vendors.scripted_market import ScriptedMarket


def model_market() -> MarketModel:
    return MarketModel(History.embedded(), seed=1)


def broken_market() -> MarketModel:
    raise RuntimeError("no market today")


def test_a_clock_is_eight_bytes_that_every_reader_sees(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    with ReplayClock.create(path) as writer, ReplayClock(path) as reader:
        assert reader.now() == datetime(1970, 1, 1, tzinfo=UTC)
        writer.set(NOW + timedelta(milliseconds=250))
        assert reader.now() == NOW + timedelta(milliseconds=250)
    assert struct.unpack("<d", path.read_bytes()) == (NOW.timestamp() + 0.25,)


def test_a_clock_wants_a_time_zone(clock: ReplayClock) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        clock.set(datetime(2018, 1, 10, 11, 0))  # noqa: DTZ001


def test_a_taken_port_is_one_clear_error_and_leaves_nothing_open(
    vendors: VendorSimulators, market: ScriptedMarket, clock: ReplayClock
) -> None:
    taken = httpx.URL(vendors.urls.tradier_url).port
    assert taken is not None
    with pytest.raises(LocalStageError, match=f"port {taken} on 127.0.0.1 is taken; stop what listens there"):
        VendorSimulators(market, clock, port=taken, in_process=True).start()


def test_a_stopped_vendor_refuses_connections_and_comes_back_on_its_port(
    vendors: VendorSimulators, broker: Broker, volatility: httpx.Client
) -> None:
    volatility.get("/tickers/SPY")
    vendors.stop(Vendor.TRADING_VOLATILITY)
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            volatility.get("/tickers/SPY")
    with pytest.raises(httpx.ConnectError), json_client(vendors.urls.trading_volatility_url, "x") as fresh:
        fresh.get("/tickers/SPY")
    assert broker.http.get("/markets/clock").status_code == 200
    vendors.restart(Vendor.TRADING_VOLATILITY)
    assert volatility.get("/tickers/SPY").status_code == 200


def test_calls_are_counted_by_vendor_endpoint_and_status(
    broker: Broker, polygon: httpx.Client, control: SimulatorControl
) -> None:
    order_id = broker.place(**put_spread("2.00"))
    broker.order(order_id)
    broker.cancel(order_id)
    broker.cancel(order_id)
    polygon.get("/v2/aggs/ticker/SPY/prev")
    counters = control.counters()
    assert counters["requests"]["tradier"] == {
        "DELETE /accounts/{id}/orders/{order}": 2,
        "GET /accounts/{id}/orders/{order}": 1,
        "POST /accounts/{id}/orders": 1,
    }
    assert counters["replies"]["tradier"] == {"200": 3, "400": 1}
    assert counters["totals"] == {"tradier": 4, "tradier_sandbox": 0, "polygon": 1, "trading_volatility": 0}
    control.reset_counters()
    assert control.counters()["totals"]["tradier"] == 0


def test_a_path_can_be_made_slow(broker: Broker, control: SimulatorControl) -> None:
    control.latency(5.0, vendor=Vendor.TRADIER, path="/balances")
    with pytest.raises(httpx.ReadTimeout):
        broker.http.get(f"/accounts/{ACCOUNT}/balances", timeout=httpx.Timeout(4, read=0.1))
    assert broker.http.get("/markets/clock", timeout=4).status_code == 200
    control.quick()
    assert broker.http.get(f"/accounts/{ACCOUNT}/balances", timeout=4).status_code == 200


def test_accounts_live_on_when_told_to(broker: Broker, control: SimulatorControl, clock: ReplayClock) -> None:
    broker.place(**put_spread("1.15"))
    clock.set(NOW + timedelta(seconds=30))
    control.advance()
    assert [row["event"] for row in control.journal(ACCOUNT)] == ["accepted", "filled"]


def test_an_unknown_account_or_command_is_refused(control: SimulatorControl) -> None:
    with pytest.raises(ValueError, match="6YA77777"):
        control.account("6YA77777")
    with pytest.raises(ValueError, match="no action 'rob'"):
        control.act(ACCOUNT, "rob")


def test_a_child_process_needs_a_clock_that_it_can_read(market: ScriptedMarket) -> None:
    class Stopped:
        def now(self) -> datetime:
            return NOW

    with pytest.raises(LocalStageError, match="cannot read this clock"):
        VendorSimulators(market, Stopped()).start()


def test_a_market_that_does_not_start_is_an_error(clock: ReplayClock, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LocalStageError, match="did not start"):
        VendorSimulators(broken_market, clock).start()
    assert "no market today" in capfd.readouterr().err


def test_the_market_model_is_served_from_a_child_process(clock: ReplayClock) -> None:
    options = SimulatorOptions(switches=REPLAY_SWITCHES)
    with VendorSimulators(model_market, clock, options=options) as vendors:
        taken = httpx.URL(vendors.urls.tradier_url).port
        with json_client(vendors.urls.tradier_url, vendors.tokens.tradier) as http:
            wanted = {"symbol": "SPY", "expiration": "2018-02-16", "greeks": "true"}
            chain = http.get("/markets/options/chains", params=wanted)
            vendors.prepare(NOW + timedelta(days=1))
            meanwhile = http.get("/markets/options/chains", params=wanted)
            spot = http.get("/markets/quotes", params={"symbols": "SPY"}).json()["quotes"]["quote"]["last"]
            clock.set(NOW + timedelta(days=1))
            later = http.get("/markets/clock").json()["clock"]["date"]
        rows = chain.json()["options"]["option"]
        assert len(rows) > 200
        assert meanwhile.json() == chain.json()
        assert all(0 <= row["bid"] < row["ask"] for row in rows)
        assert 270 < spot < 280
        assert later == "2018-01-11"
        with json_client(vendors.urls.trading_volatility_url, vendors.tokens.trading_volatility) as http:
            state = http.get("/tickers/SPX").json()
        assert state["meta"]["asof"] == "2018-01-11T16:00:00Z"
        with pytest.raises(LocalStageError, match=f"port {taken} "):
            VendorSimulators(model_market, clock, port=taken or 0).start()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{taken}/v1/markets/clock")
