"""Trading Volatility in both versions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.adapters.trading_volatility import TradingVolatilityClient, Version
from shared.domain.errors import (
    AlphaGexError,
    CredentialsError,
    FeedUnavailableError,
    MalformedReplyError,
    NotEntitledError,
    RateLimitedError,
)
from tests.unit.adapters.vendor_bodies import by_strike, latest_v1, state
from tests.unit.adapters.wire import NOW, Routes, StandingClock, Wire, no_waiting, reply

TOKEN = "sub_of_the_user"
CURVE = by_strike((590, -250.5), (600, 410.0), (610, 95.0))


def client(
    wire: httpx.BaseTransport, version: Version = Version.V2, clock: StandingClock | None = None
) -> TradingVolatilityClient:
    return TradingVolatilityClient("https://tv.example/api", TOKEN, version, clock=clock, transport=wire)


def routes(**answers: Any) -> Routes:
    given = {"SPY": reply(state()), "gex_by_strike": reply(CURVE)} | answers
    return Routes(**given)


def test_trap_19_net_exposure_is_dollars_per_one_percent_as_the_vendor_says_it() -> None:
    gamma = client(routes()).gamma("SPY")
    assert gamma.net_gex == Decimal("-731250000.4")
    assert (gamma.flip_point, gamma.spot) == (Decimal("601.5"), Decimal("596.28"))


def test_trap_20_the_time_of_the_feed_is_its_own() -> None:
    assert client(routes()).gamma("SPY").as_of == NOW - timedelta(minutes=1)


def test_trap_19_walls_are_computed_over_all_strikes_on_net() -> None:
    gamma = client(routes()).gamma("SPY")
    assert (gamma.call_wall, gamma.put_wall) == (Decimal(600), Decimal(590))


@pytest.mark.parametrize(
    ("points", "walls"),
    [
        pytest.param(((590, 5.0), (600, 9.0)), (600, None), id="no negative strike"),
        pytest.param(((590, -5.0), (600, -9.0)), (None, 600), id="no positive strike"),
        pytest.param(((700, -9.0), (500, 4.0)), (500, 700), id="the spot plays no part"),
        pytest.param(((590, 0.0),), (None, None), id="nothing"),
        pytest.param(((602.5, 9.0), (600, -9)), (Decimal("602.5"), 600), id="a strike between dollars"),
    ],
)
def test_trap_19_a_wall_needs_exposure_of_its_sign(points: Any, walls: tuple[Decimal | None, Decimal | None]) -> None:
    gamma = client(routes(gex_by_strike=reply(by_strike(*points)))).gamma("SPY")
    assert (gamma.call_wall, gamma.put_wall) == walls


@pytest.mark.parametrize(
    "curve",
    [
        pytest.param(reply(by_strike()), id="empty points"),
        pytest.param(reply("", 404), id="not visible"),
        pytest.param(reply('{"data": NaN}'), id="garbage"),
    ],
)
def test_walls_are_shown_not_decided_on_so_their_absence_stops_nothing(curve: httpx.Response) -> None:
    gamma = client(routes(gex_by_strike=curve)).gamma("SPY")
    assert (gamma.call_wall, gamma.put_wall, gamma.net_gex) == (None, None, Decimal("-731250000.4"))


@pytest.mark.parametrize("flip", [None, {"price": None}, {}])
def test_a_ticker_without_a_flip_has_none(flip: Any) -> None:
    gamma = {"gamma_notional_per_1pct_move_usd": 5e8, "flip": flip}
    assert client(routes(SPY=reply(state(gamma=gamma)))).gamma("SPY").flip_point is None


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param(state(gamma={}), "data.gamma.gamma_notional_per_1pct_move_usd", id="no exposure"),
        pytest.param(state(underlying={}), "data.underlying.price", id="no spot"),
        pytest.param(state() | {"meta": {"ticker": "SPY"}}, "meta.asof", id="no time"),
        pytest.param(state() | {"meta": {"ticker": "QQQ", "asof": "x"}}, "meta.ticker", id="another ticker"),
        pytest.param(state() | {"meta": {"asof": "2026-03-04 15:29:00"}}, "meta.asof", id="a time without a zone"),
    ],
)
def test_what_is_missing_is_named_and_never_a_number(body: Any, path: str) -> None:
    with pytest.raises(MalformedReplyError) as caught:
        client(routes(SPY=reply(body))).gamma("SPY")
    assert caught.value.path == path


def test_the_key_travels_in_the_header_in_version_2() -> None:
    wire = Wire(reply(CURVE))
    client(wire).gex_by_strike("SPY")
    assert wire.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert wire.query == {"exp": "combined"}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            {"levels": [{"name": "gamma_flip", "price": 601.5}, {"name": "gex_0", "price": None}]}, id="a list"
        ),
        pytest.param({"gamma_flip": 601.5, "gex_0": None}, id="flat"),
    ],
)
def test_levels_come_in_two_shapes(data: Any) -> None:
    body = {"data": data, "meta": {"asof": "2026-03-04T15:29:00Z", "ticker": "SPY"}}
    assert client(Wire(reply(body))).levels("SPY") == {"gamma_flip": Decimal("601.5")}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        pytest.param(401, {"error": {"message": "Unauthorized"}}, CredentialsError, id="401"),
        pytest.param(403, "", NotEntitledError, id="403"),
        pytest.param(404, "nope", FeedUnavailableError, id="404"),
        pytest.param(304, "", FeedUnavailableError, id="304"),
        pytest.param(200, "", FeedUnavailableError, id="an empty 200"),
        pytest.param(200, "<html>challenge</html>", FeedUnavailableError, id="a challenge page"),
        pytest.param(200, "API limit exceeded", RateLimitedError, id="the limit with 200"),
        pytest.param(403, "API limit exceeded", RateLimitedError, id="the limit with 403"),
        pytest.param(503, "", FeedUnavailableError, id="503"),
        pytest.param(200, {"data": {}}, MalformedReplyError, id="no meta"),
    ],
)
def test_every_refusal_has_its_error(status: int, body: Any, error: type[AlphaGexError]) -> None:
    with no_waiting(), pytest.raises(error) as caught:
        client(routes(SPY=reply(body, status))).gamma("SPY")
    assert TOKEN not in str(caught.value)


def test_retry_after_is_obeyed() -> None:
    clock, wire = StandingClock(), Wire(reply("", 429, Retry_After="17"), reply(CURVE))
    feed = client(wire, clock=clock)
    for _ in range(2):
        with no_waiting(), pytest.raises(RateLimitedError) as caught:
            feed.gex_by_strike("SPY")
        assert caught.value.wait_seconds == 17
    assert len(wire.requests) == 1
    clock.sleep(17)
    assert len(feed.gex_by_strike("SPY").strikes) == 3


def v1(**answers: httpx.Response) -> TradingVolatilityClient:
    return client(Routes(**answers), Version.V1)


def test_trap_19_version_1_numbers_are_text_and_the_two_fields_are_not_one() -> None:
    gamma = v1(latest=reply(latest_v1())).gamma("SPY")
    assert (gamma.net_gex, gamma.flip_point) == (Decimal("-731250000.4"), Decimal("601.5"))
    without = latest_v1()
    del without["SPY"]["gex_per_1pct_chg"]
    with pytest.raises(MalformedReplyError, match="gex_per_1pct_chg"):
        v1(latest=reply(without)).gamma("SPY")


@pytest.mark.parametrize("text", ["2026-03-04 15:29:11", "2026-03-04_15:29:11"])
def test_trap_16_version_1_times_are_utc_without_a_zone(text: str) -> None:
    gamma = v1(latest=reply(latest_v1(collection_date=text))).gamma("SPY")
    assert gamma.as_of == datetime(2026, 3, 4, 15, 29, 11, tzinfo=UTC)


def test_version_1_walls_come_from_its_array_which_may_hold_empty_rows() -> None:
    rows = [
        {"strike": "590", "net_gamma_$_at_strike": "-250.5"},
        {},
        {"strike": "600", "net_gamma_$_at_strike": "410.0"},
    ]
    gamma = v1(latest=reply(latest_v1()), gammaOI=reply({"SPY": {"gamma_array": rows}})).gamma("SPY")
    assert (gamma.call_wall, gamma.put_wall) == (Decimal(600), Decimal(590))


def test_version_1_has_its_id_in_the_query_but_in_no_error() -> None:
    wire = Wire(reply("User not authorized", 403))
    with pytest.raises(NotEntitledError) as caught:
        client(wire, Version.V1).levels("SPY")
    assert wire.query == {"ticker": "SPY", "format": "json", "username": TOKEN}
    assert TOKEN not in f"{caught.value} {client(wire, Version.V1)!r}"


def test_the_documented_sample_of_version_1_is_no_json() -> None:
    with pytest.raises(MalformedReplyError):
        v1(latest=reply('{"SPY": {"price": "1.5" "rating": "1"}}')).gamma("SPY")


@pytest.mark.parametrize(("name", "spelled"), [("Gex Flip", "gex_flip"), ("gex_flip", "gex_flip"), ("GEX_0", "gex_0"),
                                               ("+1STD (1-day)", "price_plus_1_day_std"),
                                               ("price_minus_1_day_std", "price_minus_1_day_std")])  # fmt: skip
def test_version_1_levels_drift_in_spelling(name: str, spelled: str) -> None:
    assert v1(levels=reply({"SPY": {name: "601.5"}})).levels("SPY") == {spelled: Decimal("601.5")}


def test_without_time_left_in_the_run_nothing_is_asked() -> None:
    wire = routes()
    feed = TradingVolatilityClient("https://tv.example/api", TOKEN, time_left=lambda: 0.0, transport=wire)
    with pytest.raises(FeedUnavailableError, match="no time left"):
        feed.gamma("SPY")
    assert wire.paths == []


@pytest.mark.parametrize(
    ("row", "path"),
    [
        pytest.param({"strike": 600}, "data.points[1].net", id="no exposure"),
        pytest.param({"strike": 600, "net": 1.5e18}, "data.points[1].net", id="more dollars than there are"),
        pytest.param({"strike": 1e18, "net": 1}, "data.points[1].strike", id="no price"),
        pytest.param({"strike": "NaN", "net": 1}, "data.points[1].strike", id="no number"),
        pytest.param({"strike": -600, "net": 1}, "data.points[1].strike", id="below zero"),
        pytest.param({"strike": True, "net": 1}, "data.points[1].strike", id="a truth value"),
        pytest.param("600", "data.points[1]", id="no object"),
    ],
)
def test_a_row_of_the_curve_that_cannot_be_read_is_named(row: Any, path: str) -> None:
    curve = {"data": {"points": [{"strike": 590, "net": -1}, row]}}
    with pytest.raises(MalformedReplyError) as refused:
        client(routes(gex_by_strike=reply(curve))).gex_by_strike("SPY")
    assert refused.value.path == path
