"""How quotes, the VIX and exposures can go wrong on demand."""

import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import FaultKind, Vendor
from tests.integration.vendors.conftest import Broker
from tests.integration.vendors.forms import LONG_PUT, SHORT_PUT, put_spread


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (FaultKind.QUOTE_CROSSED, lambda row: row["bid"] > row["ask"]),
        (FaultKind.QUOTE_ZERO, lambda row: row["bid"] == row["ask"] == 0),
        (FaultKind.QUOTE_NAN, lambda row: math.isnan(row["bid"])),
        (FaultKind.QUOTE_NEGATIVE, lambda row: row["bid"] < 0),
        (FaultKind.QUOTE_STALE, lambda row: row["bid_date"] < 1515599200000),
        (FaultKind.QUOTE_WRONG_SYMBOL, lambda row: row["symbol"] == "XYZ"),
        (FaultKind.GREEKS_MISSING, lambda row: row["greeks"] is None),
    ],
)
@pytest.mark.parametrize("path", ["quotes", "chains"])
def test_a_symbols_quote_may_be_broken(
    broker: Broker, control: SimulatorControl, kind: FaultKind, check: Callable[[dict[str, Any]], bool], path: str
) -> None:
    def broken() -> list[bool]:
        if path == "quotes":
            return [
                check(row)
                for row in broker.get("/markets/quotes", symbols=f"{SHORT_PUT},{LONG_PUT}", greeks="true")["quotes"][
                    "quote"
                ]
            ]
        query = {"symbol": "SPY", "expiration": "2018-01-19", "greeks": "true"}
        rows = broker.get("/markets/options/chains", **query)["options"]["option"]
        return [check(row) for row in rows if row["symbol"] in (SHORT_PUT, LONG_PUT, "XYZ")]

    control.inject(kind, symbol=SHORT_PUT)
    assert broken().count(True) == 1
    assert broken().count(True) == 0


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (FaultKind.QUOTE_MISSING, lambda row: row["error"] == "NOT_FOUND"),
        (FaultKind.QUOTE_ZERO, lambda row: row["value"] == 0),
        (FaultKind.QUOTE_NAN, lambda row: math.isnan(row["value"])),
        (FaultKind.QUOTE_NEGATIVE, lambda row: row["value"] == -12.5),
        (FaultKind.QUOTE_STALE, lambda row: row["last_updated"] == 1515599100 * 10**9),
        (FaultKind.QUOTE_WRONG_SYMBOL, lambda row: row["ticker"] == "I:XYZ"),
    ],
)
def test_the_vix_of_polygon_may_be_broken(
    polygon: httpx.Client, control: SimulatorControl, kind: FaultKind, check: Callable[[dict[str, Any]], bool]
) -> None:
    control.inject(kind, vendor=Vendor.POLYGON, symbol="VIX")
    rows = polygon.get("/v3/snapshot/indices", params={"ticker.any_of": "I:SPX,I:VIX"}).json()["results"]
    assert rows[0]["ticker"] == "I:SPX"
    assert check(rows[1])


def test_a_broken_quote_does_not_fill_orders(broker: Broker, control: SimulatorControl) -> None:
    control.inject(FaultKind.QUOTE_ZERO, symbol=SHORT_PUT, count=None)
    assert broker.order(broker.place(**put_spread("1.00")))["avg_fill_price"] == -1.09


@pytest.mark.parametrize(
    ("kind", "more", "status", "text"),
    [
        (FaultKind.RATE_LIMITED, {}, 429, "You've exceeded the maximum requests per minute"),
        (FaultKind.ERROR_BEFORE, {"status": 503}, 503, "Internal server error."),
        (FaultKind.HTML_PAGE, {}, 200, "<!DOCTYPE html>"),
        (FaultKind.WRONG_HOST, {}, 401, "Unknown API Key"),
        (FaultKind.EMPTY_BODY, {"status": 429}, 429, ""),
    ],
)
def test_polygon_may_fail(
    polygon: httpx.Client, control: SimulatorControl, kind: FaultKind, more: dict[str, Any], status: int, text: str
) -> None:
    control.inject(kind, vendor=Vendor.POLYGON, **more)
    reply = polygon.get("/v2/aggs/ticker/SPY/prev")
    assert reply.status_code == status
    assert text in reply.text
    assert polygon.get("/v2/aggs/ticker/SPY/prev").status_code == 200


@pytest.mark.parametrize(
    ("kind", "more", "status", "headers", "text"),
    [
        (FaultKind.RATE_LIMITED, {"seconds": 3}, 429, {"retry-after": "3"}, ""),
        (FaultKind.ERROR_BEFORE, {"status": 500}, 500, {}, ""),
        (FaultKind.HTML_PAGE, {}, 200, {"content-type": "text/html; charset=utf-8"}, "<!DOCTYPE html>"),
        (FaultKind.EMPTY_BODY, {}, 200, {"content-length": "0"}, ""),
        (FaultKind.NOT_MODIFIED, {}, 304, {}, ""),
        (FaultKind.WRONG_HOST, {}, 401, {}, "Unauthorized"),
    ],
)
def test_trading_volatility_may_fail(
    volatility: httpx.Client,
    control: SimulatorControl,
    kind: FaultKind,
    more: dict[str, Any],
    status: int,
    headers: dict[str, str],
    text: str,
) -> None:
    control.inject(kind, vendor=Vendor.TRADING_VOLATILITY, **more)
    reply = volatility.get("/tickers/SPY")
    assert reply.status_code == status
    assert headers.items() <= dict(reply.headers).items()
    assert text in reply.text
    assert volatility.get("/tickers/SPY").status_code == 200


def test_the_exposure_may_be_garbage_or_empty(volatility: httpx.Client, control: SimulatorControl) -> None:
    control.inject(FaultKind.GEX_GARBAGE)
    gamma = volatility.get("/tickers/SPY").json()["data"]["gamma"]
    assert math.isnan(gamma["gamma_notional_per_1pct_move_usd"])
    control.inject(FaultKind.GEX_EMPTY_POINTS)
    empty = volatility.get("/tickers/SPY/curves/gex_by_strike").json()
    assert empty == {"data": {"points": [], "totals": {}}, "meta": {"ticker": "SPY"}}
