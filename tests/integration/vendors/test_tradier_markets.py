"""Quotes, chains and greeks of the simulated Tradier, on the wire."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from tests.integration.vendors import shapes
from tests.integration.vendors.conftest import NOW, Broker
from tests.integration.vendors.forms import LONG_PUT, SHORT_PUT, put_spread, single
from tests.integration.vendors.scripted_market import ScriptedMarket


def _quote(broker: Broker, symbol: str, **more: str) -> dict[str, Any]:
    return dict(broker.get("/markets/quotes", symbols=symbol, **more)["quotes"]["quote"])


def _chain(broker: Broker, symbol: str = "SPY", expiration: str = "2018-01-19", **more: str) -> list[dict[str, Any]]:
    return list(
        broker.get("/markets/options/chains", symbol=symbol, expiration=expiration, **more)["options"]["option"]
    )


@pytest.mark.parametrize(
    ("symbol", "more", "shape"),
    [
        pytest.param("SPY", {}, shapes.UNDERLYING_QUOTE, id="a fund"),
        pytest.param("VIX", {}, shapes.UNDERLYING_QUOTE, id="an index"),
        pytest.param(SHORT_PUT, {}, shapes.OPTION_QUOTE, id="an option has no greeks unless asked"),
        pytest.param(
            SHORT_PUT, {"greeks": "true"}, {**shapes.OPTION_QUOTE, "greeks": (dict, type(None))}, id="with greeks"
        ),
    ],
)
def test_a_quote_has_the_documented_keys(
    broker: Broker, symbol: str, more: dict[str, str], shape: shapes.Shape
) -> None:
    assert shapes.misfits(_quote(broker, symbol, **more), shape) == []


def test_the_other_documents_have_the_documented_keys(broker: Broker) -> None:
    assert shapes.misfits(broker.get("/markets/clock")["clock"], shapes.CLOCK) == []
    day = broker.get("/markets/history", symbol="SPY", start="2018-01-09")["history"]["day"]
    assert shapes.misfits(day, shapes.HISTORY_DAY) == []
    sale = broker.get("/markets/timesales", symbol="SPY", interval="15min")["series"]["data"][0]
    assert shapes.misfits(sale, shapes.TIMESALE) == []
    single_order = broker.order(broker.place(**single(LONG_PUT, "buy_to_open")))
    assert shapes.misfits(single_order, shapes.OPTION_ORDER) == []
    assert shapes.misfits(broker.read("positions")["positions"]["position"], shapes.POSITION) == []
    parent = broker.order(broker.place(**put_spread("2.00")))
    assert shapes.misfits(parent, shapes.MULTILEG_ORDER) == []
    assert [shapes.misfits(leg, shapes.MULTILEG_LEG) for leg in parent["leg"]] == [[], []]
    greeks = [row["greeks"] for row in _chain(broker, greeks="true") if row["greeks"]]
    assert all(shapes.misfits(block, shapes.GREEKS) == [] for block in greeks)


@pytest.mark.parametrize(
    ("symbols", "quoted", "unmatched"),
    [
        pytest.param("SPY,VIX", list, None, id="several are an array"),
        pytest.param("SPY", dict, None, id="one is an object"),
        pytest.param("SPY,ZZZ", dict, "ZZZ", id="one unmatched is a text"),
        pytest.param("SPY,ZZZ,YYY", dict, ["ZZZ", "YYY"], id="two unmatched are a list"),
        pytest.param("ZZZ", type(None), "ZZZ", id="none: no key at all"),
    ],
)
def test_quotes_come_as_none_one_or_many(broker: Broker, symbols: str, quoted: type, unmatched: Any) -> None:
    by_get = broker.get("/markets/quotes", symbols=symbols)
    by_post = broker.http.post("/markets/quotes", data={"symbols": symbols}).json()
    assert by_get == by_post
    assert isinstance(by_get["quotes"].get("quote"), quoted)
    assert by_get["quotes"].get("unmatched_symbols", {}).get("symbol") == unmatched


@pytest.mark.parametrize("symbol", ["VIX", "SPX"])
def test_an_index_has_no_bid_and_no_ask(broker: Broker, symbol: str) -> None:
    quote = _quote(broker, symbol)
    assert (quote["bid"], quote["ask"], quote["type"]) == (None, None, "index")
    assert quote["last"] > 0


@pytest.mark.parametrize(
    ("at", "close", "opened"),
    [
        pytest.param(NOW.replace(hour=13), None, None, id="before the opening: no prices of the day"),
        pytest.param(NOW, None, 269.0, id="in session: no close"),
        pytest.param(NOW.replace(hour=22), 270.0, 269.0, id="after it: the close"),
    ],
)
def test_prices_of_the_day_come_with_the_day(
    broker: Broker, clock: ReplayClock, at: datetime, close: float | None, opened: float | None
) -> None:
    clock.set(at)
    quote = _quote(broker, "SPY")
    assert (quote["close"], quote["open"]) == (close, opened)


@pytest.mark.parametrize("symbol", ["SPY", SHORT_PUT])
def test_out_of_hours_a_quote_is_as_old_as_the_close_and_says_so_only_by_its_date(
    broker: Broker, clock: ReplayClock, symbol: str
) -> None:
    clock.set(NOW.replace(day=13))
    quoted = datetime.fromtimestamp(_quote(broker, symbol)["bid_date"] / 1000, UTC)
    assert quoted.isoformat()[:16] in ("2018-01-12T20:59", "2018-01-12T21:00")


def test_quote_dates_are_whole_seconds_in_milliseconds(broker: Broker) -> None:
    for row in _chain(broker):
        assert row["bid_date"] % 1000 == 0
        assert 0 <= NOW.timestamp() - row["bid_date"] / 1000 <= 3


def test_the_sandbox_is_a_quarter_of_an_hour_late(sandbox: Broker) -> None:
    late = NOW.timestamp() - _quote(sandbox, SHORT_PUT)["bid_date"] / 1000
    assert 901 <= late <= 976


def test_greeks_are_hourly_in_utc_without_zone_and_frozen_after_the_session(broker: Broker, clock: ReplayClock) -> None:
    assert _quote(broker, SHORT_PUT, greeks="true")["greeks"]["updated_at"] == "2018-01-10 15:59:41"
    clock.set(NOW.replace(hour=23))
    assert _quote(broker, SHORT_PUT, greeks="true")["greeks"]["updated_at"] == "2018-01-10 20:59:41"


def test_live_greeks_can_be_had_by_a_switch(broker: Broker, control: SimulatorControl) -> None:
    control.set({"tradier.greeks": "live"})
    assert _quote(broker, SHORT_PUT, greeks="true")["greeks"]["updated_at"] == "2018-01-10 16:00:00"


def test_some_greeks_are_null_or_absurd_unless_switched_off(broker: Broker, control: SimulatorControl) -> None:
    def oddities() -> tuple[int, int]:
        rows = [row for day in ("2018-01-12", "2018-01-19", "2018-01-26", "2018-02-02", "2018-02-09", "2018-02-16")
                for row in _chain(broker, "SPX", day, greeks="true")]  # fmt: skip
        return sum(row["greeks"] is None for row in rows), sum(
            abs(row["greeks"]["smv_vol"]) > 5 for row in rows if row["greeks"]
        )

    nulls, absurd = oddities()
    assert nulls > 0
    assert absurd > 0
    control.set({"tradier.anomalies": "off"})
    assert oddities() == (0, 0)


def test_small_numbers_are_in_e_notation_and_quantities_have_tails(broker: Broker, control: SimulatorControl) -> None:
    chain = broker.http.get(
        "/markets/options/chains", params={"symbol": "SPY", "expiration": "2018-01-19", "greeks": "true"}
    )
    assert re.search(r'"gamma":\d\.?\d*E-\d', chain.text)
    broker.place(**put_spread("1.00"))
    path = f"/accounts/{broker.account}"
    assert '"quantity":2.00000000' in broker.http.get(f"{path}/orders").text
    assert re.search(r'"total_cash":\d+\.\d{20}', broker.http.get(f"{path}/balances").text)
    control.set({"tradier.numbers": "plain"})
    assert '"quantity":2.0,' in broker.http.get(f"{path}/orders").text


def test_every_number_is_read_by_an_exact_parser(broker: Broker) -> None:
    text = broker.http.get(
        "/markets/options/chains", params={"symbol": "SPY", "expiration": "2018-01-19", "greeks": "true"}
    ).text
    rows = json.loads(text, parse_float=Decimal)["options"]["option"]
    assert all(isinstance(row["bid"], Decimal) for row in rows)


@pytest.mark.parametrize(
    ("symbol", "expiration"),
    [("ZZZ", "2018-01-19"), ("SPY", "2018-01-18"), ("SPY", "2018-01-05"), ("VIX", "2018-01-19")],
)
def test_there_is_no_chain_where_nothing_is_listed(broker: Broker, symbol: str, expiration: str) -> None:
    assert broker.get("/markets/options/chains", symbol=symbol, expiration=expiration) == {"options": None}


def test_puts_and_calls_of_a_strike_come_in_no_stable_order(broker: Broker) -> None:
    rows = _chain(broker) + _chain(broker, expiration="2018-01-26") + _chain(broker, expiration="2018-02-02")
    first = {row["option_type"] for row in rows[::2]}
    assert first == {"call", "put"}


def test_on_the_third_friday_both_roots_share_the_chain(broker: Broker, control: SimulatorControl) -> None:
    rows = _chain(broker, "SPX")
    assert {row["root_symbol"] for row in rows} == {"SPX", "SPXW"}
    assert {row["underlying"] for row in rows} == {"SPX"}
    assert {row["root_symbol"] for row in _chain(broker, "SPX", "2018-01-26")} == {"SPXW"}
    control.set({"tradier.morning_roots": "off"})
    assert {row["root_symbol"] for row in _chain(broker, "SPX")} == {"SPXW"}


def test_expirations_are_dates_or_rows_and_all_roots_must_be_asked_for(broker: Broker) -> None:
    standard = broker.get("/markets/options/expirations", symbol="SPX")["expirations"]["date"]
    every = broker.get("/markets/options/expirations", symbol="SPX", includeAllRoots="true")["expirations"]["date"]
    assert standard == ["2018-01-19", "2018-02-16"]
    assert set(standard) < set(every)
    rows = broker.get(
        "/markets/options/expirations", symbol="SPY", strikes="true", expirationType="true", contractSize="true"
    )
    first = rows["expirations"]["expiration"][1]
    assert (first["date"], first["contract_size"], first["expiration_type"]) == ("2018-01-19", 100, "standard")
    assert first["strikes"]["strike"][0] == 250.0
    assert broker.get("/markets/options/expirations", symbol="ZZZ") == {"expirations": None}


def test_strikes_and_lookup(broker: Broker) -> None:
    strikes = broker.get("/markets/options/strikes", symbol="SPY", expiration="2018-01-19")
    assert strikes["strikes"]["strike"] == [float(strike) for strike in range(250, 291, 5)]
    assert broker.get("/markets/options/strikes", symbol="SPY", expiration="2018-01-18") == {"strikes": None}
    found = broker.get("/markets/options/lookup", underlying="SPX")["symbols"]
    assert {row["rootSymbol"] for row in found} == {"SPX", "SPXW"}
    assert broker.get("/markets/options/lookup", underlying="ZZZ") == {"symbols": None}


def test_an_option_out_of_the_chain_is_unmatched(broker: Broker, market: ScriptedMarket) -> None:
    found = broker.get("/markets/quotes", symbols="SPY180119P00251000")
    assert found["quotes"] == {"unmatched_symbols": {"symbol": "SPY180119P00251000"}}
