"""Polygon: plans, pages, bars by the vendor's clock."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from shared.adapters.polygon import PolygonClient
from shared.domain.errors import (
    AlphaGexError,
    CredentialsError,
    FeedUnavailableError,
    MalformedReplyError,
    NotEntitledError,
    RateLimitedError,
)
from shared.domain.reference import IndicatorKind
from tests.unit.adapters.vendor_bodies import SHORT_PUT, bars, index_snapshot, snapshot_row
from tests.unit.adapters.wire import NOW, StandingClock, Wire, milliseconds, no_waiting, reply

START, END, EXPIRATION = date(2026, 3, 2), date(2026, 3, 3), date(2026, 4, 17)
REFUSED = "You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing"
KEY = "k3y-of-the-user"


def client(wire: httpx.BaseTransport, clock: StandingClock | None = None, **changes: Any) -> PolygonClient:
    return PolygonClient("https://api.polygon.io", KEY, clock=clock or StandingClock(), transport=wire, **changes)


def midnight(day: date, zone: str) -> int:
    return milliseconds(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def test_the_key_travels_in_the_header_only() -> None:
    wire = Wire(reply(index_snapshot()))
    client(wire).vix()
    assert wire.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert wire.query == {"ticker.any_of": "I:VIX"}


def test_trap_16_a_snapshot_counts_nanoseconds() -> None:
    vix = client(Wire(reply(index_snapshot(last_updated=1_772_638_200_344_223_500)))).vix()
    assert (vix.value, vix.as_of) == (Decimal("18.44"), datetime(2026, 3, 4, 15, 30, 0, 344_223, tzinfo=UTC))


@pytest.mark.parametrize(
    ("ticker", "zone"),
    [
        pytest.param("SPY", "America/New_York", id="a stock's day begins in New York"),
        pytest.param("VIX", "America/Chicago", id="an index's day begins in Chicago"),
        pytest.param("SPX", "America/Chicago", id="SPX is an index"),
    ],
)
@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 9)], ids=["winter", "summer"])
def test_trap_16_the_day_of_a_bar_is_that_of_the_vendors_midnight(ticker: str, zone: str, day: date) -> None:
    (bar,) = client(Wire(reply(bars(midnight(day, zone))))).daily_bars(ticker, START, END)
    assert bar.day == day


def test_trap_17_bars_are_asked_for_ascending_without_a_small_limit() -> None:
    wire = Wire(reply(bars(midnight(START, "America/Chicago"))))
    client(wire).daily_bars("VIX", START, END)
    assert wire.query == {"adjusted": "true", "sort": "asc", "limit": "50000"}
    assert wire.requests[0].url.path == "/v2/aggs/ticker/I:VIX/range/1/day/2026-03-02/2026-03-03"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"status": "OK", "resultsCount": 0, "ticker": "I:VIX"}, id="no results key"),
        pytest.param({"status": "DELAYED", "resultsCount": 0}, id="delayed and empty"),
        pytest.param(bars(), id="an empty list"),
    ],
)
def test_trap_17_no_bars_are_no_history(body: Any) -> None:
    with pytest.raises(FeedUnavailableError):
        client(Wire(reply(body))).daily_bars("VIX", START, END)


@pytest.mark.parametrize("status", ["OK", "DELAYED"])
def test_trap_17_index_bars_have_no_volume_and_a_delayed_plan_is_an_answer(status: str) -> None:
    body = bars(midnight(START, "America/Chicago"), status=status)
    assert client(Wire(reply(body))).daily_bars("VIX", START, END)[0].close == Decimal("596.4")


@pytest.mark.parametrize("words", ["error", "message"])
def test_trap_18_a_plans_refusal_stands_under_either_word_and_is_asked_for_once_a_day(words: str) -> None:
    clock, wire = StandingClock(), Wire(reply({"status": "NOT_AUTHORIZED", words: REFUSED}, 403))
    polygon = client(wire, clock)
    for _ in range(3):
        with pytest.raises(NotEntitledError, match="not entitled"):
            polygon.vix()
    assert len(wire.requests) == 1
    clock.sleep(timedelta(days=1).total_seconds())
    with pytest.raises(NotEntitledError):
        polygon.vix()
    assert len(wire.requests) == 2


def test_trap_18_a_refusal_inside_a_200_counts_as_well() -> None:
    row = {"ticker": "I:VIX", "error": "NOT_ENTITLED", "message": "Not entitled to this ticker."}
    wire = Wire(reply({"status": "OK", "results": [row]}))
    polygon = client(wire)
    for _ in range(2):
        with pytest.raises(NotEntitledError):
            polygon.vix()
    assert len(wire.requests) == 1


def test_trap_18_entitlements_are_per_class_of_asset() -> None:
    start = midnight(START, "America/New_York")
    wire = Wire(reply({"status": "NOT_AUTHORIZED", "error": REFUSED}, 403), reply(bars(start)))
    polygon = client(wire)
    with pytest.raises(NotEntitledError):
        polygon.vix()
    assert polygon.daily_bars("SPY", START, END)[0].day == START


@pytest.mark.parametrize("answer", [{"ticker": "I:VIX", "error": "NOT_FOUND"}, {"ticker": "I:OTHER", "value": 5}])
def test_a_ticker_without_a_value_is_no_value(answer: dict[str, Any]) -> None:
    with pytest.raises(FeedUnavailableError):
        client(Wire(reply({"status": "OK", "results": [answer]}))).vix()


def test_trap_18_what_a_plan_leaves_out_of_a_chain_is_none() -> None:
    bare = {name: value for name, value in snapshot_row().items() if name in ("details", "open_interest")}
    (quote,) = client(Wire(reply({"status": "OK", "results": [bare]}))).option_chain("SPY", EXPIRATION)
    assert (quote.bid, quote.ask, quote.as_of, quote.iv, quote.delta) == (None, None, None, None, None)
    assert quote.open_interest == 840
    (empty,) = client(Wire(reply({"status": "OK", "results": [bare | {"greeks": {}}]}))).option_chain("SPY", EXPIRATION)
    assert empty.delta is None


def test_a_chain_row_is_read_whole() -> None:
    (quote,) = client(Wire(reply({"status": "OK", "results": [snapshot_row()]}))).option_chain("SPY", EXPIRATION)
    assert (quote.option_symbol, quote.bid, quote.ask) == (SHORT_PUT, Decimal("2.41"), Decimal("2.47"))
    assert (quote.iv, quote.delta, quote.as_of) == (0.17, -0.3, NOW)


def test_the_chain_of_an_index_is_asked_for_by_its_ticker() -> None:
    wire = Wire(reply({"status": "OK", "results": [snapshot_row("SPXW260417P05600000")]}))
    client(wire).option_chain("SPX", EXPIRATION)
    assert wire.requests[0].url.path == "/v3/snapshot/options/I:SPX"
    assert wire.query == {"expiration_date": "2026-04-17", "limit": "250"}


@pytest.mark.parametrize(
    "host", ["https://api.massive.com", "https://api.polygon.io", "https://api.massive.com:443"], ids=str
)
def test_trap_18_the_next_page_may_be_on_the_vendors_other_host_and_gets_the_key_in_the_header(host: str) -> None:
    first = {
        "status": "OK",
        "results": [snapshot_row()],
        "next_url": f"{host}/v3/snapshot/options/SPY?cursor=abc&apiKey=x",
    }
    second = {"status": "OK", "results": [snapshot_row("SPY260417C00640000")]}
    wire = Wire(reply(first), reply(second))
    assert len(client(wire).option_chain("SPY", EXPIRATION)) == 2
    request = wire.requests[1]
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert dict(request.url.params) == {"cursor": "abc"}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v3/next",
        "http://api.polygon.io/v3/next",
        "https://api.polygon.io.evil.example/v3/next",
        "https://api.polygon.io@evil.example/v3/next",
        "https://user@api.polygon.io/v3/next",
        "https://api.polygon.io:8443/v3/next",
        "//evil.example/next",
        "https://[::1/next",
        "ftp://api.polygon.io/next",
    ],
)
def test_trap_18_the_key_goes_to_no_other_host(url: str) -> None:
    wire = Wire(reply({"status": "OK", "results": [snapshot_row()], "next_url": url}))
    with pytest.raises(MalformedReplyError, match="next_url"):
        client(wire).option_chain("SPY", EXPIRATION)
    assert len(wire.requests) == 1


def test_pages_without_an_end_are_left() -> None:
    wire = Wire(
        reply({"status": "OK", "results": [snapshot_row()], "next_url": "https://api.polygon.io/v3/x?cursor=1"})
    )
    with pytest.raises(MalformedReplyError, match="next_url"):
        client(wire).option_chain("SPY", EXPIRATION)
    assert len(wire.requests) == 2


def test_on_the_free_plan_five_calls_a_minute_are_all() -> None:
    clock, wire = StandingClock(), Wire(reply(index_snapshot()))
    polygon = client(wire, clock, calls_per_minute=5)
    for _ in range(5):
        polygon.vix()
        clock.sleep(5)
    with no_waiting(), pytest.raises(RateLimitedError) as caught:
        polygon.vix()
    assert (len(wire.requests), caught.value.wait_seconds) == (5, 35)
    clock.sleep(35)
    assert polygon.vix().value == Decimal("18.44")


def test_after_a_429_nothing_is_asked_for_a_minute() -> None:
    clock, wire = StandingClock(), Wire(reply({"status": "ERROR", "error": "You've exceeded the maximum"}, 429))
    polygon = client(wire, clock)
    for _ in range(2):
        with no_waiting(), pytest.raises(RateLimitedError):
            polygon.vix()
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        pytest.param(401, {"status": "ERROR", "error": "Unknown API Key"}, CredentialsError, id="key"),
        pytest.param(404, {"status": "NOT_FOUND", "message": "Ticker not found."}, FeedUnavailableError, id="404"),
        pytest.param(200, {"status": "ERROR", "error": "x"}, FeedUnavailableError, id="an error with 200"),
        pytest.param(200, {"status": "NOT_AUTHORIZED", "message": REFUSED}, NotEntitledError, id="a refusal with 200"),
        pytest.param(200, {"results": []}, MalformedReplyError, id="no status"),
        pytest.param(200, "<html>", FeedUnavailableError, id="a page"),
        pytest.param(200, "", FeedUnavailableError, id="nothing"),
        pytest.param(429, "", RateLimitedError, id="429 without a word"),
        pytest.param(500, "", FeedUnavailableError, id="500"),
    ],
)
def test_every_refusal_has_its_error(status: int, body: Any, error: type[AlphaGexError]) -> None:
    with no_waiting(), pytest.raises(error) as caught:
        client(Wire(reply(body, status))).vix()
    assert KEY not in str(caught.value)


def test_the_spot_of_a_stock_is_its_last_trade() -> None:
    body = {"status": "OK", "results": {"T": "SPY", "p": 596.31, "t": 1_772_638_199_000_000_000}}
    wire = Wire(reply(body))
    assert client(wire).spot("SPY").value == Decimal("596.31")
    assert wire.requests[0].url.path == "/v2/last/trade/SPY"


def test_expirations_are_those_of_the_contracts_around_the_money() -> None:
    contracts = [{"expiration_date": day} for day in ("2026-04-24", "2026-04-17", "2026-04-17")]
    wire = Wire(reply(index_snapshot("I:SPX", 5600)), reply({"status": "OK", "results": contracts}))
    assert [day.day for day in client(wire).expirations("SPX")] == [17, 24]
    assert wire.query["underlying_ticker"] == "SPX"


def test_without_prices_in_the_plan_the_last_close_tells_where_the_money_is() -> None:
    contracts = [{"expiration_date": "2026-04-17"}]
    refused = reply({"status": "NOT_AUTHORIZED", "message": REFUSED}, 403)
    close = reply(bars(midnight(START, "America/New_York")))
    wire = Wire(refused, close, reply({"status": "OK", "results": contracts}))
    assert client(wire).expirations("SPY") == (EXPIRATION,)
    assert float(wire.query["strike_price.gte"]) < 596.4 < float(wire.query["strike_price.lte"])


def test_market_status_holidays_and_indicators_are_read() -> None:
    status = client(Wire(reply({"market": "open", "serverTime": "2026-03-04T10:30:00-05:00"}))).market_status()
    assert (status.now, status.is_open) == (NOW, True)
    rows = [
        {"date": "2026-11-26", "exchange": "NYSE", "name": "Thanksgiving", "status": "closed"},
        {"date": "2026-11-27", "exchange": "NYSE", "name": "Thanksgiving", "status": "early-close",
         "open": "2026-11-27T14:30:00.000Z", "close": "2026-11-27T18:00:00.000Z"},
    ]  # fmt: skip
    full, early = client(Wire(reply(rows))).upcoming_holidays()
    assert (full.closes_at, early.closes_at) == (None, datetime(2026, 11, 27, 18, tzinfo=UTC))
    values = [{"timestamp": milliseconds(NOW), "value": 1.5, "signal": 1.25, "histogram": 0.25}]
    wire = Wire(reply({"status": "OK", "results": {"values": values}}))
    (point,) = client(wire).indicator(IndicatorKind.MACD, "SPX")
    assert (point.at, point.value, point.histogram) == (NOW, Decimal("1.5"), Decimal("0.25"))
    assert wire.requests[0].url.path == "/v1/indicators/macd/I:SPX"
