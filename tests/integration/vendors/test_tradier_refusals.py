"""What the simulated broker refuses, in its own ways, and what it answers to a preview."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.local.vendors.control import SimulatorControl
from tests.integration.vendors.conftest import ACCOUNT, Broker
from tests.integration.vendors.forms import (
    LONG_PUT,
    SHORT_CALL,
    SHORT_PUT,
    buy_back,
    condor,
    package,
    put_spread,
    single,
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"type": "limit"}, "Invalid parameter, type: ", id="limit is no type of a package"),
        pytest.param({"price": ""}, "Invalid parameter, price: ", id="a credit needs a price"),
        pytest.param({"price": "-1.05"}, "Invalid parameter, price: ", id="a price is positive"),
        pytest.param({"price": "abc"}, "Invalid parameter, price: ", id="a price is a number"),
        pytest.param({"tag": "bot_1"}, "Invalid parameter, tag: contains invalid characters.", id="underscore"),
        pytest.param({"tag": "bot:1"}, "Invalid parameter, tag: contains invalid characters.", id="colon"),
        pytest.param({"tag": "a b"}, "Invalid parameter, tag: contains invalid characters.", id="blank"),
        pytest.param({"tag": "x" * 256}, "Invalid parameter, tag: contains more than 255 characters.", id="256"),
        pytest.param({"side[0]": "sell"}, "Invalid parameter, side[0]: ", id="an option has a side of its own"),
        pytest.param({"duration": "week"}, "Invalid parameter, duration: ", id="no such duration"),
        pytest.param({"duration": "pre"}, "Invalid parameter, duration: pre market no longer available", id="pre"),
        pytest.param({"option_symbol[0]": "SPY"}, "Invalid parameter, option_symbol[0]: ", id="no option symbol"),
        pytest.param(
            {f"{name}[{leg}]": value for leg in (2, 3, 4) for name, value in
             (("option_symbol", "SPY180119P00255000"), ("side", "buy_to_open"), ("quantity", "1"))},
            "Invalid parameter, option_symbol[4]: ",
            id="five legs",
        ),
    ],
)  # fmt: skip
def test_a_bad_field_refuses_the_whole_order_in_plain_text(broker: Broker, change: dict[str, str], words: str) -> None:
    reply = broker.post(**{**put_spread("1.00"), **change})
    assert reply.status_code == 400
    assert reply.text.startswith(words)
    assert broker.read("orders") == {"orders": "null"}


def test_a_json_body_is_not_read(broker: Broker) -> None:
    reply = broker.http.post(f"/accounts/{broker.account}/orders", json=put_spread("1.00"))
    assert (reply.status_code, reply.text) == (400, "Invalid parameter, class: is required.")


@pytest.mark.parametrize(
    ("before", "form", "codes"),
    [
        pytest.param([], put_spread("1.00", 200), ["InitialMargin"], id="width times contracts beyond the cash"),
        pytest.param([], single(SHORT_PUT, "sell_to_close"), ["UnexpectedSellOrderOption"], id="sell what is not held"),
        pytest.param([], single(SHORT_PUT, "buy_to_close"), ["UnexpectedBuyToCoverOrderOption"], id="cover nothing"),
        pytest.param(
            [put_spread("1.00")],
            single(LONG_PUT, "sell_to_open"),
            ["UnexpectedSellShortOrderOption"],
            id="sell to open what is held long: two spreads share a strike",
        ),
        pytest.param(
            [put_spread("1.00")], single(SHORT_PUT, "buy_to_open"), ["UnexpectedBuyOrderOption"], id="buy what is short"
        ),
        pytest.param(
            [put_spread("1.00")], single(LONG_PUT, "sell_to_close", 2), ["LongPositionCrossZero"], id="beyond the long"
        ),
        pytest.param(
            [put_spread("1.00")], buy_back("1.50", 2), ["ShortPositionCrossZero"], id="beyond the short, as a package"
        ),
        pytest.param(
            [put_spread("1.00"), buy_back("1.00")],
            buy_back("1.00"),
            ["ShortPositionCrossZero"],
            id="what another working order already closes",
        ),
        pytest.param([], single(SHORT_CALL, "sell_to_open"), ["OptionLevelRestriction"], id="a naked call"),
        pytest.param([], {**single(SHORT_PUT, "buy_to_open"), "quantity": "0"}, ["OrderQuantity"], id="nothing"),
        pytest.param(
            [], {**single(SHORT_PUT, "buy_to_open"), "duration": "gtc"}, ["MarketOrderIsGtc"], id="market gtc"
        ),
        pytest.param(
            [], single("SPY180119P00111000", "buy_to_open"), ["SecurityUndefined"], id="a contract that is not listed"
        ),
        pytest.param(
            [], single("SPY180105P00265000", "buy_to_open"), ["InvalidOrderExpiration"], id="a contract that is over"
        ),
        pytest.param(
            [],
            {
                **package(
                    "debit", "50", ("SPXW180119C02700000", "buy_to_open", 1), ("SPX180119C02750000", "sell_to_open", 1)
                ),
                "symbol": "SPX",
            },
            ["IndexOptionsOneExparyDate"],
            id="morning and afternoon roots of one day do not mix",
        ),
    ],
)  # fmt: skip
def test_the_back_office_refuses_with_200_and_without_an_id(
    broker: Broker, before: list[dict[str, str]], form: dict[str, str], codes: list[str]
) -> None:
    for earlier in before:
        broker.place(**earlier)
    reply = broker.post(**form)
    errors = reply.json()["errors"]["error"]
    told = [errors] if isinstance(errors, str) else errors
    assert (reply.status_code, told[-len(codes) :]) == (200, codes)
    assert "order" not in reply.json()


@pytest.mark.parametrize(("price", "state"), [("1.00", "filled"), ("1.50", "canceled")])
@pytest.mark.parametrize("change", [Broker.cancel, lambda broker, order_id: broker.change(order_id, price="1")])
def test_what_has_ended_cannot_be_changed(
    broker: Broker, change: Callable[[Broker, int], Any], price: str, state: str
) -> None:
    order_id = broker.place(**put_spread(price))
    if state == "canceled":
        broker.cancel(order_id)
    reply = change(broker, order_id)
    assert (reply.status_code, reply.text) == (400, f"order already in finalized state: {state}")


def test_an_unknown_order_answers_as_a_foreign_account_does(broker: Broker) -> None:
    for reply in (broker.http.get(f"/accounts/{ACCOUNT}/orders/17"), broker.cancel(17), broker.change(17, price="1")):
        assert (reply.status_code, reply.text) == (401, f"Unauthorized Account: {ACCOUNT}")


def test_a_preview_costs_nothing_and_has_no_id(broker: Broker) -> None:
    preview = broker.post(**put_spread("1.10", 2), preview="true").json()["order"]
    assert (preview["status"], preview["result"], preview["order_cost"]) == ("ok", True, -220.0)
    assert "id" not in preview
    assert broker.read("orders") == {"orders": "null"}


@pytest.mark.parametrize(
    ("before", "form", "change"),
    [
        pytest.param([], put_spread("1.10", 2), 1000, id="a spread binds its width"),
        pytest.param([], condor("2.00", 1), 500, id="a condor one wing"),
        pytest.param([], single(SHORT_PUT, "sell_to_open"), 26_500, id="a put its strike"),
        pytest.param([], single(LONG_PUT, "buy_to_open"), 0, id="a long option nothing"),
        pytest.param([put_spread("1.00", 2)], buy_back("1.50", 2), -1000, id="buying back frees what was bound"),
    ],
)
def test_a_preview_tells_what_the_account_would_bind(
    broker: Broker, before: list[dict[str, str]], form: dict[str, str], change: int
) -> None:
    for earlier in before:
        broker.place(**earlier)
    assert broker.post(**form, preview="true").json()["order"]["margin_change"] == change


def test_a_single_refusal_may_come_as_a_list(broker: Broker, control: SimulatorControl) -> None:
    naked = {**single(SHORT_PUT, "buy_to_open"), "quantity": "0"}
    assert broker.post(**naked).json() == {"errors": {"error": "OrderQuantity"}}
    control.set({"tradier.envelope.errors.one": "array"})
    assert broker.post(**naked).json() == {"errors": {"error": ["OrderQuantity"]}}
