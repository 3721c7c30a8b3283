"""How orders can go wrong on demand, and what is true in spite of it."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import FaultKind, Vendor
from infra.local.vendors.simulators import VendorSimulators
from tests.integration.vendors.conftest import ACCOUNT, Broker, Pass, json_client
from tests.integration.vendors.forms import LONG_PUT, SHORT_PUT, buy_back, put_spread
from tests.patience import until

ORDERS: dict[str, Any] = {"vendor": Vendor.TRADIER, "method": "POST", "path": "/orders"}


def _live(control: SimulatorControl) -> int:
    return sum(control.account(ACCOUNT)["orders_by_tag"].values())


@pytest.mark.parametrize(
    ("kind", "more", "landed"),
    [
        pytest.param(FaultKind.LOST_RESPONSE, {}, 1, id="the line is cut after acceptance"),
        pytest.param(FaultKind.CONNECTION_CUT, {}, 0, id="the line is cut before it"),
        pytest.param(FaultKind.TIMEOUT, {"accepted": True}, 1, id="no answer, though it landed"),
        pytest.param(FaultKind.TIMEOUT, {}, 0, id="no answer, and it did not land"),
    ],
)
def test_an_order_without_an_answer_may_be_live(
    vendors: VendorSimulators, control: SimulatorControl, kind: FaultKind, more: dict[str, Any], landed: int
) -> None:
    control.inject(kind, **ORDERS, **more)
    patience = httpx.Timeout(5, read=0.3 if kind is FaultKind.TIMEOUT else 5.0)
    with json_client(vendors.urls.tradier_url, vendors.tokens.tradier) as http, pytest.raises(httpx.TransportError):
        http.post(f"/accounts/{ACCOUNT}/orders", data=put_spread("2.00"), timeout=patience)
    until(lambda: _live(control) >= landed, "the order to land, for which its client did not wait")
    assert _live(control) == landed


@pytest.mark.parametrize(
    ("kind", "more", "status", "body", "landed"),
    [
        pytest.param(
            FaultKind.ERROR_BEFORE,
            {},
            500,
            "An error occurred while communicating with the backend.",
            0,
            id="500 before",
        ),
        pytest.param(
            FaultKind.ERROR_BEFORE, {"status": 502, "body": "<html></html>"}, 502, "<html></html>", 0, id="502"
        ),
        pytest.param(
            FaultKind.ERROR_AFTER, {}, 500, "An error occurred while communicating with the backend.", 1, id="500 after"
        ),
        pytest.param(FaultKind.EMPTY_BODY, {"accepted": True}, 200, "", 1, id="200 with nothing"),
        pytest.param(FaultKind.EMPTY_BODY, {"status": 400}, 400, "", 0, id="400 with nothing"),
        pytest.param(FaultKind.NO_ID, {}, 200, '{"order":{"status":"ok"}}', 1, id="200 without an id"),
        pytest.param(
            FaultKind.WRONG_HOST,
            {},
            401,
            '{"fault":{"faultstring":"Invalid Access Token",'
            '"detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}',
            0,
            id="wrong host",
        ),
        pytest.param(
            FaultKind.TOKEN_EXPIRED,
            {},
            500,
            '{"fault":{"faultstring":"Access Token expired",'
            '"detail":{"errorcode":"keymanagement.service.access_token_expired"}}}',
            0,
            id="token run out",
        ),
        pytest.param(
            FaultKind.DATASTORE_ERROR,
            {},
            500,
            '{"fault":{"faultstring":"Datastore Error","detail":{"errorcode":"steps.servicecallout.ExecutionFailed"}}}',
            0,
            id="datastore",
        ),
        pytest.param(FaultKind.FOREIGN_ACCOUNT, {}, 401, f"Unauthorized Account: {ACCOUNT}", 0, id="foreign"),
        pytest.param(
            FaultKind.RISK_REFUSAL,
            {"codes": ["DayTradingBuyingPowerExceeded"]},
            200,
            '{"errors":{"error":"DayTradingBuyingPowerExceeded"}}',
            0,
            id="a single refusal is a text",
        ),
    ],
)
def test_an_order_may_be_answered_with_something_else(
    broker: Broker,
    control: SimulatorControl,
    kind: FaultKind,
    more: dict[str, Any],
    status: int,
    body: str,
    landed: int,
) -> None:
    control.inject(kind, **ORDERS, **more)
    reply = broker.post(**put_spread("2.00"))
    assert (reply.status_code, reply.text) == (status, body)
    assert _live(control) == landed
    assert broker.post(**put_spread("2.00")).status_code == 200


def test_a_page_with_200_is_no_answer(broker: Broker, control: SimulatorControl) -> None:
    control.inject(FaultKind.HTML_PAGE, accepted=True, **ORDERS)
    reply = broker.post(**put_spread("2.00"))
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert _live(control) == 1


def test_a_cut_answer_is_no_document(broker: Broker, control: SimulatorControl) -> None:
    control.inject(FaultKind.GARBAGE, path="/markets/clock")
    with pytest.raises(json.JSONDecodeError):
        broker.get("/markets/clock")


def test_an_outage_of_orders_leaves_reads_alone(broker: Broker, control: SimulatorControl) -> None:
    order_id = broker.place(**put_spread("2.00"))
    outage = control.inject(FaultKind.ORDERS_OUTAGE, vendor=Vendor.TRADIER, count=None)
    for _ in range(3):
        assert broker.post(**put_spread("2.00")).status_code == 500
    preview = broker.post(**put_spread("2.00"), preview="true")
    assert (preview.status_code, preview.text) == (400, "Unexpected server error")
    assert broker.cancel(order_id).status_code == 500
    assert broker.order(order_id)["status"] == "open"
    control.clear(outage)
    assert broker.cancel(order_id).status_code == 200
    assert _live(control) == 1


def test_an_outage_of_orders_may_end_by_itself_after_three_minutes(
    broker: Broker, control: SimulatorControl, pass_time: Pass
) -> None:
    control.inject(FaultKind.ORDERS_OUTAGE, vendor=Vendor.TRADIER, count=None, lasts=180)
    pass_time(179)
    assert broker.post(**put_spread("2.00")).status_code == 500
    assert broker.read("positions") == {"positions": "null"}
    pass_time(1)
    assert broker.post(**put_spread("2.00")).status_code == 200
    assert _live(control) == 1


@pytest.mark.parametrize("status", ["rejected", "error"])
def test_an_order_may_be_rejected_after_its_acknowledgement(
    broker: Broker, control: SimulatorControl, pass_time: Pass, status: str
) -> None:
    control.inject(FaultKind.LATE_REJECTION, seconds=5, reason="MaintenanceMargin", status=status)
    order_id = broker.place(**put_spread("2.00"))
    assert broker.order(order_id)["status"] == "open"
    pass_time(5)
    order = broker.order(order_id)
    assert (order["status"], order["reason_description"]) == (status, "MaintenanceMargin")


def test_a_fill_may_show_before_its_prices(broker: Broker, control: SimulatorControl) -> None:
    control.inject(FaultKind.FILLED_WITHOUT_PRICES, reads=2)
    order_id = broker.place(**put_spread("1.00"))
    seen = [broker.order(order_id) for _ in range(3)]
    assert [order["status"] for order in seen] == ["filled"] * 3
    assert [order["avg_fill_price"] for order in seen] == [0.0, 0.0, -1.09]
    assert [order["leg"][0]["avg_fill_price"] for order in seen] == [0.0, 0.0, 1.73]


def test_a_status_may_lag_behind_its_legs(broker: Broker, control: SimulatorControl, pass_time: Pass) -> None:
    control.inject(FaultKind.LAGGING_STATUS, seconds=3)
    order_id = broker.place(**put_spread("1.00"))
    order = broker.order(order_id)
    assert (order["status"], order["leg"][0]["status"]) == ("open", "filled")
    pass_time(3)
    assert broker.order(order_id)["status"] == "filled"


@pytest.mark.parametrize(("more", "later", "status"), [({}, 3.0, "partially_filled"), ({"seconds": 30}, 5.0, "filled")])
def test_a_fill_may_be_partial(
    broker: Broker, control: SimulatorControl, pass_time: Pass, more: dict[str, Any], later: float, status: str
) -> None:
    control.inject(FaultKind.PARTIAL_FILL, contracts=3, **more)
    order_id = broker.place(**put_spread("1.00", 5))
    order = broker.order(order_id)
    assert (order["status"], order["leg"][0]["exec_quantity"]) == ("partially_filled", 3.0)
    assert broker.held() == {SHORT_PUT: -3.0, LONG_PUT: 3.0}
    pass_time(60)
    assert broker.order(order_id)["status"] == status
    assert broker.held()[LONG_PUT] == later


def test_a_canceled_order_may_have_filled_in_part(broker: Broker, control: SimulatorControl) -> None:
    control.inject(FaultKind.FILL_ON_CANCEL, contracts=3)
    order_id = broker.place(**put_spread("2.00", 5))
    assert broker.cancel(order_id).status_code == 200
    order = broker.order(order_id)
    assert (order["status"], order["exec_quantity"], order["remaining_quantity"]) == ("canceled", 6.0, 0.0)
    assert broker.held()[SHORT_PUT] == -3.0


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        pytest.param(FaultKind.FILL_ON_CANCEL, Broker.cancel, id="cancel"),
        pytest.param(
            FaultKind.FILL_ON_REPLACE, lambda broker, order_id: broker.change(order_id, price="1.5"), id="replace"
        ),
    ],
)
def test_a_fill_may_win_the_race(
    broker: Broker, control: SimulatorControl, kind: FaultKind, change: Callable[[Broker, int], httpx.Response]
) -> None:
    control.inject(kind)
    order_id = broker.place(**put_spread("2.00"))
    reply = change(broker, order_id)
    assert (reply.status_code, reply.text) == (400, "order already in finalized state: filled")
    assert broker.order(order_id)["avg_fill_price"] == -2.0


def test_a_cancel_may_take_its_time(broker: Broker, control: SimulatorControl, pass_time: Pass) -> None:
    control.inject(FaultKind.SLOW_CANCEL, seconds=10)
    order_id = broker.place(**put_spread("2.00"))
    broker.cancel(order_id)
    assert broker.order(order_id)["status"] == "open"
    pass_time(10)
    assert broker.order(order_id)["status"] == "canceled"


def test_an_order_may_be_invisible_for_a_while(broker: Broker, control: SimulatorControl, pass_time: Pass) -> None:
    control.inject(FaultKind.HIDDEN_ORDER, seconds=30, tag="agx-hidden")
    broker.place(**put_spread("2.00", tag="agx-seen"))
    hidden = broker.place(**put_spread("2.00", tag="agx-hidden"))
    assert broker.read("orders", includeTags="true")["orders"]["order"]["tag"] == "agx-seen"
    assert broker.http.get(f"/accounts/{ACCOUNT}/orders/{hidden}").status_code == 401
    assert control.account(ACCOUNT)["live_orders_by_tag"]["agx-hidden"] == 1
    pass_time(30)
    assert broker.order(hidden)["tag"] == "agx-hidden"


def test_a_list_may_be_empty_once(broker: Broker, control: SimulatorControl) -> None:
    broker.place(**put_spread("2.00"))
    control.inject(FaultKind.EMPTY_ORDER_LIST)
    assert broker.read("orders") == {"orders": "null"}
    assert broker.read("orders") != {"orders": "null"}


def test_positions_may_fail_alone(broker: Broker, control: SimulatorControl) -> None:
    control.inject(FaultKind.POSITIONS_ERROR, count=2)
    path = f"/accounts/{ACCOUNT}"
    assert [broker.http.get(f"{path}/positions").status_code for _ in range(3)] == [500, 500, 200]
    assert broker.http.get(f"{path}/balances").status_code == 200


def test_an_order_may_never_fill(broker: Broker, control: SimulatorControl, pass_time: Pass) -> None:
    control.inject(FaultKind.NO_FILL)
    order_id = broker.place(**put_spread("1.00"))
    pass_time(600)
    assert broker.order(order_id)["status"] == "open"
    control.act(ACCOUNT, "fill", order_id=order_id, price="-1.02")
    assert broker.order(order_id)["avg_fill_price"] == -1.02


def test_an_order_can_be_rejected_from_outside(broker: Broker, control: SimulatorControl) -> None:
    order_id = broker.place(**put_spread("2.00"))
    control.act(ACCOUNT, "reject", order_id=order_id, reason="WashTradeAttempt")
    assert broker.order(order_id)["reason_description"] == "WashTradeAttempt"


def test_a_close_refused_leaves_the_position(broker: Broker, control: SimulatorControl) -> None:
    broker.place(**put_spread("1.00"))
    control.inject(FaultKind.RISK_REFUSAL)
    assert "errors" in broker.post(**buy_back("1.40")).json()
    assert broker.held() == {SHORT_PUT: -1.0, LONG_PUT: 1.0}
