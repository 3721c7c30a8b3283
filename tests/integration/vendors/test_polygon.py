"""The simulated Polygon (Massive), on the wire."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.simulators import VendorSimulators
from tests.integration.vendors import shapes
from tests.integration.vendors.conftest import NOW
from tests.integration.vendors.scripted_market import ScriptedMarket

SPY_YEAR = "/v2/aggs/ticker/SPY/range/1/day/2017-01-09/2018-01-09"
CHAIN = "/v3/snapshot/options/SPY"


def test_a_key_is_taken_as_header_or_in_the_query(polygon: httpx.Client, vendors: VendorSimulators) -> None:
    key = vendors.tokens.polygon
    bare = httpx.Client(base_url=vendors.urls.polygon_url)
    with bare:
        assert bare.get("/v1/marketstatus/now", params={"apiKey": key}).status_code == 200
        refused = bare.get("/v1/marketstatus/now", params={"apiKey": "nobody"})
    assert refused.status_code == 401
    assert refused.json() | {"request_id": ""} == {"status": "ERROR", "request_id": "", "error": "Unknown API Key"}


def test_the_indices_snapshot_has_failures_inside_a_200(polygon: httpx.Client, control: SimulatorControl) -> None:
    def rows() -> list[dict[str, object]]:
        reply = polygon.get("/v3/snapshot/indices", params={"ticker.any_of": "I:VIX,I:DJI,VIX"})
        assert reply.status_code == 200
        return list(reply.json()["results"])

    vix, unknown, bare = rows()
    assert shapes.misfits(vix, shapes.INDEX_SNAPSHOT) == []
    assert shapes.misfits(dict(vix["session"]), shapes.INDEX_SESSION) == []  # type: ignore[call-overload]
    assert (vix["value"], vix["timeframe"], vix["last_updated"]) == (12.5, "REAL-TIME", int(NOW.timestamp()) * 10**9)
    assert unknown == {"ticker": "I:DJI", "error": "NOT_FOUND", "message": "Ticker not found."}
    assert bare["error"] == "NOT_FOUND"
    control.set({"polygon.plan.indices": "basic"})
    assert rows()[0]["error"] == "NOT_ENTITLED"


@pytest.mark.parametrize(
    ("ticker", "shape", "first"),
    [
        pytest.param(
            "SPY", shapes.STOCK_BAR, datetime(2018, 1, 8, 5, tzinfo=UTC), id="a stock's day begins in New York"
        ),
        pytest.param("I:VIX", shapes.INDEX_BAR, datetime(2018, 1, 8, 6, tzinfo=UTC), id="an index's in Chicago"),
    ],
)
def test_daily_bars(polygon: httpx.Client, ticker: str, shape: shapes.Shape, first: datetime) -> None:
    document = polygon.get(f"/v2/aggs/ticker/{ticker}/range/1/day/2018-01-08/2018-01-09").json()
    assert (document["ticker"], document["resultsCount"], document["status"]) == (ticker, 2, "OK")
    assert [shapes.misfits(bar, shape) for bar in document["results"]] == [[], []]
    assert document["results"][0]["t"] == first.timestamp() * 1000


def test_large_volumes_are_in_scientific_notation(polygon: httpx.Client) -> None:
    assert '"v":8e+07' in polygon.get(SPY_YEAR).text


@pytest.mark.parametrize(
    ("query", "days"),
    [
        pytest.param({"limit": "2"}, ["2017-01-09", "2017-01-10"], id="ascending with a small limit: the oldest"),
        pytest.param({"limit": "2", "sort": "desc"}, ["2018-01-09", "2018-01-08"], id="descending: the newest"),
    ],
)
def test_a_small_limit_cuts_after_sorting(polygon: httpx.Client, query: dict[str, str], days: list[str]) -> None:
    document = polygon.get(SPY_YEAR, params=query).json()
    got = [f"{datetime.fromtimestamp(bar['t'] / 1000, UTC):%Y-%m-%d}" for bar in document["results"]]
    assert got == days
    assert document["next_url"]


@pytest.mark.parametrize(
    "path",
    [
        "/v2/aggs/ticker/ZZZ/range/1/day/2018-01-08/2018-01-09",
        "/v2/aggs/ticker/SPY/range/1/day/2018-01-06/2018-01-07",
        "/v2/aggs/ticker/VIX/prev",
    ],
)  # fmt: skip
def test_no_bars_mean_no_results_key(polygon: httpx.Client, path: str) -> None:
    document = polygon.get(path).json()
    assert "results" not in document
    assert (document["status"], document["resultsCount"]) == ("OK", 0)


def test_the_previous_bar_is_yesterdays_whatever_the_hour(polygon: httpx.Client, clock: ReplayClock) -> None:
    for hour in (12, 16, 23):
        clock.set(NOW.replace(hour=hour))
        bar = polygon.get("/v2/aggs/ticker/I:VIX/prev").json()["results"][0]
        assert shapes.misfits(bar, {**shapes.INDEX_BAR, "T": shapes.TEXT}) == []
        assert bar["t"] == datetime(2018, 1, 9, 21, tzinfo=UTC).timestamp() * 1000


def test_a_running_session_is_unfinished_business(polygon: httpx.Client, control: SimulatorControl) -> None:
    path = "/v2/aggs/ticker/SPY/range/1/day/2018-01-09/2018-01-10"
    assert polygon.get(path).json()["resultsCount"] == 2
    control.set({"polygon.plan.stocks": "basic"})
    assert polygon.get(path).json()["resultsCount"] == 1


def test_a_chain_comes_in_pages_whose_address_has_no_key(
    polygon: httpx.Client, vendors: VendorSimulators, control: SimulatorControl
) -> None:
    query = {"expiration_date": "2018-01-19", "limit": "5", "contract_type": "put", "strike_price.gte": "260"}
    document = polygon.get(CHAIN, params=query).json()
    assert len(document["results"]) == 5
    assert vendors.tokens.polygon not in document["next_url"]
    assert document["next_url"].startswith(vendors.urls.polygon_url)
    assert httpx.get(document["next_url"]).status_code == 401
    rest = polygon.get(document["next_url"]).json()
    assert [row["details"]["strike_price"] for row in rest["results"]] == [285, 290]
    assert "next_url" not in rest
    control.set({"polygon.next_host": "other"})
    other = polygon.get(CHAIN, params=query).json()["next_url"]
    assert urlsplit(other).port == urlsplit(vendors.urls.polygon_alias_url).port
    assert polygon.get(other).status_code == 200


@pytest.mark.parametrize(("limit", "status"), [("250", 200), ("251", 400), ("x", 400), ("0", 400)])
def test_a_chain_page_has_at_most_250_rows(polygon: httpx.Client, limit: str, status: int) -> None:
    assert polygon.get(CHAIN, params={"limit": limit}).status_code == status


def test_a_page_has_ten_rows_unless_asked(polygon: httpx.Client) -> None:
    assert len(polygon.get(CHAIN).json()["results"]) == 10


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"strike_price": "265"}, {265}),
        ({"strike_price.gt": "280"}, {285, 290}),
        ({"strike_price.lte": "255"}, {250, 255}),
        ({"strike_price.gte": "260", "strike_price.lt": "270"}, {260, 265}),
    ],
)
def test_strikes_can_be_bounded(polygon: httpx.Client, query: dict[str, str], expected: set[int]) -> None:
    rows = polygon.get(CHAIN, params={**query, "limit": "250", "expiration_date": "2018-01-19"}).json()["results"]
    assert {row["details"]["strike_price"] for row in rows} == expected


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"expiration_date.lte": "2018-01-19"}, {"2018-01-12", "2018-01-19"}),
        ({"expiration_date.gt": "2018-01-12", "expiration_date.lt": "2018-01-26"}, {"2018-01-19"}),
        ({"expiration_date.gte": "2018-03-02"}, {"2018-03-02", "2018-03-09"}),
    ],
)
def test_expirations_can_be_bounded(polygon: httpx.Client, query: dict[str, str], days: set[str]) -> None:
    rows = polygon.get(CHAIN, params={**query, "limit": "250"}).json()["results"]
    assert {row["details"]["expiration_date"] for row in rows} == days


@pytest.mark.parametrize(
    ("plan", "blocks"),
    [("starter", set()), ("developer", {"last_trade"}), ("advanced", {"last_trade", "last_quote"}),
     ("business", {"last_trade", "last_quote", "fmv"})],
)  # fmt: skip
def test_what_a_plan_lacks_is_silently_absent(
    polygon: httpx.Client, control: SimulatorControl, plan: str, blocks: set[str]
) -> None:
    control.set({"polygon.plan.options": plan})
    row = polygon.get(f"{CHAIN}/O:SPY180119P00265000").json()["results"]
    assert set(row) & {"last_trade", "last_quote", "fmv"} == blocks
    assert shapes.misfits(row["details"], shapes.CONTRACT_DETAILS) == []
    if "last_quote" in blocks:
        assert shapes.misfits(row["last_quote"], shapes.LAST_QUOTE) == []


@pytest.mark.parametrize(
    ("name", "contract", "asset", "level"),
    [("SPY", "O:SPY180119P00265000", "stocks", "price"), ("I:SPX", "O:SPXW180119P02650000", "indices", "value")],
)
def test_the_underlyings_level_depends_on_its_own_plan(
    polygon: httpx.Client, control: SimulatorControl, name: str, contract: str, asset: str, level: str
) -> None:
    path = f"/v3/snapshot/options/{name}/{contract}"
    assert polygon.get(path).json()["results"]["underlying_asset"][level] > 0
    control.set({f"polygon.plan.{asset}": "none"})
    assert set(polygon.get(path).json()["results"]["underlying_asset"]) == {"ticker"}


def test_an_index_is_prefixed_in_snapshots_and_bare_in_the_contract_list(polygon: httpx.Client) -> None:
    contracts = "/v3/reference/options/contracts"
    row = polygon.get(contracts, params={"underlying_ticker": "SPX", "limit": "1"}).json()["results"][0]
    assert shapes.misfits(row, shapes.REFERENCE_CONTRACT) == []
    assert row["exercise_style"] == "european"
    assert polygon.get(contracts, params={"underlying_ticker": "I:SPX"}).json()["results"] == []
    assert polygon.get("/v3/snapshot/options/SPX").json()["results"] == []
    assert polygon.get("/v3/snapshot/options/I:SPX").json()["results"] != []


def test_deep_rows_lack_greeks_one_way_or_the_other(polygon: httpx.Client, market: ScriptedMarket) -> None:
    market.levels["SPY"] = 270.0
    rows = polygon.get(CHAIN, params={"limit": "250"}).json()["results"]
    assert all(row["greeks"] and "implied_volatility" in row for row in rows)


@pytest.mark.parametrize("key", ["error", "message"])
@pytest.mark.parametrize(
    ("asset", "path"),
    [
        ("indices", "/v2/aggs/ticker/I:VIX/prev"),
        ("indices", "/v2/aggs/ticker/I:SPX/range/1/day/2018-01-08/2018-01-09"),
        ("indices", "/v3/snapshot/indices?ticker.any_of=I:VIX"),
        ("options", CHAIN),
        ("stocks", "/v2/aggs/ticker/SPY/prev"),
    ],
)
def test_a_class_that_is_not_paid_for_is_refused(
    polygon: httpx.Client, control: SimulatorControl, key: str, asset: str, path: str
) -> None:
    control.set({f"polygon.plan.{asset}": "none", "polygon.refusal_key": key})
    reply = polygon.get(path)
    assert (reply.status_code, reply.json()["status"]) == (403, "NOT_AUTHORIZED")
    assert "not entitled" in reply.json()[key]
    assert set(reply.json()) == {"status", "request_id", key}


def test_delayed_plans_say_so(polygon: httpx.Client, control: SimulatorControl) -> None:
    control.set({"polygon.plan.indices": "starter", "polygon.plan.stocks": "starter"})
    row = polygon.get("/v3/snapshot/indices", params={"ticker.any_of": "I:VIX"}).json()["results"][0]
    assert (row["timeframe"], row["last_updated"]) == ("DELAYED", int(NOW.timestamp() - 900) * 10**9)
    assert polygon.get(SPY_YEAR).json()["status"] == "DELAYED"


def test_a_free_key_may_call_five_times_a_minute(
    polygon: httpx.Client, control: SimulatorControl, pass_time: Callable[[float], None]
) -> None:
    control.set({f"polygon.plan.{asset}": "basic" for asset in ("stocks", "options", "indices")})
    assert [polygon.get("/v2/aggs/ticker/SPY/prev").status_code for _ in range(6)] == [200] * 5 + [429]
    refused = polygon.get("/v2/aggs/ticker/SPY/prev").json()
    assert refused["error"].startswith("You've exceeded the maximum requests per minute")
    pass_time(61)
    assert polygon.get("/v2/aggs/ticker/SPY/prev").status_code == 200


@pytest.mark.parametrize(
    ("name", "query", "keys"),
    [
        ("rsi", {"window": "14"}, {"timestamp", "value"}),
        ("sma", {"window": "20", "expand_underlying": "true"}, {"timestamp", "value"}),
        ("macd", {}, {"timestamp", "value", "signal", "histogram"}),
    ],
)
def test_indicators_come_newest_first(
    polygon: httpx.Client, market: ScriptedMarket, name: str, query: dict[str, str], keys: set[str]
) -> None:
    results = polygon.get(f"/v1/indicators/{name}/SPY", params=query).json()["results"]
    stamps = [value["timestamp"] for value in results["values"]]
    assert len(stamps) == 10
    assert stamps == sorted(stamps, reverse=True)
    assert set(results["values"][0]) == keys
    assert ("aggregates" in results["underlying"]) is ("expand_underlying" in query)


def test_an_average_is_the_mean_of_its_closes(polygon: httpx.Client, market: ScriptedMarket) -> None:
    market.closes[("SPY", datetime(2018, 1, 9, tzinfo=UTC).date())] = 290.0
    values = polygon.get("/v1/indicators/sma/SPY", params={"window": "2", "limit": "2"}).json()["results"]["values"]
    assert [value["value"] for value in values] == [280.0, 280.0]


def test_status_now_and_the_coming_half_days(polygon: httpx.Client, clock: ReplayClock) -> None:
    clock.set(datetime(2017, 11, 20, 15, 0, tzinfo=UTC))
    now = polygon.get("/v1/marketstatus/now").json()
    assert (now["market"], now["serverTime"]) == ("open", "2017-11-20T10:00:00-05:00")
    rows = polygon.get("/v1/marketstatus/upcoming").json()
    assert isinstance(rows, list)
    assert rows[0] == {"exchange": "NYSE", "date": "2017-11-23", "name": "Thanksgiving Day", "status": "closed"}
    early = next(row for row in rows if row["status"] == "early-close")
    assert (early["date"], early["open"], early["close"]) == (
        "2017-11-24", "2017-11-24T14:30:00.000Z", "2017-11-24T18:00:00.000Z",
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/v9/nothing", f"{CHAIN}/O:SPY180119P00251000", f"{CHAIN}/O:SPXW180119P02650000"])
def test_what_is_not_there_is_404(polygon: httpx.Client, path: str) -> None:
    reply = polygon.get(path)
    assert (reply.status_code, reply.json()["status"]) == (404, "NOT_FOUND")
