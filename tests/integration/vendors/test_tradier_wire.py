"""Tokens, limits, formats and envelopes of the simulated Tradier."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import FaultKind
from infra.local.vendors.simulators import VendorSimulators
from infra.local.vendors.switches import ENVELOPE_FAMILIES
from infra.local.vendors.wire import java_double, tradier_json
from tests.integration.vendors.conftest import NOW, Broker, json_client
from tests.integration.vendors.forms import put_spread

WRONG_TOKEN = {
    "fault": {
        "faultstring": "Invalid Access Token",
        "detail": {"errorcode": "keymanagement.service.invalid_access_token"},
    }
}


@pytest.mark.parametrize(
    ("host", "token"),
    [("tradier_url", "nobody"), ("tradier_url", "tradier-sandbox-token"), ("tradier_sandbox_url", "tradier-token")],
)
def test_a_token_of_the_other_host_looks_like_a_dead_one(vendors: VendorSimulators, host: str, token: str) -> None:
    with json_client(getattr(vendors.urls, host), token) as http:
        reply = http.get("/markets/clock")
    assert (reply.status_code, reply.json()) == (401, WRONG_TOKEN)


def test_a_foreign_account_is_unauthorized_in_plain_text(broker: Broker) -> None:
    reply = broker.http.get("/accounts/6YA99999/balances")
    assert (reply.status_code, reply.text) == (401, "Unauthorized Account: 6YA99999")
    assert reply.headers["content-type"].startswith("text/plain")


def test_who_does_not_ask_for_json_gets_xml(broker: Broker) -> None:
    reply = broker.http.get("/markets/quotes", params={"symbols": "SPY,VIX"}, headers={"Accept": "*/*"})
    assert reply.headers["content-type"] == "application/xml"
    assert reply.text.startswith('<?xml version="1.0" encoding="UTF-8"?><quotes><quote><symbol>SPY</symbol>')
    assert reply.text.count("<quote>") == 2


@pytest.mark.parametrize(
    ("client", "call", "allowed"),
    [
        pytest.param("broker", lambda broker: broker.http.get("/markets/clock"), 120, id="market data"),
        pytest.param("broker", lambda broker: broker.http.get(f"/accounts/{broker.account}/orders"), 120, id="reads"),
        pytest.param("broker", lambda broker: broker.post(**put_spread("2.00")), 60, id="trading"),
        pytest.param("sandbox", lambda broker: broker.http.get("/markets/clock"), 60, id="sandbox"),
    ],
)
def test_each_group_has_a_limit_of_its_own_a_minute(
    request: pytest.FixtureRequest,
    pass_time: Callable[[float], None],
    client: str,
    call: Callable[[Broker], httpx.Response],
    allowed: int,
) -> None:
    broker: Broker = request.getfixturevalue(client)
    first = call(broker)
    assert first.headers["x-ratelimit-allowed"] == str(allowed)
    assert first.headers["x-ratelimit-used"] == "1"
    assert first.headers["x-ratelimit-available"] == str(allowed - 1)
    assert first.headers["x-ratelimit-expiry"] == str(int((NOW.timestamp() + 60) * 1000))
    replies = [call(broker) for _ in range(allowed)]
    assert [reply.status_code for reply in replies[-2:]] == [200, 429]
    refused = replies[-1]
    assert refused.text.startswith("Quota Violation")
    assert refused.text.split()[-1] == first.headers["x-ratelimit-expiry"]
    assert "retry-after" not in refused.headers
    pass_time(60)
    assert call(broker).status_code == 200


def test_the_last_call_of_a_window_is_answered_and_said_to_be_it(broker: Broker, control: SimulatorControl) -> None:
    control.inject(FaultKind.LAST_CALL, seconds=30)
    last, next_one = (broker.http.get("/markets/clock") for _ in range(2))
    assert last.json() == next_one.json()
    assert last.headers["x-ratelimit-available"] == "0"
    assert last.headers["x-ratelimit-expiry"] == str(int((NOW.timestamp() + 30) * 1000))
    assert next_one.headers["x-ratelimit-available"] != "0"


def test_a_replay_may_call_as_often_as_it_likes(broker: Broker, control: SimulatorControl) -> None:
    control.set({"tradier.rate": "generous"})
    assert {broker.http.get("/markets/clock").status_code for _ in range(130)} == {200}


@pytest.mark.parametrize(
    ("setting", "document"),
    [
        pytest.param("as_documented", {"orders": "null"}, id="as documented: the text null"),
        pytest.param("null", {"orders": None}, id="null"),
        pytest.param("missing", {}, id="no key"),
        pytest.param("empty_object", {"orders": {}}, id="an empty object"),
        pytest.param("empty_array", {"orders": []}, id="an empty array"),
    ],
)
def test_nothing_can_be_said_in_many_ways(
    broker: Broker, control: SimulatorControl, setting: str, document: Any
) -> None:
    control.set({"tradier.envelope.orders.none": setting})
    assert broker.read("orders") == document


def test_one_row_is_an_object_or_an_array(broker: Broker, control: SimulatorControl) -> None:
    broker.place(**put_spread("2.00"))
    assert isinstance(broker.read("orders")["orders"]["order"], dict)
    control.set({"tradier.envelope.orders.one": "array"})
    assert isinstance(broker.read("orders")["orders"]["order"], list)


def test_each_family_can_be_turned_by_itself(control: SimulatorControl) -> None:
    switches = control.switches()
    for family in ENVELOPE_FAMILIES:
        assert switches[f"tradier.envelope.{family}.none"] == "as_documented"
        assert switches[f"tradier.envelope.{family}.one"] == "object"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"tradier.rate": "slow"}, "it can be: faithful, generous"),
        ({"tradier.speed": "x"}, "no switch 'tradier.speed'"),
    ],
)
def test_a_switch_that_does_not_exist_says_what_does(
    control: SimulatorControl, settings: dict[str, str], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        control.set(dict(settings))


@pytest.mark.parametrize(
    ("number", "lexeme"),
    [
        (0.0, "0.0"),
        (4.0, "4.0"),
        (0.001, "0.001"),
        (0.000946, "9.46E-4"),
        (-1.9e-15, "-1.9E-15"),
        (12_345_678.5, "1.23456785E7"),
        (-138248470.247, "-1.38248470247E8"),
        (float("nan"), "NaN"),
    ],
)
def test_floats_are_written_as_java_writes_them(number: float, lexeme: str) -> None:
    assert java_double(number) == lexeme
    assert tradier_json({"a": [number, None, True, 'q"']}) == f'{{"a":[{lexeme},null,true,"q\\""]}}'
