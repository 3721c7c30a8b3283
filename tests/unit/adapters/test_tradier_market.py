"""Tradier's market data: every shape of an answer, every clock, exact digits."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.errors import CredentialsError, FeedUnavailableError, MalformedReplyError, RateLimitedError
from tests.unit.adapters.tradier import answering, client
from tests.unit.adapters.vendor_bodies import daily_rows, index_row, quotes, stock_row
from tests.unit.adapters.wire import NOW, StandingClock, Wire, milliseconds, no_waiting, reply

EXPIRATION = date(2026, 4, 17)


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


def test_what_is_left_of_the_minute_can_be_asked() -> None:
    tradier = client(Wire(reply(quotes(stock_row()), 200, X_Ratelimit_Available="57")))
    tradier.quotes(["SPY"])
    assert tradier.remaining_calls() == {"market": 57}


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
