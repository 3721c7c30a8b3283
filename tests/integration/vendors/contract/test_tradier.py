"""What the client of Tradier makes of recorded shapes it makes of the simulator."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.domain.errors import (
    FeedUnavailableError,
    OrderDeniedError,
    OrderFinalError,
    OrderRejectedError,
    OrderUnknownError,
)
from shared.domain.options import Right
from shared.domain.orders import Order, OrderLeg, OrderSide, OrderStatus, PriceEffect
from tests.integration.vendors.conftest import ACCOUNT, NOW
from tests.integration.vendors.contract.conftest import EXPIRATION, World, fresh
from tests.integration.vendors.forms import LONG_PUT, SHORT_PUT

START, END = date(2018, 1, 4), date(2018, 1, 9)
SPREAD = Order(
    underlying="SPY",
    legs=(
        OrderLeg(option_symbol=SHORT_PUT, side=OrderSide.SELL_TO_OPEN),
        OrderLeg(option_symbol=LONG_PUT, side=OrderSide.BUY_TO_OPEN),
    ),
    contracts=1,
    effect=PriceEffect.CREDIT,
    limit_price=Decimal("2.00"),
)


def test_quotes_of_a_fund_and_an_index(world: World) -> None:
    found = world.tradier().quotes(["SPY", "VIX", "NOSUCH"])
    assert set(found) == {"SPY", "VIX"}
    spy, vix = found["SPY"], found["VIX"]
    assert spy.bid is not None
    assert spy.ask is not None
    assert 0 < spy.bid < spy.ask
    assert (vix.bid, vix.ask) == (None, None)
    assert vix.last is not None
    assert 5 < vix.last < 80
    assert fresh(spy.as_of)
    assert fresh(vix.as_of)


def test_more_than_fifty_symbols_are_posted(world: World) -> None:
    found = world.tradier().quotes(
        ["SPY", *(f"NO{chr(65 + one // 26)}{chr(65 + one % 26)}" for one in range(60)), "VIX"]
    )
    assert set(found) == {"SPY", "VIX"}


def test_quotes_of_options(world: World) -> None:
    found = world.tradier().option_quotes([SHORT_PUT, LONG_PUT, "SPY"])
    assert set(found) == {SHORT_PUT, LONG_PUT}
    short = found[SHORT_PUT]
    assert (short.bid, short.ask) == (Decimal("1.73"), Decimal("1.83"))
    assert short.contract.right is Right.PUT
    assert fresh(short.as_of)


def test_a_chain_with_greeks(world: World) -> None:
    rows = world.tradier().option_chain("SPY", EXPIRATION)
    assert {row.contract.expiration for row in rows} == {EXPIRATION}
    assert {row.contract.right for row in rows} == {Right.CALL, Right.PUT}
    assert all(row.open_interest > 0 for row in rows)
    assert all(-1 <= row.delta <= 1 for row in rows if row.delta is not None)
    assert any(row.iv is not None and row.greeks_as_of is not None for row in rows)
    assert all(fresh(row.as_of) for row in rows)


def test_a_day_without_a_chain_has_none(world: World) -> None:
    with pytest.raises(FeedUnavailableError, match="no option chain"):
        world.tradier().option_chain("SPY", date(2018, 1, 17))


def test_expirations_ascend(world: World) -> None:
    days = world.tradier().expirations("SPY")
    assert EXPIRATION in days
    assert list(days) == sorted(set(days))


def test_the_clock_of_the_broker(world: World) -> None:
    clock = world.tradier().clock()
    assert (clock.now, clock.is_open) == (NOW, True)


def test_the_calendar_leaves_holidays_out(world: World) -> None:
    sessions = {one.day: one for one in world.tradier().calendar(2018, 1)}
    assert date(2018, 1, 15) not in sessions
    friday = sessions[date(2018, 1, 12)]
    assert (friday.opens_at, friday.closes_at) == (
        datetime(2018, 1, 12, 14, 30, tzinfo=UTC),
        datetime(2018, 1, 12, 21, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize("source", ["tradier", "polygon"])
def test_daily_bars_are_the_sessions_asked_for(world: World, source: str) -> None:
    client = world.tradier() if source == "tradier" else world.polygon()
    for symbol in ("SPY", "VIX"):
        bars = client.daily_bars(symbol, START, END)
        assert [bar.day.day for bar in bars] == [4, 5, 8, 9]
        assert all(0 < bar.low <= bar.close <= bar.high for bar in bars)


def test_balances(world: World) -> None:
    money = world.tradier().balances()
    assert money.account_id == ACCOUNT
    assert money.total_equity > 0
    assert money.option_buying_power > 0


def test_an_order_is_previewed_placed_found_changed_and_cancelled(world: World) -> None:
    broker = world.tradier()
    assert broker.preview(SPREAD).cost < 0
    order_id = broker.submit(SPREAD, "agx-contract")
    (listed,) = broker.orders()
    single = broker.order(order_id)
    assert (listed, listed.order_id, listed.tag) == (single, order_id, "agx-contract")
    assert (single.status, single.contracts, single.filled_contracts) == (OrderStatus.WORKING, 1, 0)
    assert [(leg.option_symbol, leg.side) for leg in single.legs] == [
        (SHORT_PUT, OrderSide.SELL_TO_OPEN),
        (LONG_PUT, OrderSide.BUY_TO_OPEN),
    ]
    assert single.limit_price == Decimal(2)
    broker.modify(order_id, Decimal("2.05"))
    broker.cancel(order_id)


def test_an_order_that_has_ended_cannot_be_cancelled(world: World) -> None:
    broker = world.tradier()
    if world.final_id is None:
        world.final_id = broker.submit(SPREAD, "agx-final")
        broker.cancel(world.final_id)
    with pytest.raises(OrderFinalError, match="canceled"):
        broker.cancel(world.final_id)


def test_an_unknown_order_is_unknown(world: World) -> None:
    with pytest.raises(OrderUnknownError):
        world.tradier().order("999")


def test_a_refusal_inside_a_200_is_one(world: World) -> None:
    with pytest.raises(OrderRejectedError) as caught:
        world.tradier().submit(SPREAD.model_copy(update={"contracts": 5_000}), "agx-large")
    assert caught.value.codes == ("InitialMargin",)


def test_a_bad_tag_does_not_leave(world: World) -> None:
    with pytest.raises(OrderDeniedError):
        world.tradier().submit(SPREAD, "agx_1")


def test_holdings_and_closed_lots(world: World) -> None:
    broker = world.tradier()
    if world.final_id is None:
        broker.submit(SPREAD.model_copy(update={"limit_price": Decimal("1.00")}), "agx-held")
    held = {one.option_symbol: one.contracts for one in broker.positions()}
    assert held[SHORT_PUT] == -1
    assert broker.gain_loss() == ()
