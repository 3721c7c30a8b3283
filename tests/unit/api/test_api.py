"""The API as it is spoken to: routes, entity tags, refusals, its description, and anything a fuzzer can think of."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from functions.api.workflow import OPENAPI_PATH
from infra.dashboard.bridge import Answer, ApiBridge
from shared.domain.vocabulary import Bot
from tests.builders import NOON, closed_trade, decision, position, quotes_at, snapshot, spx_snapshot, statistics
from tests.shelf import Shelf

EXAMPLES = 20
HELD = position()


def full_shelf(**changes: Any) -> Shelf:
    facts: dict[str, Any] = {
        "positions": [HELD],
        "option_marks": quotes_at(HELD, "0.75"),
        "decisions": [decision(decision_id=f"d{number}", bot=bot) for number, bot in enumerate(Bot)],
        "trades": [closed_trade()],
        "snapshots": [snapshot(), spx_snapshot()],
        "statistics": [statistics()],
    }
    return Shelf(**facts | changes)


def api_of(shelf: Shelf) -> ApiBridge:
    return ApiBridge(shelf.sources)


@pytest.fixture(scope="module")
def api() -> ApiBridge:
    return api_of(full_shelf())


def get(api: ApiBridge, target: str, **headers: str) -> tuple[Answer, Any]:
    answer = api.get(target, {name.replace("_", "-"): value for name, value in headers.items()})
    return answer, json.loads(answer.body) if answer.body else None


PATHS = (
    "/api/gex/SPY",
    "/api/gex/SPX/profile",
    "/api/gex/SPY/regime",
    "/api/market/SPY",
    "/api/positions",
    "/api/decisions",
    "/api/trades",
    "/api/equity",
    "/api/stats",
    "/api/health",
)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_tagged_and_not_sent_twice(api: ApiBridge, path: str) -> None:
    first, body = get(api, path)
    assert (first.status, bool(body)) == (200, True)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again, nothing = get(api, path, if_none_match=f'"other", {first.headers["ETag"]}')
    assert (again.status, nothing) == (304, None)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert get(api, path, if_none_match='W/"other"')[0].status == 200


def test_a_tag_changes_with_what_happened_and_not_with_the_time_of_asking() -> None:
    later = NOON.replace(second=30)
    tags = [
        get(api_of(shelf), "/api/health")[0].headers["ETag"]
        for shelf in (full_shelf(), full_shelf(at=later), full_shelf(broken=Bot.ATLAS))
    ]
    assert tags[0] == tags[1] != tags[2]


def test_the_regime_is_told_as_the_workflow_names_it(api: ApiBridge) -> None:
    _, body = get(api, "/api/gex/SPY/regime")
    assert (body["regime"], body["confidence"], body["recommended_action"]) == ("POSITIVE", 90, "SELL_PREMIUM")
    assert body["indicators"]["iv_rank"] == "60"
    assert len(body["analysis"]) == 3


def test_decimals_travel_as_text_and_times_in_utc(api: ApiBridge) -> None:
    _, body = get(api, "/api/positions")
    (held,) = body["positions"]
    assert (held["entry_price"], held["mark"], held["pnl"]) == ("1.00", "0.75", "25.00")
    assert body["asked_at"] == "2026-11-23T17:00:00Z"


def test_the_next_of_a_page_leads_to_the_rest(api: ApiBridge) -> None:
    _, first = get(api, "/api/decisions?limit=2")
    _, second = get(api, f"/api/decisions?limit=2&next={first['next']}")
    ids = [one["decision_id"] for page in (first, second) for one in page["decisions"]]
    assert sorted(ids) == ["d0", "d1", "d2"]


@pytest.mark.parametrize(
    ("target", "status", "field", "value", "remedy"),
    [
        pytest.param("/api/gex/QQQ", 404, "underlying", "QQQ", "choose one of SPY, SPX", id="not collected"),
        pytest.param("/api/gex/spy", 422, "underlying", "spy", "match pattern", id="no underlying"),
        pytest.param("/api/decisions?bot=ZEUS", 422, "bot", "ZEUS", "'ATLAS', 'PROMETHEUS'", id="no bot"),
        pytest.param("/api/decisions?day=soon", 422, "day", "soon", "valid date", id="no date"),
        pytest.param("/api/decisions?limit=0", 422, "limit", "0", "greater than or equal to 1", id="no page"),
        pytest.param("/api/trades?limit=many", 422, "limit", "many", "valid integer", id="no number"),
        pytest.param("/api/trades?next=mine", 422, "next", "mine", "of the page before", id="no token of ours"),
        pytest.param("/api/secrets", 404, "path", "/api/secrets", "/api/health", id="nothing of this name"),
    ],
)
def test_a_wrong_question_is_answered_with_field_value_and_remedy(
    api: ApiBridge, target: str, status: int, field: str, value: str, remedy: str
) -> None:
    answer, body = get(api, target)
    assert answer.status == status
    (problem,) = body["problems"]
    assert (problem["field"], problem["value"]) == (field, value)
    assert remedy in problem["remedy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_everything_is_only_read(api: ApiBridge, method: str) -> None:
    answer = api.ask(method, "/api/gex/SPY/profile", {})
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")


def test_a_vendor_without_an_answer_is_not_an_error_of_ours() -> None:
    silent = api_of(full_shelf(is_silent=True))
    answer, body = get(silent, "/api/gex/SPY/profile")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert body["problems"][0]["remedy"] == "no vendor answers; try again"
    assert get(silent, "/api/positions")[0].status == 200


def test_a_stage_on_its_first_day_answers() -> None:
    empty = api_of(Shelf(beat=None))
    for path in PATHS:
        expected = 404 if path.startswith("/api/gex/") else 200
        assert get(empty, path)[0].status == expected, path


def test_the_description_names_every_route(api: ApiBridge) -> None:
    answer, body = get(api, OPENAPI_PATH)
    assert answer.status == 200
    assert {path.replace("{underlying}", "SPY") for path in body["paths"]} == {
        path.replace("SPX", "SPY") for path in PATHS
    }
    assert all(set(operations) == {"get"} for operations in body["paths"].values())


def wsgi(api: ApiBridge) -> Callable[[Mapping[str, Any], Callable[..., object]], Iterable[bytes]]:
    """Speak to the API as a web server would, for the fuzzer."""

    def app(environ: Mapping[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        target = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        answer = api.ask(environ["REQUEST_METHOD"], target, headers)
        start_response(f"{answer.status} -", list(answer.headers.items()))
        return [answer.body.encode()]

    return app


schema = schemathesis.openapi.from_wsgi(OPENAPI_PATH, wsgi(api_of(full_shelf())))


@pytest.mark.parametrize(
    "shelf", [pytest.param(full_shelf(), id="full"), pytest.param(Shelf(beat=None), id="first day")]
)
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_question_breaks_it_and_every_answer_is_as_described(case: Any, shelf: Shelf) -> None:
    answer = case.call(app=wsgi(api_of(shelf)))
    assert answer.status_code < 500
    opaque = [positive_data_acceptance] if "next" in (case.query or {}) else []
    case.validate_response(answer, excluded_checks=opaque)
