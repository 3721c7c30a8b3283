"""The life of an order at the simulated broker, on the wire."""

import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from tests.integration.vendors.conftest import ACCOUNT, NOW, Broker, Pass
from tests.integration.vendors.forms import (
    LONG_CALL,
    LONG_PUT,
    SHORT_PUT,
    buy_back,
    condor,
    package,
    put_spread,
    single,
)
from tests.integration.vendors.scripted_market import ScriptedMarket


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


def test_a_tag_of_255_letters_digits_and_hyphens_comes_back_when_asked_for(broker: Broker) -> None:
    tag = ("agx-" * 64)[:255]
    order_id = broker.place(**put_spread("1.50", tag=tag))
    assert broker.order(order_id)["tag"] == tag
    assert "tag" not in broker.read(f"orders/{order_id}")["order"]


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
