"""Orders to Tradier: what leaves, once, and what each answer proves."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.adapters.tradier.client import TradierClient
from shared.domain.errors import (
    CredentialsError,
    FeedUnavailableError,
    OrderDeniedError,
    OrderFinalError,
    OrderRejectedError,
    OrderUnknownError,
)
from shared.domain.orders import Order, OrderLeg, OrderSide, PriceEffect
from tests.unit.adapters.tradier import client
from tests.unit.adapters.vendor_bodies import LONG_CALL, LONG_PUT, SHORT_CALL, SHORT_PUT
from tests.unit.adapters.wire import Wire, reply

ACK = {"order": {"id": 51_000_001, "status": "ok", "partner_id": "the same for all orders"}}
TAG = "agx-0a1b2c"
CONDOR = {
    SHORT_PUT: OrderSide.SELL_TO_OPEN,
    LONG_PUT: OrderSide.BUY_TO_OPEN,
    SHORT_CALL: OrderSide.SELL_TO_OPEN,
    LONG_CALL: OrderSide.BUY_TO_OPEN,
}

CHANGES: tuple[Callable[[TradierClient], None], ...] = (
    lambda broker: broker.cancel("7"),
    lambda broker: broker.modify("7", Decimal("1.05")),
)


def order(legs: dict[str, OrderSide] = CONDOR, price: str = "1.10", **changes: Any) -> Order:
    settings: dict[str, Any] = {
        "underlying": "SPY",
        "legs": tuple(OrderLeg(option_symbol=symbol, side=side) for symbol, side in legs.items()),
        "contracts": 3,
        "effect": PriceEffect.CREDIT,
        "limit_price": Decimal(price),
    }
    return Order(**(settings | changes))


def submitted(answer: httpx.Response | Exception, sent: Order | None = None) -> tuple[str, Wire]:
    wire = Wire(answer)
    return client(wire).submit(sent or order(), TAG), wire


def test_trap_06_a_structure_is_a_credit_or_debit_with_a_positive_price() -> None:
    _, wire = submitted(reply(ACK))
    assert wire.form | {"class": "multileg", "type": "credit", "price": "1.10", "duration": "day"} == wire.form
    debit = order(effect=PriceEffect.DEBIT, price="0.4")
    assert submitted(reply(ACK), debit)[1].form["type"] == "debit"
    even = submitted(reply(ACK), order(price="0"))[1].form
    assert even["type"] == "even"
    assert "price" not in even


def test_trap_06_one_leg_is_an_option_order_with_a_limit() -> None:
    one = order({LONG_CALL: OrderSide.BUY_TO_OPEN}, "12.30", effect=PriceEffect.DEBIT)
    assert submitted(reply(ACK), one)[1].form == {
        "class": "option", "symbol": "SPY", "option_symbol": LONG_CALL, "side": "buy_to_open", "quantity": "3",
        "type": "limit", "price": "12.30", "duration": "day", "tag": TAG,
    }  # fmt: skip


@pytest.mark.parametrize("count", [2, 3, 4])
def test_trap_07_leg_indices_have_no_gap(count: int) -> None:
    legs = dict(list(CONDOR.items())[:count])
    _, wire = submitted(reply(ACK), order(legs))
    for field in ("option_symbol", "side", "quantity"):
        assert sorted(name for name in wire.form if name.startswith(f"{field}[")) == [
            f"{field}[{index}]" for index in range(count)
        ]
    assert [wire.form[f"option_symbol[{index}]"] for index in range(count)] == list(legs)
    assert {wire.form[f"quantity[{index}]"] for index in range(count)} == {"3"}


def test_trap_12_orders_are_form_encoded() -> None:
    _, wire = submitted(reply(ACK))
    (request,) = wire.requests
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (request.method, request.url.path) == ("POST", "/v1/accounts/VA00000000/orders")


def test_an_index_order_names_the_index_not_the_root() -> None:
    legs = {"SPXW260417P05600000": OrderSide.SELL_TO_OPEN, "SPXW260417P05595000": OrderSide.BUY_TO_OPEN}
    for underlying in ("SPX", "SPXW"):
        assert submitted(reply(ACK), order(legs, underlying=underlying))[1].form["symbol"] == "SPX"


def test_a_price_is_never_written_with_an_exponent() -> None:
    assert submitted(reply(ACK), order(price="1E+1"))[1].form["price"] == "10"


@pytest.mark.parametrize("tag", ["agx_1", "a:b", "a.b", "a#1", "a b", "", "x" * 256, "agx-é"])
def test_trap_09_a_tag_that_kills_the_order_does_not_leave(tag: str) -> None:
    wire = Wire(reply(ACK))
    with pytest.raises(OrderDeniedError):
        client(wire).submit(order(), tag)
    assert wire.requests == []


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(order({"QQQ260417P00560000": OrderSide.BUY_TO_OPEN}), id="another underlying"),
        pytest.param(order({"nonsense": OrderSide.BUY_TO_OPEN}), id="no contract"),
        pytest.param(order({LONG_CALL: OrderSide.BUY_TO_OPEN}, "0"), id="one option for nothing"),
        pytest.param(order().model_copy(update={"legs": order().legs[:1] * 2}), id="one contract twice"),
    ],
)
def test_an_order_the_broker_would_misread_does_not_leave(sent: Order) -> None:
    wire = Wire(reply(ACK))
    with pytest.raises(OrderDeniedError):
        client(wire).submit(sent, TAG)
    assert wire.requests == []


def test_trap_03_an_acknowledgement_is_an_id_and_nothing_more() -> None:
    assert submitted(reply(ACK))[0] == "51000001"


REJECTIONS = [
    pytest.param(200, {"errors": {"error": ["Backoffice rejected override of the order.", "InitialMargin"]}},
                 ("InitialMargin",), id="risk, a list"),
    pytest.param(200, {"errors": {"error": "OrderQuantity"}}, ("OrderQuantity",), id="risk, a single text"),
    pytest.param(200, {"order": {"errors": "You do not have enough buying power for this trade.", "result": False}},
                 (), id="the old shape"),
    pytest.param(400, {"errors": {"error": ["WashTradeAttempt"]}}, ("WashTradeAttempt",), id="risk with 400"),
    pytest.param(400, "Invalid parameter, tag: contains invalid characters.", ("InvalidParameter:tag",), id="a field"),
    pytest.param(401, "Unauthorized Account: VA00000000", ("UnauthorizedAccount",), id="not our account"),
    pytest.param(401, '{"fault":{"faultstring":"Invalid Access Token"}}', ("InvalidAccessToken",), id="bad token"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "codes"), REJECTIONS)
def test_trap_02_a_refusal_may_come_with_200_and_is_proof_that_nothing_is_live(
    status: int, body: Any, codes: tuple[str, ...]
) -> None:
    with pytest.raises(OrderRejectedError) as caught:
        submitted(reply(body, status))
    assert caught.value.codes == codes
    assert str(caught.value)


UNKNOWNS = [
    pytest.param(httpx.ReadTimeout("slow"), id="timeout"),
    pytest.param(httpx.ConnectError("refused"), id="no connection"),
    pytest.param(httpx.RemoteProtocolError("cut"), id="cut line"),
    pytest.param(reply("An error occurred while communicating with the backend.", 500), id="500"),
    pytest.param(reply('{"fault":{"faultstring":"Access Token expired"}}', 500), id="500 of the gateway"),
    pytest.param(reply("<html>", 502), id="502"),
    pytest.param(reply("", 404), id="404 of a content network"),
    pytest.param(reply("", 302), id="redirect"),
    pytest.param(reply("Quota Violation. Rate limit exceeded; expires 1772638260000", 429), id="429"),
    pytest.param(reply("<html>maintenance</html>"), id="a page with 200"),
    pytest.param(reply(""), id="an empty 200"),
    pytest.param(reply('{"order":{"id":5100'), id="cut JSON"),
    pytest.param(reply({"order": {"status": "ok"}}), id="no id"),
    pytest.param(reply({"order": {"id": 0, "status": "ok"}}), id="an id of zero"),
    pytest.param(reply({"order": None}), id="no order"),
    pytest.param(reply([]), id="a list"),
    pytest.param(reply("", 400), id="an empty 400"),
    pytest.param(reply("Unexpected server error", 400), id="a broken backend with 400"),
]


@pytest.mark.parametrize("answer", UNKNOWNS)
def test_trap_08_without_proof_the_outcome_is_unknown_and_nothing_is_sent_again(
    answer: httpx.Response | Exception,
) -> None:
    wire = Wire(answer)
    with pytest.raises(OrderUnknownError):
        client(wire).submit(order(), TAG)
    assert len(wire.requests) == 1


@pytest.mark.parametrize("answer", UNKNOWNS[:6])
def test_trap_08_changes_are_not_repeated_either(answer: httpx.Response | Exception) -> None:
    for change in CHANGES:
        wire = Wire(answer)
        with pytest.raises((OrderUnknownError, CredentialsError)):
            change(client(wire))
        assert len(wire.requests) == 1


def test_a_modification_sends_the_price_and_keeps_the_order() -> None:
    wire = Wire(reply(ACK))
    client(wire).modify("51000001", Decimal("1.05"))
    (request,) = wire.requests
    assert (request.method, request.url.path) == ("PUT", "/v1/accounts/VA00000000/orders/51000001")
    assert wire.form == {"price": "1.05"}


def test_a_cancellation_asks_once() -> None:
    wire = Wire(reply({"order": {"id": 51_000_001, "status": "ok"}}))
    client(wire).cancel("51000001")
    assert [request.method for request in wire.requests] == ["DELETE"]


@pytest.mark.parametrize("word", ["filled", "canceled", "expired"])
def test_an_order_that_had_ended_says_how(word: str) -> None:
    for change in CHANGES:
        with pytest.raises(OrderFinalError) as caught:
            change(client(Wire(reply(f"order already in finalized state: {word}", 400))))
        assert caught.value.status == word


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        pytest.param(401, "Unauthorized Account: VA00000000", OrderUnknownError, id="an unknown id"),
        pytest.param(401, '{"fault":{"faultstring":"Invalid Access Token"}}', CredentialsError, id="a bad token"),
        pytest.param(400, "Invalid parameter, price: must be positive.", OrderRejectedError, id="a bad price"),
        pytest.param(200, {"errors": {"error": "OrderQuantity"}}, OrderRejectedError, id="refused with 200"),
    ],
)
def test_trap_10_a_refused_change_is_told_by_its_words(status: int, body: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        client(Wire(reply(body, status))).cancel("77")


@pytest.mark.parametrize("order_id", ["", "../../../accounts", "7?x=1", "7/8"])
def test_what_is_no_id_reaches_no_address(order_id: str) -> None:
    wire = Wire(reply(ACK))
    with pytest.raises(OrderUnknownError):
        client(wire).cancel(order_id)
    assert wire.requests == []


def test_a_preview_costs_and_sends_nothing() -> None:
    body = {
        "order": {
            "status": "ok",
            "result": True,
            "commission": 1.05,
            "fees": 0.4,
            "cost": -328.55,
            "margin_change": 1500,
        }
    }
    wire = Wire(reply(body))
    preview = client(wire).preview(order())
    assert (preview.cost, preview.margin_change, preview.fees) == (Decimal("-328.55"), Decimal(1500), Decimal("1.45"))
    assert wire.form["preview"] == "true"
    assert "tag" not in wire.form


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(reply({"errors": {"error": ["x y", "InitialMargin"]}}), OrderRejectedError, id="refused"),
        pytest.param(reply({"order": {"status": "Bad Request", "result": False}}), OrderRejectedError, id="no result"),
        pytest.param(reply("Unexpected server error", 400), FeedUnavailableError, id="backend down"),
        pytest.param(httpx.ReadTimeout("slow"), FeedUnavailableError, id="timeout"),
    ],
)
def test_a_preview_that_fails_is_no_unknown_order(answer: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        client(Wire(answer)).preview(order())
