"""Monitor: what must close is closed, by the rules stamped at entry, whatever else is broken."""

from datetime import timedelta
from decimal import Decimal

import pytest

from infra.local.vendors.faults import FaultKind, Vendor
from shared.adapters.dynamodb import keys
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.orders import IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import Bot, ExitReason, Strategy, TradingMode, TradingState
from tests.functions.house import ONE_LOOK, House
from tests.functions.story import DIRECTION_TIME, PREMIUM_TIME, Chapter

SELLER, BUYER = Bot.PROMETHEUS, Bot.SOLOMON
SPREAD = Strategy.BULL_PUT_SPREAD
AFTER_THE_MOVE = 7
SLOW_FILLS = ONE_LOOK | {"paper": {"delay_seconds": 600}}
"""The paper broker lets an order work for ten minutes."""


def _sold(house: House, chapter: Chapter = Chapter.UP_CRASH) -> Position:
    return house.enter(SELLER, chapter.at(PREMIUM_TIME))


def _bought(house: House, chapter: Chapter = Chapter.UP_CRASH) -> Position:
    return house.enter(BUYER, chapter.at(DIRECTION_TIME))


def _crash(house: House) -> House:
    return house.at(Chapter.UP_CRASH.at(DIRECTION_TIME, AFTER_THE_MOVE))


def test_a_quiet_minute_changes_nothing(house: House) -> None:
    held = _sold(house, Chapter.UP_FLAT)
    assert house.later(60).monitor() == {"rounds": 1, "live": 1}
    assert house.position(SELLER) == held
    assert house.stage.heartbeat.last() is not None


def test_reducing_refuses_the_entry_and_lets_the_exit_through(house: House) -> None:
    _sold(house)
    _crash(house).breaker(TradingState.REDUCING)
    house.collect()
    house.later(2).trade(BUYER)
    house.monitor()
    (trade,) = house.trades(SPREAD)
    assert trade.exit_reason is ExitReason.STOP_LOSS
    assert DenialCode.BREAKER in house.denials(BUYER)


def test_halted_lets_nothing_leave_and_the_exit_goes_when_it_is_lifted(house: House) -> None:
    _sold(house)
    _crash(house).breaker(TradingState.HALTED)
    for _ in range(3):
        house.later(60).monitor()
    waiting = house.position(SELLER)
    assert (waiting.state, waiting.exit_reason) == (PositionState.EXIT_PENDING, ExitReason.STOP_LOSS)
    assert house.live(SELLER).intents == ()
    assert len(house.paper_account(SELLER).orders) == 0
    (told,) = (one for one in house.told() if "PROMETHEUS: an exit may not leave" in one.subject)
    assert told.level == "HIGH"
    house.breaker(TradingState.REDUCING)
    house.later(60).monitor()
    assert len(house.trades(SPREAD)) == 1


@pytest.mark.parametrize("state", [TradingState.HALTED, TradingState.REDUCING])
def test_a_working_entry_is_canceled_when_the_breaker_trips(house: House, state: TradingState) -> None:
    _working(house)
    house.breaker(state)
    house.later(5).monitor()
    _given_back(house)


def test_an_entry_that_is_not_filled_in_90_seconds_is_canceled(house: House) -> None:
    _working(house)
    house.later(60).monitor()
    assert house.position(SELLER).state is PositionState.OPENING
    house.later(40).monitor()
    _given_back(house)


def _working(house: House) -> None:
    house.configure(SELLER, SLOW_FILLS)
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    house.minute(SELLER)
    (intent,) = house.live(SELLER).intents
    assert intent.state is IntentState.WORKING


def _given_back(house: House) -> None:
    live = house.live(SELLER)
    assert (live.positions, live.intents, house.slots()) == ((), (), 0)
    assert live.ledger(TradingMode.PAPER).open_count == 0
    assert house.states(SELLER) == [PositionState.ABANDONED]
    assert house.paper_account(SELLER).holdings == {}


def test_each_flip_of_the_switch_is_told_once(house: House) -> None:
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    house.breaker(TradingState.HALTED)
    for _ in range(3):
        house.later(60).monitor()
    house.breaker(TradingState.ACTIVE)
    house.later(60).monitor()
    assert [(one.level, one.subject) for one in house.told()] == [
        ("CRITICAL", "Breaker HALTED: the user's switch"),
        ("CRITICAL", "Breaker ACTIVE: the user's switch"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("no JSON", id="damaged"),
        pytest.param('{"capital": -1}', id="out of range"),
        pytest.param('{"schema_version": 99}', id="of a newer version"),
    ],
)
def test_an_unreadable_document_leaves_the_exits_to_the_stamped_rules(house: House, text: str) -> None:
    _sold(house)
    house.put_document(SELLER, text)
    house.later(60).monitor()
    house.later(60).monitor()
    assert len(house.subjects("The configuration of PROMETHEUS is invalid")) == 1
    _crash(house).monitor()
    (trade,) = house.trades(SPREAD)
    assert trade.exit_reason is ExitReason.STOP_LOSS


def test_without_the_brokers_market_data_exits_are_priced_by_polygon(house: House) -> None:
    _sold(house)
    _crash(house).stop(Vendor.TRADIER)
    house.monitor()
    house.later(60).monitor()
    (trade,) = house.trades(SPREAD)
    assert trade.exit_reason is ExitReason.STOP_LOSS


def test_without_any_market_data_a_position_is_not_priced_and_time_waits(house: House) -> None:
    held = _sold(house, Chapter.UP_FLAT)
    house.stop(Vendor.TRADIER, Vendor.POLYGON)
    house.at(house.clock.now() + (held.expiration - house.clock.now().date()) - timedelta(days=4)).monitor()
    for _ in range(2):
        house.later(60).monitor()
    waiting = house.position(SELLER)
    assert (waiting.state, waiting.unquoted_runs) == (PositionState.EXIT_PENDING, 3)
    assert [one.level for one in house.told() if "an exit has no price" in one.subject] == ["CRITICAL"]
    house.restart(Vendor.TRADIER)
    house.later(60).monitor()
    house.later(60).monitor()
    (trade,) = house.trades(SPREAD)
    assert trade.exit_reason is ExitReason.TIME_EXIT


def test_a_position_without_a_quote_does_not_stop_the_others_of_its_bot(house: House) -> None:
    call = _bought(house)
    house.configure(BUYER, ONE_LOOK | {"structure": "debit_spread"})
    house.later(50).minute(BUYER)
    house.later(10).monitor()
    spread = next(held for held in house.live(BUYER).positions if held.position_id != call.position_id)
    assert spread.strategy is Strategy.BULL_CALL_SPREAD
    short_leg = next(leg for leg in spread.legs if leg.sign < 0)
    house.control.inject(FaultKind.QUOTE_MISSING, count=None, vendor=Vendor.TRADIER, symbol=short_leg.option_symbol)
    _crash(house).monitor()
    assert [trade.exit_reason for trade in house.trades(Strategy.LONG_CALL)] == [ExitReason.STOP_LOSS]
    assert house.trades(Strategy.BULL_CALL_SPREAD) == ()


def test_an_item_nobody_can_read_does_not_stop_the_others(house: House) -> None:
    held = _sold(house)
    bought = _bought(house)
    house.laptop.client("dynamodb").update_item(
        TableName=house.laptop.names.positions,
        Key={"pk": {"S": keys.account(SELLER)}, "sk": {"S": keys.position(held.position_id)}},
        UpdateExpression="SET body = :nothing",
        ExpressionAttributeValues={":nothing": {"M": {"position_id": {"S": "?"}}}},
    )
    _crash(house)
    house.monitor()
    (trade,) = house.trades(Strategy.LONG_CALL)
    assert trade.position_id == bought.position_id


def test_a_bot_in_trouble_does_not_stop_the_others(house: House) -> None:
    _sold(house)
    _bought(house)
    account = house.paper_account(SELLER)
    house.laptop.client("dynamodb").update_item(
        TableName=house.laptop.names.positions,
        Key={"pk": {"S": keys.paper(account.account_id)}, "sk": {"S": keys.PAPER_ACCOUNT}},
        UpdateExpression="SET body = :nothing",
        ExpressionAttributeValues={":nothing": {"M": {"cash": {"S": "much"}}}},
    )
    _crash(house)
    with pytest.raises(ExceptionGroup, match="could not look after everything"):
        house.monitor()
    assert len(house.trades(Strategy.LONG_CALL)) == 1
    assert house.trades(SPREAD) == ()
    assert len(house.subjects("PROMETHEUS: a monitor run could not finish")) == 1


def test_a_stop_is_warned_of_and_a_loss_beyond_a_hundred_dollars_is_high(house: House) -> None:
    _sold(house)
    for days in range(1, AFTER_THE_MOVE):
        for hours in range(6):
            house.at(Chapter.UP_CRASH.at(PREMIUM_TIME, days) + timedelta(hours=hours)).monitor()
    levels = {one.subject: one.level for one in house.told()}
    assert levels["PROMETHEUS: BULL_PUT_SPREAD on SPY is near its stop"] == "HIGH"
    (closed,) = (level for subject, level in levels.items() if "PROMETHEUS closed" in subject)
    assert closed == "HIGH"
    (trade,) = house.trades(SPREAD)
    assert trade.pnl < Decimal(-100)


def test_an_urgent_exit_counts_its_steps_even_where_the_price_stays(house: House) -> None:
    """A spread at half a cent has one price below its natural one: the step must count all the same."""
    rule = {"profit_target": 20, "stop_loss": 20}
    document = ONE_LOOK | {"strategies": {"BEAR_CALL_SPREAD": rule}, "exits": {"latest_stop": 1}}
    held = house.enter(SELLER, Chapter.DOWN_FLAT.at(PREMIUM_TIME), document)
    house.at(house.clock.now() + (held.expiration - house.clock.now().date()) - timedelta(days=7)).monitor()
    house.later(60).monitor()
    assert [trade.exit_reason for trade in house.trades(Strategy.BEAR_CALL_SPREAD)] == [ExitReason.TIME_EXIT]


def test_an_exit_of_the_last_minute_is_worked_at_the_next_open(house: House) -> None:
    """A target reached at 15:59 whose order does not fill is closed the next morning, once."""
    house.configure(SELLER, ONE_LOOK)
    _sold(house, Chapter.UP_RALLY)
    house.configure(SELLER, SLOW_FILLS)
    close = Chapter.UP_RALLY.at(DIRECTION_TIME, AFTER_THE_MOVE).replace(hour=15, minute=59)
    house.at(close).monitor()
    (intent,) = house.live(SELLER).intents
    house.at(close + timedelta(minutes=10)).monitor()
    assert house.trades(SPREAD) == ()
    assert house.position(SELLER).state is PositionState.EXIT_PENDING
    house.configure(SELLER, ONE_LOOK)
    house.at(close + timedelta(hours=18)).monitor()
    house.later(60).monitor()
    (trade,) = house.trades(SPREAD)
    assert trade.exit_reason is ExitReason.PROFIT_TARGET
    exits = house.decisions(SELLER, DecisionKind.EXIT)
    assert len(exits) == 2
    assert exits[0].intent_id == intent.intent_id != exits[1].intent_id


@pytest.mark.parametrize("key", [pytest.param("POS#newer", id="a position"), pytest.param("INT#newer", id="an intent")])
def test_an_item_of_a_newer_version_is_told_once_and_the_rest_goes_on(house: House, key: str) -> None:
    _sold(house)
    kind = "POSITION" if key.startswith("POS") else "INTENT"
    stored = {"pk": keys.account(SELLER), "sk": key, "kind": kind, "active": kind, "schema_version": 99}
    table = house.laptop.names.positions
    house.laptop.client("dynamodb").put_item(
        TableName=table, Item={name: {"N" if name == "schema_version" else "S": str(v)} for name, v in stored.items()}
    )
    _crash(house).monitor()
    house.later(60).monitor()
    (trade,) = house.trades(SPREAD)
    assert trade.exit_reason is ExitReason.STOP_LOSS
    assert [(one.level, one.subject) for one in house.told() if key in one.subject] == [
        ("CRITICAL", f"BROKEN: PROMETHEUS has an item that cannot be read: {key}")
    ]
    ((aside, facts),) = house.live(SELLER).set_aside
    assert (aside, "schema 99" in facts) == (key, True)
