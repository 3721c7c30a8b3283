"""The leg ledger: merged legs, orders in flight, other hands, expirations, and closes by hand."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.config import Fees
from shared.domain.orders import BrokerPosition, Intent, OrderStatus
from shared.domain.positions import Position, PositionState
from shared.domain.reference import GainLoss
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import Strategy
from shared.phases.monitoring.holdings import (
    booked_legs,
    broken_by,
    closed_by_lots,
    closed_by_order,
    foreign_legs,
    held_legs,
    in_flight,
    is_gone,
    netted_against,
    surplus,
    unexplained,
    with_unsent_orders,
    without_foreign,
    without_position,
)
from tests.builders import (
    EXPIRATION,
    NOON,
    TODAY,
    broker_order,
    entry_intent,
    exit_intent,
    legs_of,
    long,
    position,
    short,
)

SHORT_PUT, LONG_PUT = (leg.option_symbol for leg in legs_of(Strategy.BULL_PUT_SPREAD))
HELD = position(contracts=3)
NEIGHBOUR = position(position_id="p2", contracts=2, legs=(short(385), long(380)))
"""Its short leg is the long leg of the other: the broker merges them."""
FREE = Fees(per_contract=Decimal(0), index_surcharge=Decimal(0))


def differences(held: dict[str, int], *intents: Intent, now: datetime = NOON) -> dict[str, int]:
    return unexplained(booked_legs([HELD]), held, in_flight(intents), now)


def test_legs_of_all_positions_are_summed_as_the_broker_merges_them() -> None:
    assert booked_legs([HELD, NEIGHBOUR]) == {SHORT_PUT: -3, LONG_PUT: 1, long(380).option_symbol: 2}


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        pytest.param(PositionState.OPENING, False, id="opening"),
        pytest.param(PositionState.OPEN, True, id="open"),
        pytest.param(PositionState.EXIT_PENDING, True, id="waiting for its exit"),
        pytest.param(PositionState.CLOSING, True, id="closing"),
        pytest.param(PositionState.SETTLING, True, id="settling"),
        pytest.param(PositionState.BROKEN, True, id="broken"),
        pytest.param(PositionState.CLOSED, False, id="closed"),
        pytest.param(PositionState.ABANDONED, False, id="abandoned"),
    ],
)
def test_what_is_held_is_booked(state: PositionState, counts: bool) -> None:
    assert (booked_legs([position(state=state)]) != {}) is counts


def test_rows_of_one_symbol_are_summed() -> None:
    rows = [BrokerPosition(option_symbol="SPY", contracts=100), BrokerPosition(option_symbol="SPY", contracts=-30)]
    assert held_legs(rows) == {"SPY": 70}


@pytest.mark.parametrize(
    ("held", "intents", "expected"),
    [
        pytest.param({SHORT_PUT: -3, LONG_PUT: 3}, (), {}, id="they agree"),
        pytest.param({SHORT_PUT: -3}, (), {LONG_PUT: -3}, id="a leg is missing"),
        pytest.param({}, (exit_intent(HELD),), {}, id="the exit in flight has filled"),
        pytest.param({SHORT_PUT: -1, LONG_PUT: 1}, (exit_intent(HELD),), {}, id="it has part filled"),
        pytest.param(
            {SHORT_PUT: 1, LONG_PUT: -1}, (exit_intent(HELD),), {SHORT_PUT: 4, LONG_PUT: -4}, id="more than it explains"
        ),
        pytest.param({SHORT_PUT: -6, LONG_PUT: 6}, (entry_intent(HELD),), {}, id="an entry in flight has filled"),
        pytest.param(
            {SHORT_PUT: -2, LONG_PUT: 2}, (entry_intent(HELD),), {SHORT_PUT: 1, LONG_PUT: -1}, id="the wrong direction"
        ),
        pytest.param({SHORT_PUT: -3, LONG_PUT: 3, "SPY": 100}, (), {"SPY": 100}, id="shares nobody booked"),
    ],
)
def test_only_orders_in_flight_explain_a_difference(
    held: dict[str, int], intents: tuple[Intent, ...], expected: dict[str, int]
) -> None:
    assert differences(held, *intents) == expected


def test_what_has_expired_is_not_compared_once_its_session_is_over() -> None:
    last_hour = NOON + (EXPIRATION - TODAY)
    assert differences({}, now=last_hour) == {SHORT_PUT: 3, LONG_PUT: -3}
    assert differences({}, now=last_hour + timedelta(hours=4)) == {}


def _leg(symbol: str, side: str, filled: int = 3, price: object = "1.00") -> dict[str, Any]:
    return {"option_symbol": symbol, "side": side, "filled_contracts": filled, "fill_price": price}


@pytest.mark.parametrize(
    ("tag", "side", "expected"),
    [
        pytest.param(None, "sell_to_open", {SHORT_PUT}, id="another hand opened it"),
        pytest.param("agx-i1", "sell_to_open", set(), id="we opened it"),
        pytest.param(None, "buy_to_close", set(), id="another hand closed what is ours"),
        pytest.param("theirs-7", "sell_to_open", {SHORT_PUT}, id="a tag of somebody else"),
    ],
)
def test_legs_of_another_hand_are_told_from_closes_of_ours(tag: str | None, side: str, expected: set[str]) -> None:
    order = broker_order(tag=tag, legs=(_leg(SHORT_PUT, side),))
    assert foreign_legs([order], booked_legs([HELD])) == expected


@pytest.mark.parametrize(
    ("held", "done"),
    [
        pytest.param({}, 0, id="nothing"),
        pytest.param({SHORT_PUT: -2, LONG_PUT: 2}, 2, id="two of three"),
        pytest.param({SHORT_PUT: -3, LONG_PUT: 3}, 3, id="all"),
        pytest.param({SHORT_PUT: -9, LONG_PUT: 9}, 3, id="never more than was ordered"),
        pytest.param({SHORT_PUT: -3}, 0, id="one leg alone is no structure"),
    ],
)
def test_the_broker_tells_how_much_of_a_forgotten_order_was_carried_out(held: dict[str, int], done: int) -> None:
    assert surplus(entry_intent(HELD), {}, held) == done


def test_a_position_is_broken_by_its_own_legs_only() -> None:
    closing = position(position_id="p3", state=PositionState.CLOSING)
    assert broken_by([HELD, NEIGHBOUR, closing], {SHORT_PUT: 3}) == (HELD,)
    assert broken_by([HELD, NEIGHBOUR], {LONG_PUT: 1}) == (HELD, NEIGHBOUR)


def test_a_position_is_gone_only_when_every_leg_is() -> None:
    assert is_gone(HELD, {SHORT_PUT: 3, LONG_PUT: -3})
    assert not is_gone(HELD, {SHORT_PUT: 3})
    assert not is_gone(HELD, {SHORT_PUT: 2, LONG_PUT: -2})


def _by_hand(**changes: Any) -> Any:
    facts: dict[str, Any] = {"tag": None, "price": "-0.60", "filled": 3}
    facts |= {"legs": (_leg(SHORT_PUT, "buy_to_close"), _leg(LONG_PUT, "sell_to_close"))}
    return broker_order(**facts | changes)


def test_an_order_of_another_hand_that_closed_all_gives_its_price() -> None:
    close = closed_by_order(HELD, [_by_hand()], Fees())
    assert close is not None
    assert (close.fill.cash, close.fill.fees) == (Decimal(-180), Decimal("2.10"))
    assert close.source == "order b1 at the broker"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"tag": "agx-x1"}, id="it is ours"),
        pytest.param({"status": OrderStatus.CANCELED}, id="it did not fill"),
        pytest.param({"price": None}, id="it has no price yet"),
        pytest.param({"legs": (_leg(SHORT_PUT, "buy_to_close"),)}, id="it closed one leg"),
        pytest.param(
            {"legs": (_leg(SHORT_PUT, "buy_to_close", 2), _leg(LONG_PUT, "sell_to_close", 2))}, id="it closed a part"
        ),
    ],
)
def test_any_other_order_gives_none(changes: dict[str, Any]) -> None:
    assert closed_by_order(HELD, [_by_hand(**changes)], FREE) is None


def _lot(symbol: str, quantity: int, cost: int, proceeds: int, day: int = 0) -> GainLoss:
    return GainLoss(
        symbol=symbol,
        quantity=Decimal(quantity),
        cost=Decimal(cost),
        proceeds=Decimal(proceeds),
        gain_loss=Decimal(proceeds - cost),
        opened_on=(NOON + timedelta(days=min(day, 0))).date(),
        closed_on=(NOON + timedelta(days=day)).date(),
    )


LOTS = (_lot(SHORT_PUT, -3, cost=600, proceeds=900, day=2), _lot(LONG_PUT, 3, cost=500, proceeds=375, day=3))


def test_lots_give_what_the_short_leg_cost_and_the_long_leg_brought() -> None:
    close = closed_by_lots(HELD, LOTS, FREE, NOON + timedelta(days=3))
    assert close is not None
    assert (close.fill.cash, close.fill.at) == (Decimal(375 - 600), NOON + timedelta(days=3))


@pytest.mark.parametrize(
    ("days", "now", "at"),
    [
        pytest.param(1, time(11), time(11), id="while its session lasts, now"),
        pytest.param(1, time(18), time(16), id="after its session, at the end of it"),
        pytest.param(2, time(11), time(16), id="told a day late, at the end of its session"),
        pytest.param(0, time(9, 45), None, id="never before the entry"),
    ],
)
def test_a_close_whose_lots_tell_the_day_alone_is_dated(days: int, now: time, at: time | None) -> None:
    opened = datetime.combine(NOON.date(), time(12), NEW_YORK)
    held = position(contracts=3, opened_at=opened)
    day = min(days, 1)
    lots = (_lot(SHORT_PUT, -3, 600, 900, day), _lot(LONG_PUT, 3, 500, 375, day))
    close = closed_by_lots(held, lots, FREE, datetime.combine(NOON.date() + timedelta(days=days), now, NEW_YORK))
    assert close is not None
    expected = opened if at is None else datetime.combine(NOON.date() + timedelta(days=day), at, NEW_YORK)
    assert close.fill.at == expected


@pytest.mark.parametrize(
    ("held", "lots"),
    [
        pytest.param(HELD, LOTS[:1], id="a leg's lot is missing"),
        pytest.param(position(contracts=4), LOTS, id="fewer contracts than are held"),
        pytest.param(HELD, (LOTS[0], _lot(LONG_PUT, 3, 500, 375, day=-9)), id="a lot of before the entry"),
    ],
)
def test_without_every_real_price_nothing_is_booked(held: Position, lots: tuple[GainLoss, ...]) -> None:
    assert closed_by_lots(held, lots, FREE, NOON + timedelta(days=3)) is None


def test_an_order_that_is_not_listed_yet_counts_as_held_and_a_listed_one_does_not_count_twice() -> None:
    intent = entry_intent(position(contracts=3))
    expected = {leg.option_symbol: leg.side.sign * 3 for leg in intent.order.legs}
    assert with_unsent_orders({}, [intent], []) == expected
    assert with_unsent_orders({}, [intent], [broker_order(tag=intent.tag)]) == {}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(position(legs=(long(390), short(385))), True, id="the other side of both legs"),
        pytest.param(position(legs=(short(395), long(390))), True, id="the other side of one leg"),
        pytest.param(position(), False, id="the same side"),
        pytest.param(position(legs=(short(380), long(375))), False, id="other strikes"),
    ],
)
def test_two_entries_net_where_they_share_a_leg_on_opposite_sides(other: Position, expected: bool) -> None:
    theirs = entry_intent(other)
    assert (netted_against(entry_intent(position()), [theirs]) is theirs) is expected
    assert netted_against(entry_intent(position()), [exit_intent(position())]) is None


@pytest.mark.parametrize(
    ("held", "foreign", "days", "ours"),
    [
        pytest.param({SHORT_PUT: -4, LONG_PUT: 3}, {SHORT_PUT: -1}, 0, {SHORT_PUT: -3, LONG_PUT: 3}, id="not ours"),
        pytest.param({}, {}, 60, {SHORT_PUT: -3, LONG_PUT: 3}, id="expired and dropped by the broker"),
        pytest.param({}, {}, 0, {SHORT_PUT: 0, LONG_PUT: 0}, id="gone"),
    ],
)
def test_what_another_hand_holds_and_what_expired_is_no_fill_of_ours(
    held: dict[str, int], foreign: dict[str, int], days: int, ours: dict[str, int]
) -> None:
    assert without_foreign(booked_legs([HELD]), held, foreign, NOON + timedelta(days=days)) == ours


def test_a_booked_close_explains_its_own_contracts_and_no_more() -> None:
    missing = {SHORT_PUT: 5, LONG_PUT: -3}
    assert is_gone(HELD, missing)
    assert without_position(missing, HELD) == {SHORT_PUT: 2}
    assert not is_gone(HELD, without_position(missing, HELD))
