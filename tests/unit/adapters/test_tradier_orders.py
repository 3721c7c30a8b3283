"""Tradier's account: orders told by their legs and their cash, positions, money."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.tradier.client import TradierClient
from shared.domain.errors import CredentialsError, MalformedReplyError, OrderUnknownError
from shared.domain.orders import OrderStatus
from tests.unit.adapters.vendor_bodies import (
    LONG_CALL,
    LONG_PUT,
    SHORT_CALL,
    SHORT_PUT,
    balances,
    multileg_order,
    order_leg,
)
from tests.unit.adapters.wire import Wire, reply


def client(wire: Wire) -> TradierClient:
    return TradierClient("https://tradier.example/v1", "t0ken", "VA00000000", transport=wire)


def answering(body: Any, status: int = 200) -> TradierClient:
    return client(Wire(reply(body, status)))


def credit_spread(filled: float = 2.0, short_price: float = 2.44, long_price: float = 1.24) -> list[dict[str, Any]]:
    return [
        order_leg(SHORT_PUT, "sell_to_open", 2.0, filled, short_price),
        order_leg(LONG_PUT, "buy_to_open", 2.0, filled, long_price),
    ]


def condor() -> list[dict[str, Any]]:
    sides = {SHORT_PUT: "sell_to_open", LONG_PUT: "buy_to_open", SHORT_CALL: "sell_to_open", LONG_CALL: "buy_to_open"}
    prices = {SHORT_PUT: 1.32, LONG_PUT: 0.81, SHORT_CALL: 1.05, LONG_CALL: 0.49}
    return [order_leg(symbol, side, 3.0, 3.0, prices[symbol]) for symbol, side in sides.items()]


def told(order: dict[str, Any]) -> Any:
    return answering({"orders": {"order": order}}).orders()[0]


@pytest.mark.parametrize("body", [{"orders": "null"}, {"orders": None}, {}, {"orders": {}}, {"orders": {"order": []}}])
def test_trap_01_no_orders_are_the_text_null(body: Any) -> None:
    assert answering(body).orders() == ()


def test_trap_01_one_order_and_one_leg_are_objects() -> None:
    order = multileg_order(credit_spread())
    assert len(answering({"orders": {"order": order}}).orders()) == 1
    assert len(answering({"orders": {"order": [order, order | {"id": 9}]}}).orders()) == 2
    assert len(told(order | {"leg": order["leg"][0]}).legs) == 1


@pytest.mark.parametrize(
    ("changes", "status", "price"),
    [
        pytest.param({"status": "filled"}, OrderStatus.FILLED, None, id="filled without prices"),
        pytest.param({"status": "pending"}, OrderStatus.SUBMITTED, None, id="not yet at the exchange"),
        pytest.param({"status": "open"}, OrderStatus.PARTIALLY_FILLED, None, id="status lags the fills"),
    ],
)
def test_trap_03_prices_may_come_after_the_fill(
    changes: dict[str, Any], status: OrderStatus, price: Decimal | None
) -> None:
    order = told(multileg_order(credit_spread(2.0, 0.0, 0.0)) | changes)
    assert (order.status, order.fill_price, order.filled_contracts) == (status, price, 2)


def test_trap_03_a_late_rejection_stands_in_the_order_row() -> None:
    order = told(multileg_order(credit_spread(0.0), status="rejected", reason_description="OptionLevelRestriction"))
    assert (order.status, order.reason, order.filled_contracts) == (
        OrderStatus.REJECTED,
        "OptionLevelRestriction",
        0,
    )


@pytest.mark.parametrize(
    ("legs", "contracts"),
    [pytest.param(credit_spread(), 2, id="vertical"), pytest.param(condor(), 3, id="condor")],
)
@pytest.mark.parametrize("parent", [1.0, 99.0, 12.0], ids=["as of 2018", "nonsense", "a sum"])
def test_trap_04_contracts_come_from_the_legs_never_from_the_parent(
    legs: list[dict[str, Any]], contracts: int, parent: float
) -> None:
    order = told(multileg_order(legs, quantity=parent, exec_quantity=parent, remaining_quantity=0.0, side="buy"))
    assert (order.contracts, order.filled_contracts) == (contracts, contracts)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("canceled", OrderStatus.CANCELED), ("partially_filled", OrderStatus.PARTIALLY_FILLED)],
)
def test_trap_04_a_part_filled_counts_whole_structures_also_when_canceled(status: str, expected: OrderStatus) -> None:
    legs = [
        order_leg(SHORT_PUT, "sell_to_open", 5.0, 3.0, 2.44),
        order_leg(LONG_PUT, "buy_to_open", 5.0, 2.0, 1.24),
    ]
    order = told(multileg_order(legs, status=status))
    assert (order.status, order.contracts, order.filled_contracts) == (expected, 5, 2)
    assert order.fill_price == Decimal("1.20")


@pytest.mark.parametrize(
    ("sides", "kind", "price"),
    [
        pytest.param(("sell_to_open", "buy_to_open"), "credit", "1.20", id="a credit received"),
        pytest.param(("buy_to_close", "sell_to_close"), "debit", "-1.20", id="a debit paid"),
        pytest.param(("sell_to_close", "buy_to_close"), "debit", "1.20", id="a debit order that was paid to us"),
        pytest.param(("buy_to_open", "sell_to_open"), "credit", "-1.20", id="a credit order that cost us"),
    ],
)
def test_trap_05_the_sign_of_a_fill_follows_the_cash(sides: tuple[str, str], kind: str, price: str) -> None:
    legs = [order_leg(SHORT_PUT, sides[0], 2.0, 2.0, 2.44), order_leg(LONG_PUT, sides[1], 2.0, 2.0, 1.24)]
    order = told(multileg_order(legs, type=kind, price=1.0, avg_fill_price=1.2))
    assert (order.fill_price, order.limit_price) == (Decimal(price), Decimal("1.0"))


def test_trap_05_a_butterfly_is_priced_by_its_ratio() -> None:
    legs = [
        order_leg(SHORT_PUT, "buy_to_open", 1.0, 1.0, 2.44),
        order_leg(LONG_PUT, "sell_to_open", 2.0, 2.0, 1.24),
        order_leg("SPY260417P00550000", "buy_to_open", 1.0, 1.0, 0.60),
    ]
    order = told(multileg_order(legs, type="debit"))
    assert (order.contracts, order.fill_price) == (1, Decimal("-0.56"))


@pytest.mark.parametrize(("side", "price"), [("buy_to_open", "-2.44"), ("sell_to_close", "2.44")])
def test_an_option_order_is_its_own_leg(side: str, price: str) -> None:
    row = order_leg(SHORT_PUT, side, 4.0, 4.0, 2.44) | {"class": "option", "type": "limit", "status": "filled"}
    order = told(row)
    assert (order.contracts, order.filled_contracts, order.fill_price) == (4, 4, Decimal(price))
    assert order.legs[0].option_symbol == SHORT_PUT


def test_orders_of_other_kinds_are_told_without_harm() -> None:
    equity = {
        "id": 4, "type": "limit", "symbol": "SPY", "side": "buy", "quantity": 50.0, "status": "filled", "price": 2.0,
        "create_date": "2026-03-04T12:00:00.000Z", "class": "equity", "exec_quantity": 50.0,
    }  # fmt: skip
    oco = {
        "id": 5, "status": "open", "create_date": "2026-03-04T12:00:00.000Z", "class": "oco",
        "leg": [order_leg(SHORT_PUT, "sell_to_close", 1.0)],
    }  # fmt: skip
    first, second = answering({"orders": {"order": [equity, oco]}}).orders()
    assert (first.legs, first.contracts, first.updated_at) == ((), 0, first.created_at)
    assert [leg.option_symbol for leg in second.legs] == [SHORT_PUT]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        pytest.param({"id": None}, "order[0].id", id="no id"),
        pytest.param({"create_date": "2026-03-04T15:20:01"}, "order[0].create_date", id="a time without a zone"),
    ],
)
def test_an_order_that_nobody_could_tell_apart_makes_the_list_unknown(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedReplyError) as caught:
        answering({"orders": {"order": [multileg_order(credit_spread()) | changes]}}).orders()
    assert caught.value.path.endswith(path)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        pytest.param({"status": "dancing"}, "order[0].status", id="unknown status"),
        pytest.param({"leg": [order_leg(SHORT_PUT, "buy_to_open", -1.0)]}, "leg[0].quantity", id="below zero"),
        pytest.param({"leg": None}, "order[0].leg", id="no legs"),
        pytest.param({"leg": [order_leg(SHORT_PUT, "buy")]}, "leg[0].side", id="a leg that opens nothing"),
        pytest.param({"leg": [order_leg(SHORT_PUT, "buy_to_open", 1.5)]}, "leg[0].quantity", id="half a contract"),
        pytest.param(
            {"leg": [order_leg(SHORT_PUT, "buy_to_open", 1.0, 2.0)]}, "leg[0].exec_quantity", id="more than ordered"
        ),
        pytest.param(
            {"leg": [order_leg(SHORT_PUT, "buy_to_open", 1.0, 1.0, -2.0)]},
            "leg[0].avg_fill_price",
            id="a price below zero",
        ),
    ],
)
def test_an_order_that_cannot_be_read_is_set_aside_with_its_facts_and_the_rest_goes_on(
    changes: dict[str, Any], path: str
) -> None:
    strange, sound = multileg_order(credit_spread()) | changes, multileg_order(credit_spread()) | {"id": 51000009}
    first, second = answering({"orders": {"order": [strange, sound]}}).orders()
    assert (first.status, first.tag, first.order_id) == (OrderStatus.UNREADABLE, "agx-7", "51000001")
    assert path in (first.reason or "")
    assert '"tag": "agx-7"' in (first.reason or "")
    assert second.status is not OrderStatus.UNREADABLE


def test_trap_09_tags_come_only_when_asked_for() -> None:
    wire = Wire(reply({"orders": {"order": multileg_order(credit_spread())}}))
    assert client(wire).orders()[0].tag == "agx-7"
    assert wire.query == {"includeTags": "true"}
    single = Wire(reply({"order": multileg_order(credit_spread())}))
    assert client(single).order("51000001").tag == "agx-7"
    assert single.query == {"includeTags": "true"}


def test_a_list_of_exactly_the_page_size_is_read_on_and_each_order_counts_once() -> None:
    def page(first: int, count: int) -> Any:
        rows = [multileg_order(credit_spread(), id=number) for number in range(first, first + count)]
        return reply({"orders": {"order": rows}})

    wire = Wire(page(1, 25), page(20, 10), reply({"orders": "null"}))
    assert [order.order_id for order in client(wire).orders()] == [str(number) for number in range(1, 30)]
    longer = Wire(page(1, 27))
    assert len(client(longer).orders()) == 27
    assert len(longer.requests) == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("Unauthorized Account: VA00000000", OrderUnknownError, id="an unknown order"),
        pytest.param('{"fault":{"faultstring":"Invalid Access Token"}}', CredentialsError, id="a refused token"),
    ],
)
def test_trap_10_a_401_for_an_order_is_told_by_its_words(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        answering(text, 401).order("77")


def test_trap_10_a_401_for_an_account_says_so() -> None:
    with pytest.raises(CredentialsError, match="Unauthorized Account"):
        answering("Unauthorized Account: VA00000000", 401).positions()


def test_trap_11_an_order_of_yesterday_is_unknown_not_absent() -> None:
    with pytest.raises(OrderUnknownError):
        answering("Unauthorized Account: VA00000000", 401).order("51000001")


def test_trap_13_positions_are_merged_contracts_and_nothing_else() -> None:
    rows = [
        {
            "symbol": SHORT_PUT,
            "quantity": -3.0,
            "cost_basis": -732.0,
            "id": 1,
            "date_acquired": "2026-03-04T15:20:01.482Z",
        },
        {"symbol": LONG_PUT, "quantity": 3.00000000, "cost_basis": 372.0, "id": 2, "date_acquired": "x"},
        {"symbol": "SPY", "quantity": 100.0, "cost_basis": 59_000.0, "id": 3, "date_acquired": "x"},
    ]
    held = answering({"positions": {"position": rows}}).positions()
    assert {one.option_symbol: one.contracts for one in held} == {SHORT_PUT: -3, LONG_PUT: 3, "SPY": 100}
    assert answering({"positions": "null"}).positions() == ()


def test_half_a_contract_is_no_holding() -> None:
    with pytest.raises(MalformedReplyError):
        answering({"positions": {"position": {"symbol": SHORT_PUT, "quantity": 0.5}}}).positions()


@pytest.mark.parametrize(
    ("blocks", "power"),
    [
        pytest.param({"margin": {"option_buying_power": 6363.860000}}, "6363.86", id="margin"),
        pytest.param({"pdt": {"option_buying_power": 7}, "margin": {"option_buying_power": 8}}, "7", id="day trader"),
        pytest.param({"cash": {"cash_available": 4343.38, "sweep": 0}}, "4343.38", id="cash"),
    ],
)
def test_buying_power_stands_in_the_block_that_is_there(blocks: dict[str, Any], power: str) -> None:
    money = answering(balances(**blocks)).balances()
    assert (money.option_buying_power, money.total_equity) == (Decimal(power), Decimal("25310.75"))


def test_an_account_without_a_block_is_not_worth_zero() -> None:
    with pytest.raises(MalformedReplyError):
        answering(balances()).balances()


def test_closed_lots_are_read() -> None:
    lot = {
        "symbol": SHORT_PUT, "quantity": 1.0, "cost": 132.0, "proceeds": 244.0, "gain_loss": 112.0,
        "open_date": "2026-02-04T00:00:00.000Z", "close_date": "2026-03-04T00:00:00.000Z", "term": 28,
    }  # fmt: skip
    (one,) = answering({"gainloss": {"closed_position": lot}}).gain_loss()
    assert (one.gain_loss, one.opened_on, one.closed_on) == (Decimal("112.0"), date(2026, 2, 4), date(2026, 3, 4))
