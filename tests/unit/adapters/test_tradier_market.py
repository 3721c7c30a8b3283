"""Tradier's market data: every shape of an answer, every clock, exact digits."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.tradier import TradierClient
from shared.domain.errors import CredentialsError, FeedUnavailableError, MalformedReplyError, RateLimitedError
from tests.unit.adapters.vendor_bodies import (
    GREEKS_TIME,
    LONG_PUT,
    MARKET_TIME,
    SHORT_CALL,
    SHORT_PUT,
    daily_rows,
    index_row,
    option_row,
    quotes,
    stock_row,
)
from tests.unit.adapters.wire import NOW, StandingClock, Wire, milliseconds, no_waiting, reply

EXPIRATION = date(2026, 4, 17)


def client(wire: Wire, clock: StandingClock | None = None) -> TradierClient:
    return TradierClient("https://tradier.example/v1", "t0ken", "VA00000000", clock=clock, transport=wire)


def answering(body: Any, status: int = 200) -> TradierClient:
    return client(Wire(reply(body, status)))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([stock_row(), index_row()], ["SPY", "VIX"], id="many as a list"),
        pytest.param(stock_row(), ["SPY"], id="one as itself"),
        pytest.param(None, [], id="none as null"),
        pytest.param("null", [], id="none as the text null"),
        pytest.param({}, [], id="none as an empty object"),
    ],
)
def test_trap_01_one_row_is_an_object_and_none_is_null(rows: Any, found: list[str]) -> None:
    assert list(answering(quotes(rows)).quotes(["SPY", "VIX"])) == found


@pytest.mark.parametrize(
    "body", [{"quotes": None}, {"quotes": "null"}, {}, {"quotes": {"unmatched_symbols": {"symbol": "X"}}}]
)
def test_trap_01_no_rows_at_all(body: Any) -> None:
    assert answering(body).quotes(["X"]) == {}


@pytest.mark.parametrize("body", ['{"fault": {"faultstring": "x"}}', "[]", "7", '"null"', '{"quotes": {"quote": [1]}}'])
def test_an_answer_of_another_kind_is_never_an_empty_one(body: str) -> None:
    with pytest.raises(MalformedReplyError):
        answering(body).quotes(["SPY"])


def test_quotes_are_read_to_the_vendors_own_digits_and_times() -> None:
    quote = answering(quotes([stock_row(last=596.3100)])).quotes(["SPY"])["SPY"]
    assert (quote.last, quote.bid, quote.ask) == (Decimal("596.31"), Decimal("596.3"), Decimal("596.34"))
    assert quote.as_of == NOW - timedelta(seconds=3)


def test_trap_12_json_is_asked_for_because_the_default_is_xml() -> None:
    wire = Wire(reply(quotes(stock_row())))
    client(wire).quotes(["SPY", "VIX"])
    assert wire.requests[0].headers["accept"] == "application/json"
    assert wire.query == {"symbols": "SPY,VIX", "greeks": "false"}


@pytest.mark.parametrize(
    ("count", "methods"),
    [
        pytest.param(50, ["GET"], id="fifty fit into a URL"),
        pytest.param(51, ["POST"], id="more are posted"),
        pytest.param(1_100, ["POST"] * 3, id="in chunks of five hundred"),
    ],
)
def test_many_symbols_are_posted(count: int, methods: list[str]) -> None:
    wire = Wire(reply({"quotes": None}))
    client(wire).option_quotes([f"SPY260417P{strike:08d}" for strike in range(1000, 1000 + count)])
    assert [request.method for request in wire.requests] == methods


def test_no_symbols_ask_nothing() -> None:
    wire = Wire(reply("", 500))
    assert client(wire).quotes([]) == {}
    assert wire.requests == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"bid": None, "ask": None}, id="null"),
        pytest.param({"bid": 0, "ask": 0}, id="zero"),
        pytest.param({"bid": 18.1, "ask": 18.6}, id="made up"),
    ],
)
def test_trap_14_an_index_has_no_bid_and_ask_but_a_last_with_its_own_clock(changes: dict[str, Any]) -> None:
    quote = answering(quotes(index_row(**changes))).quotes(["VIX"])["VIX"]
    assert (quote.bid, quote.ask, quote.last) == (None, None, Decimal("18.42"))
    assert quote.as_of == NOW - timedelta(seconds=3.5)


def test_trap_14_an_option_without_trades_has_no_last_and_a_bid_of_zero_is_a_bid() -> None:
    quote = answering(quotes([option_row(SHORT_PUT, bid=0.0, ask=0.05)])).option_quotes([SHORT_PUT])[SHORT_PUT]
    assert (quote.bid, quote.mid) == (Decimal(0), Decimal("0.025"))


@pytest.mark.parametrize(
    ("greeks", "iv", "delta"),
    [
        pytest.param({"mid_iv": 0.173, "smv_vol": 0.171, "delta": -0.3}, 0.173, -0.3, id="sound"),
        pytest.param({"mid_iv": 5.25, "smv_vol": 0.171, "delta": -0.3}, 0.171, -0.3, id="absurd mid"),
        pytest.param({"mid_iv": 0.0, "smv_vol": -138_248_470.247, "delta": -0.3}, None, -0.3, id="absurd surface"),
        pytest.param({"mid_iv": 0.2, "delta": 1.000000000000001}, 0.2, 1.0, id="a hair beyond one"),
        pytest.param({"mid_iv": 0.2, "delta": -7.5}, 0.2, None, id="absurd delta"),
        pytest.param({}, None, None, id="empty"),
        pytest.param(None, None, None, id="null"),
    ],
)
def test_trap_15_greeks_may_be_missing_or_absurd(
    greeks: dict[str, Any] | None, iv: float | None, delta: float | None
) -> None:
    body = {"options": {"option": [option_row(SHORT_PUT, greeks=greeks)]}}
    (quote,) = answering(body).option_chain("SPY", EXPIRATION)
    assert (quote.iv, quote.delta) == (iv, delta)


def test_trap_15_greeks_have_a_clock_of_their_own_in_utc() -> None:
    row = option_row(SHORT_PUT)
    (quote,) = answering({"options": {"option": row}}).option_chain("SPY", EXPIRATION)
    assert quote.greeks_as_of == datetime.fromisoformat(f"{GREEKS_TIME}+00:00")
    assert quote.as_of == NOW - timedelta(seconds=3)
    del row["greeks"]
    (without,) = answering({"options": {"option": row}}).option_chain("SPY", EXPIRATION)
    assert (without.delta, without.greeks_as_of) == (None, None)


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        pytest.param({"bid_date": MARKET_TIME - 9000, "ask_date": MARKET_TIME}, 3, id="the newer side"),
        pytest.param({"bid_date": 0, "ask_date": MARKET_TIME, "trade_date": 0}, 3, id="one side"),
        pytest.param({"bid_date": 0, "ask_date": 0, "trade_date": MARKET_TIME}, None, id="a trade is no quote"),
    ],
)
def test_trap_20_the_time_of_an_option_quote_is_the_quotes_clock(changes: dict[str, Any], seconds: int | None) -> None:
    quote = answering(quotes(option_row(SHORT_PUT, **changes))).option_quotes([SHORT_PUT])[SHORT_PUT]
    assert quote.as_of == (None if seconds is None else NOW - timedelta(seconds=seconds))


def test_a_chain_has_all_roots_and_leaves_adjusted_contracts_out() -> None:
    rows = [
        option_row("SPXW260417C05600000", root_symbol="SPXW"),
        option_row("SPX260417C05600000", root_symbol="SPX"),
        option_row("SPX1260417C05600000"),
    ]
    wire = Wire(reply({"options": {"option": rows}}))
    chain = client(wire).option_chain("SPX", EXPIRATION)
    assert [quote.contract.root for quote in chain] == ["SPXW", "SPX"]
    assert wire.query == {"symbol": "SPX", "expiration": "2026-04-17", "greeks": "true"}


@pytest.mark.parametrize(
    ("row", "path"),
    [
        pytest.param(option_row("SPY260424P00560000"), "options.option[0].symbol", id="another day"),
        pytest.param(option_row("QQQ260417P00560000"), "options.option[0].symbol", id="another underlying"),
        pytest.param(option_row(SHORT_PUT, bid="cheap"), "options.option[0].bid", id="a word for a price"),
        pytest.param(option_row(SHORT_PUT, ask=[1]), "options.option[0].ask", id="a list for a price"),
        pytest.param(option_row(SHORT_PUT, bid="NaN"), "options.option[0].bid", id="NaN as text"),
        pytest.param(option_row(SHORT_PUT, ask=1e30), "options.option[0].ask", id="huge"),
        pytest.param(
            option_row(SHORT_PUT, open_interest=-4), "options.option[0].open_interest", id="negative interest"
        ),
        pytest.param(
            option_row(SHORT_PUT, bid_date=1_772_638_200, ask_date=1_772_638_200),
            "options.option[0].bid_date",
            id="seconds for milliseconds",
        ),
        pytest.param(option_row(SHORT_PUT, greeks=5), "options.option[0].greeks", id="greeks that are a number"),
        pytest.param(option_row(SHORT_PUT) | {"symbol": None}, "options.option[0].symbol", id="no symbol"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(row: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedReplyError) as caught:
        answering({"options": {"option": [row]}}).option_chain("SPY", EXPIRATION)
    assert caught.value.path == path


@pytest.mark.parametrize("body", [{"options": None}, {"options": {"option": None}}, {}])
def test_a_chain_that_is_not_there_is_no_empty_chain(body: Any) -> None:
    with pytest.raises(FeedUnavailableError):
        answering(body).option_chain("SPY", EXPIRATION)


@pytest.mark.parametrize(
    ("wrapped", "found"),
    [
        pytest.param({"date": ["2026-04-24", "2026-04-17"]}, [17, 24], id="many"),
        pytest.param({"date": "2026-04-17"}, [17], id="one"),
        pytest.param({"expiration": [{"date": "2026-04-17", "contract_size": 100}]}, [17], id="with details"),
    ],
)
def test_expirations_of_every_root_are_asked_for(wrapped: Any, found: list[int]) -> None:
    wire = Wire(reply({"expirations": wrapped}))
    assert [day.day for day in client(wire).expirations("SPX")] == found
    assert wire.query == {"symbol": "SPX", "includeAllRoots": "true"}


@pytest.mark.parametrize("body", [{"expirations": None}, {"expirations": {"date": []}}])
def test_no_expirations_are_no_answer(body: Any) -> None:
    with pytest.raises(FeedUnavailableError):
        answering(body).expirations("SPX")


@pytest.mark.parametrize(
    ("word", "is_open"), [("open", True), ("premarket", False), ("postmarket", False), ("closed", False)]
)
def test_trap_16_the_clock_counts_seconds(word: str, is_open: bool) -> None:
    clock = answering({"clock": {"state": word, "timestamp": int(NOW.timestamp()), "next_change": "16:00"}}).clock()
    assert (clock.now, clock.is_open) == (NOW, is_open)


def test_trap_16_calendar_hours_are_new_york_wall_time() -> None:
    days = [
        {"date": "2026-03-06", "status": "open", "open": {"start": "09:30", "end": "16:00"}},
        {"date": "2026-03-09", "status": "open", "open": {"start": "09:30", "end": "13:00"}},
        {"date": "2026-03-10", "status": "closed", "description": "Market is closed"},
    ]
    sessions = answering({"calendar": {"month": 3, "year": 2026, "days": {"day": days}}}).calendar(2026, 3)
    assert [session.opens_at.astimezone(UTC).hour for session in sessions] == [14, 13]
    assert sessions[1].closes_at == datetime(2026, 3, 9, 17, tzinfo=UTC)


def test_history_comes_ascending_a_bar_a_day() -> None:
    rows = daily_rows("2026-03-03", "2026-03-02")
    bars = answering({"history": {"day": rows}}).daily_bars("SPX", date(2026, 3, 1), date(2026, 3, 3))
    assert [bar.day.day for bar in bars] == [2, 3]
    (one,) = answering({"history": {"day": rows[0]}}).daily_bars("SPX", date(2026, 3, 1), date(2026, 3, 3))
    assert one.close == Decimal("596.4")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"close": 0}, MalformedReplyError, id="zero"),
        pytest.param({"close": 700.0}, MalformedReplyError, id="outside its range"),
        pytest.param({"open": None}, MalformedReplyError, id="null"),
        pytest.param({"date": "03/02/2026"}, MalformedReplyError, id="another date"),
    ],
)
def test_a_bar_that_cannot_be_is_refused(changes: dict[str, Any], error: type[Exception]) -> None:
    row = daily_rows("2026-03-02")[0] | changes
    with pytest.raises(error):
        answering({"history": {"day": [row]}}).daily_bars("VIX", date(2026, 3, 1), date(2026, 3, 3))


def test_a_history_that_is_null_is_no_history() -> None:
    with pytest.raises(FeedUnavailableError):
        answering({"history": None}).daily_bars("VIX", date(2026, 3, 1), date(2026, 3, 3))


@pytest.mark.parametrize("status", [429, 200], ids=["with 429", "with 200"])
def test_over_the_rate_limit_nothing_more_is_asked_before_the_windows_end(status: int) -> None:
    clock = StandingClock()
    ends = milliseconds(NOW + timedelta(seconds=41))
    refused = reply(f"Quota Violation. Rate limit exceeded; expires {ends}", status)
    wire = Wire(refused, reply(quotes(stock_row())))
    tradier = client(wire, clock)
    for _ in range(2):
        with no_waiting(), pytest.raises(RateLimitedError) as caught:
            tradier.quotes(["SPY"])
        assert caught.value.wait_seconds == 41
    assert len(wire.requests) == 1
    clock.sleep(41)
    assert "SPY" in tradier.quotes(["SPY"])


def test_the_rate_headers_are_obeyed_and_count_milliseconds() -> None:
    spent = {"X_Ratelimit_Available": "0", "X_Ratelimit_Expiry": str(milliseconds(NOW + timedelta(seconds=12)))}
    wire = Wire(reply(quotes(stock_row()), 200, **spent))
    tradier = client(wire, StandingClock())
    tradier.quotes(["SPY"])
    with no_waiting(), pytest.raises(RateLimitedError) as caught:
        tradier.clock()
    assert (caught.value.wait_seconds, len(wire.requests)) == (12, 1)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        pytest.param(401, '{"fault":{"faultstring":"Invalid Access Token"}}', id="wrong host or dead"),
        pytest.param(500, '{"fault":{"faultstring":"Access Token expired"}}', id="expired comes as 500"),
    ],
)
def test_trap_10_a_refused_token_is_said_with_both_reasons(status: int, text: str) -> None:
    wire = Wire(reply(text, status))
    with no_waiting(), pytest.raises(CredentialsError, match="other host"):
        client(wire).quotes(["SPY"])
    assert len(wire.requests) == 1


def test_other_contracts_in_a_quote_answer_are_not_mixed_up() -> None:
    rows = [option_row(SHORT_PUT), stock_row(), option_row(LONG_PUT), option_row(SHORT_CALL)]
    tradier = answering(quotes(rows))
    assert list(tradier.option_quotes([LONG_PUT, SHORT_PUT])) == [LONG_PUT, SHORT_PUT]
    assert list(tradier.quotes(["SPY"])) == ["SPY"]
