"""The life of an order at the simulated broker, on the wire."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from tests.integration.vendors.conftest import ACCOUNT, NOW, Broker
from tests.integration.vendors.forms import (
    LONG_CALL,
    LONG_PUT,
    SHORT_CALL,
    SHORT_PUT,
    buy_back,
    condor,
    package,
    put_spread,
    single,
)
from tests.integration.vendors.scripted_market import ScriptedMarket

Pass = Callable[[float], None]


def test_an_acknowledgement_has_an_id_and_a_partner_id_that_tells_nothing(broker: Broker) -> None:
    first, second = broker.post(**put_spread("1.50")).json(), broker.post(**put_spread("1.50")).json()
    assert set(first["order"]) == {"id", "status", "partner_id"}
    assert first["order"]["status"] == "ok"
    assert first["order"]["partner_id"] == second["order"]["partner_id"]
    assert first["order"]["id"] != second["order"]["id"]


@pytest.mark.parametrize(
    ("price", "seconds", "status", "average"),
    [
        pytest.param("1.00", 0, "filled", -1.09, id="through the natural price: filled at once, and better"),
        pytest.param("1.15", 0, "open", 0.0, id="between middle and natural: not at once"),
        pytest.param("1.15", 20, "filled", -1.15, id="between middle and natural: at its limit after a while"),
        pytest.param("1.25", 3600, "open", 0.0, id="beyond the middle: it rests"),
    ],
)
def test_a_credit_order_fills_by_where_its_limit_lies(
    broker: Broker, pass_time: Pass, price: str, seconds: float, status: str, average: float
) -> None:
    order_id = broker.place(**put_spread(price))
    pass_time(seconds)
    order = broker.order(order_id)
    assert (order["status"], order["avg_fill_price"]) == (status, average)


def test_a_resting_order_fills_at_its_limit_when_the_market_comes_to_it(
    broker: Broker, market: ScriptedMarket, pass_time: Pass
) -> None:
    order_id = broker.place(**put_spread("2.00"))
    market.quotes[SHORT_PUT] = (3.00, 3.10)
    pass_time(1)
    assert broker.order(order_id)["avg_fill_price"] == -2.00


@pytest.mark.parametrize(
    ("form", "contracts", "average"),
    [
        pytest.param(put_spread("1.00", 1), 2, -1.09, id="a vertical counts two"),
        pytest.param(put_spread("1.00", 3), 6, -1.09, id="three verticals count six"),
        pytest.param(condor("2.00", 1), 4, -2.18, id="a condor counts four"),
        pytest.param(
            package(
                "debit",
                "9.00",
                ("SPY180119P00270000", "buy_to_open", 1),
                (SHORT_PUT, "sell_to_open", 2),
                (LONG_PUT, "buy_to_open", 1),
            ),
            4,
            2.63,
            id="a butterfly counts four, and costs a positive price",
        ),
    ],
)
def test_a_multileg_parent_sums_its_legs(broker: Broker, form: dict[str, str], contracts: int, average: float) -> None:
    order = broker.order(broker.place(**form))
    assert order["side"] == "buy"
    assert order["quantity"] == order["exec_quantity"] == contracts
    assert order["avg_fill_price"] == pytest.approx(average)
    assert order["last_fill_price"] == 0.0
    assert order["remaining_quantity"] == 0.0
    assert order["num_legs"] == len(order["leg"])
    assert [leg["id"] for leg in order["leg"]] == [order["id"] + 1 + index for index in range(len(order["leg"]))]
    signed = sum(
        (1 if leg["side"].startswith("buy") else -1) * leg["avg_fill_price"] * leg["quantity"] for leg in order["leg"]
    )
    smallest = min(leg["quantity"] for leg in order["leg"])
    assert signed / smallest == pytest.approx(order["avg_fill_price"])
    assert {(leg["type"], leg["status"], leg["class"]) for leg in order["leg"]} == {(form["type"], "filled", "option")}


def test_the_documents_of_2018_count_spreads(broker: Broker, control: SimulatorControl) -> None:
    control.set({"tradier.multileg_quantity": "spreads"})
    assert broker.order(broker.place(**condor("1.00")))["quantity"] == 1.0


def test_legs_after_a_gap_are_dropped_without_a_word(broker: Broker) -> None:
    form = put_spread("0.10")
    for name in ("option_symbol", "side", "quantity"):
        form[f"{name}[2]"] = form.pop(f"{name}[1]")
    order = broker.order(broker.place(**form))
    assert order["num_legs"] == 1
    assert order["leg"]["side"] == "sell_to_open"


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


def test_a_tag_of_255_letters_digits_and_hyphens_comes_back_when_asked_for(broker: Broker) -> None:
    tag = ("agx-" * 64)[:255]
    order_id = broker.place(**put_spread("1.50", tag=tag))
    assert broker.order(order_id)["tag"] == tag
    assert "tag" not in broker.read(f"orders/{order_id}")["order"]


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


def test_two_orders_of_one_tag_are_two_orders(broker: Broker, control: SimulatorControl) -> None:
    for _ in range(2):
        broker.place(**put_spread("1.50", tag="agx-twin"))
    assert control.account(ACCOUNT)["live_orders_by_tag"] == {"agx-twin": 2}


def test_a_modification_keeps_the_id_and_changes_only_the_price(broker: Broker) -> None:
    order_id = broker.place(**put_spread("1.50"))
    reply = broker.change(order_id, price="1.05", quantity="9", **{"quantity[0]": "9"})
    assert reply.json()["order"]["id"] == order_id
    order = broker.order(order_id)
    assert (order["status"], order["price"], order["quantity"]) == ("filled", 1.05, 2.0)


def test_a_cancel_is_acknowledged_and_then_visible(broker: Broker) -> None:
    order_id = broker.place(**put_spread("1.50"))
    assert broker.cancel(order_id).json() == {"order": {"id": order_id, "status": "ok"}}
    order = broker.order(order_id)
    assert (order["status"], order["remaining_quantity"], order["exec_quantity"]) == ("canceled", 0.0, 0.0)


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


def test_an_order_out_of_hours_waits_for_the_opening(broker: Broker, clock: ReplayClock) -> None:
    clock.set(NOW.replace(hour=12))
    order_id = broker.place(**put_spread("1.00"))
    assert broker.order(order_id)["status"] == "pending"
    clock.set(NOW)
    assert broker.order(order_id)["status"] == "filled"


def test_a_day_order_expires_at_the_close(broker: Broker, clock: ReplayClock) -> None:
    order_id = broker.place(**put_spread("2.50"))
    clock.set(NOW.replace(hour=22))
    order = broker.order(order_id)
    assert (order["status"], order["transaction_date"]) == ("expired", "2018-01-10T21:00:00.000Z")


def test_the_list_forgets_at_midnight_in_new_york(broker: Broker, clock: ReplayClock) -> None:
    order_id = broker.place(**put_spread("1.00"))
    clock.set(NOW.replace(day=11, hour=4, minute=59))
    assert broker.read("orders")["orders"]["order"]["id"] == order_id
    clock.set(NOW.replace(day=11, hour=5, minute=0))
    assert broker.read("orders") == {"orders": "null"}
    assert broker.http.get(f"/accounts/{ACCOUNT}/orders/{order_id}").status_code == 401
    assert broker.held() == {SHORT_PUT: -1.0, LONG_PUT: 1.0}


def test_the_list_comes_in_one_reply_unless_pages_are_asked_for(broker: Broker, control: SimulatorControl) -> None:
    control.set({"tradier.rate": "generous"})
    for _ in range(27):
        broker.place(**single(LONG_PUT, "buy_to_open", type="limit", price="0.10"))
    assert len(broker.read("orders")["orders"]["order"]) == 27
    assert len(broker.read("orders", page=1)["orders"]["order"]) == 25
    assert len(broker.read("orders", page=2)["orders"]["order"]) == 2
    assert broker.read("orders", page=3) == {"orders": "null"}


def test_a_stop_waits_for_its_trigger(broker: Broker, market: ScriptedMarket, pass_time: Pass) -> None:
    broker.place(**single(LONG_CALL, "buy_to_open"))
    order_id = broker.place(**single(LONG_CALL, "sell_to_close", type="stop", stop="0.30"))
    pass_time(60)
    assert broker.order(order_id)["status"] == "open"
    market.quotes[LONG_CALL] = (0.25, 0.35)
    pass_time(60)
    order = broker.order(order_id)
    assert (order["status"], order["avg_fill_price"], order["stop_price"]) == ("filled", 0.25, 0.3)


def test_shares_are_bought_at_the_ask_and_sold_at_the_bid(broker: Broker) -> None:
    form = {"class": "equity", "symbol": "SPY", "quantity": "10", "type": "market", "duration": "day"}
    bought = broker.order(broker.place(**form, side="buy"))
    sold = broker.order(broker.place(**form, side="sell"))
    assert (bought["avg_fill_price"], sold["avg_fill_price"], bought["class"]) == (270.01, 269.99, "equity")


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


def test_the_journal_tells_every_acceptance_and_fill(broker: Broker, control: SimulatorControl) -> None:
    broker.place(**put_spread("1.00", 2, tag="agx-entry"))
    broker.place(**buy_back("1.30", 2, tag="agx-exit"))
    told = [(row["event"], row["tag"]) for row in control.journal(ACCOUNT)]
    assert told == [
        ("accepted", "agx-entry"),
        ("filled", "agx-entry"),
        ("accepted", "agx-exit"),
        ("filled", "agx-exit"),
    ]
    assert control.journal(ACCOUNT)[1]["spreads"] == 2
