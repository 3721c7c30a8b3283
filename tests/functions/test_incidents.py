"""What happened to others with real money, played against the functions: each incident by its name."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from infra.local.vendors.faults import FaultKind, Vendor
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.orders import IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import Bot, ExitReason, Strategy, TradingMode
from tests.functions.house import ONE_LOOK, House
from tests.functions.story import PREMIUM_TIME, Chapter

SELLER = Bot.PROMETHEUS
SPREAD = Strategy.BULL_PUT_SPREAD
ACCOUNT = "6YA00001"
LIVE = ONE_LOOK | {"mode": "live", "confirmed_account": ACCOUNT}
TWO = 2
PREVIEW = 1
"""Before each live entry the broker is asked for a preview by the same kind of call."""


def _sold(house: House, chapter: Chapter = Chapter.UP_CRASH, document: Mapping[str, Any] = ONE_LOOK) -> Position:
    return house.enter(SELLER, chapter.at(PREMIUM_TIME), document)


def _sold_for_real(house: House, chapter: Chapter, days: int = 0) -> Position:
    """Sell a spread through the broker's simulator."""
    house.trade_live(SELLER, LIVE)
    house.morning(chapter.at(PREMIUM_TIME, days))
    assert house.minute(SELLER) == {"decisions": 1, "entries": 1}, house.decisions(SELLER)[-1].how
    for _ in range(6):
        house.later(20).monitor()
    held = house.position(SELLER)
    assert held.state is PositionState.OPEN
    return held


def _crash(house: House) -> House:
    return house.at(Chapter.UP_CRASH.at(PREMIUM_TIME, 7))


def _orders(house: House) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.control.account(ACCOUNT)["orders"]
    return found


def _ours(house: House, held: Position) -> list[dict[str, Any]]:
    symbols = {leg.option_symbol for leg in held.legs}
    return [order for order in _orders(house) if symbols & set(_symbols(order))]


def _at_the_broker(house: House, held: Position) -> dict[str, int]:
    """Return what the broker holds of a position's legs."""
    symbols = {leg.option_symbol for leg in held.legs}
    return {name: count for name, count in house.control.account(ACCOUNT)["positions"].items() if name in symbols}


def _symbols(order: Mapping[str, Any]) -> list[str]:
    return [leg["symbol"] for leg in order["legs"]]


def test_i1_and_i10_a_missing_leg_is_no_price_no_stop_and_no_profit(house: House) -> None:
    held = _sold(house)
    short = next(leg for leg in held.legs if leg.sign < 0)
    _crash(house)
    for leg in held.legs:
        house.control.clear()
        house.control.inject(FaultKind.QUOTE_MISSING, count=None, vendor=Vendor.TRADIER, symbol=leg.option_symbol)
        house.later(60).monitor()
        assert house.position(SELLER) == held, leg
    house.control.inject(FaultKind.QUOTE_ZERO, count=None, vendor=Vendor.TRADIER, symbol=short.option_symbol)
    house.later(60).monitor()
    assert house.position(SELLER) == held
    assert house.trades(SPREAD) == ()
    house.control.clear()
    house.later(60).monitor()
    (trade,) = house.trades(SPREAD)
    assert (trade.exit_reason, trade.exit_price > 0) == (ExitReason.STOP_LOSS, True)


def test_i2_a_refused_close_leaves_the_position_open_and_is_tried_again(house: House) -> None:
    held = _sold_for_real(house, Chapter.UP_CRASH)
    _crash(house)
    house.control.inject(FaultKind.RISK_REFUSAL, count=None, vendor=Vendor.TRADIER, method="POST")
    house.monitor()
    house.control.clear()
    refused = house.position(SELLER)
    assert (refused.state, refused.exit_reason) == (PositionState.EXIT_PENDING, ExitReason.STOP_LOSS)
    assert (refused.closing_intent, refused.exit_attempts) == (None, 1)
    assert house.live(SELLER).ledger(TradingMode.LIVE).open_count == 1
    assert len(house.subjects("rejected the exit order")) == 1
    house.later(60)
    _finish(house)
    assert _at_the_broker(house, held) == {}
    assert house.states(SELLER) == [PositionState.CLOSED]


def _finish(house: House) -> None:
    for _ in range(8):
        house.later(30).monitor()
    assert house.live(SELLER).positions == ()


def test_i3_a_fill_that_is_seen_later_is_booked(house: House) -> None:
    house.trade_live(SELLER, LIVE)
    house.morning(Chapter.UP_RALLY.at(PREMIUM_TIME))
    house.minute(SELLER)
    house.control.inject(FaultKind.EMPTY_ORDER_LIST, vendor=Vendor.TRADIER)
    house.control.inject(
        FaultKind.ERROR_BEFORE, vendor=Vendor.TRADIER, path="/orders", method="GET", count=8, status=500
    )
    for _ in range(9):
        house.later(30).monitor()
    held = house.position(SELLER)
    assert held.state is PositionState.OPEN
    assert _at_the_broker(house, held) == held.signed_legs()
    house.at(Chapter.UP_RALLY.at(PREMIUM_TIME, 7)).monitor()
    _finish(house)


def test_i3_an_accepted_order_whose_reply_was_lost_is_found_by_its_tag(house: House) -> None:
    house.trade_live(SELLER, LIVE)
    house.morning(Chapter.DOWN_CRASH.at(PREMIUM_TIME))
    house.control.inject(FaultKind.LOST_RESPONSE, vendor=Vendor.TRADIER, method="POST", path="/orders$", skip=PREVIEW)
    house.minute(SELLER)
    (intent,) = house.live(SELLER).intents
    assert intent.state is IntentState.UNKNOWN
    assert [one.level for one in house.told() if "order UNKNOWN" in one.subject] == ["CRITICAL"]
    for _ in range(8):
        house.later(20).monitor()
    held = house.position(SELLER)
    assert (held.state, _at_the_broker(house, held)) == (PositionState.OPEN, held.signed_legs())
    assert [order["tag"] for order in _ours(house, held)] == [intent.tag]
    house.at(Chapter.DOWN_CRASH.at(PREMIUM_TIME, 7)).monitor()
    _finish(house)


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2005, 9, 5), id="Labor Day"),
        pytest.param(date(2005, 8, 6), id="Saturday"),
    ],
)
def test_i4_nothing_is_queued_into_a_closed_market(house: House, day: date) -> None:
    """No order of any kind; on Labor Day the position is over by a settlement, which is none."""
    held = _sold(house, Chapter.UP_FLAT)
    event = house.event(SELLER)
    house.at(datetime.combine(day, time(11), NEW_YORK))
    for _ in range(3):
        house.collect()
        house.trade(SELLER, event)
        house.trade(SELLER, {"bot": "PROMETHEUS"})
        house.later(60)
    house.monitor()
    assert house.live(SELLER).intents == ()
    assert len(house.decisions(SELLER)) == (1 if day <= held.expiration else TWO)
    assert len(house.paper_account(SELLER).orders) == 0


def test_i5_two_instances_open_once_and_close_once(house: House) -> None:
    house.configure(SELLER, ONE_LOOK)
    house.morning(Chapter.UP_CRASH.at(PREMIUM_TIME)).collect()
    event = house.event(SELLER)
    house.later(2)
    with ThreadPoolExecutor(TWO) as pool:
        list(pool.map(lambda _: house.trade(SELLER, event), range(TWO)))
    assert len(house.decisions(SELLER, DecisionKind.ENTRY)) == 1
    house.later(10).monitor()
    _crash(house)
    with ThreadPoolExecutor(TWO) as pool:
        list(pool.map(lambda _: _watched(house), range(TWO)))
    house.later(60).monitor()
    assert len(house.trades(SPREAD)) == 1
    assert len(house.decisions(SELLER, DecisionKind.EXIT)) == 1
    assert house.paper_account(SELLER).holdings == {}
    assert house.ledger(SELLER).open_count == 0


def _watched(house: House) -> None:
    """Run monitor beside another one: whoever loses a race says so and leaves the work to the other."""
    with suppress(ExceptionGroup):
        house.monitor()


def test_i8_a_spread_is_one_order_in_and_one_order_out(house: House) -> None:
    held = _sold_for_real(house, Chapter.DOWN_RALLY)
    house.at(Chapter.DOWN_RALLY.at(PREMIUM_TIME, 7)).monitor()
    _finish(house)
    entry, exit_ = _ours(house, held)
    assert {entry["class"], exit_["class"]} == {"multileg"}
    assert set(_symbols(entry)) == set(_symbols(exit_)) == {leg.option_symbol for leg in held.legs}
    assert {leg["side"] for leg in entry["legs"]} == {"sell_to_open", "buy_to_open"}
    assert {leg["side"] for leg in exit_["legs"]} == {"sell_to_close", "buy_to_close"}


def test_i9_a_position_keeps_its_mode_whatever_the_bot_is_set_to(house: House) -> None:
    _sold(house)
    house.configure(SELLER, LIVE | {"strategies": {"BULL_PUT_SPREAD": {"stop_loss": 10, "profit_target": 10}}})
    orders = len(_orders(house))
    _crash(house).monitor()
    house.later(60).monitor()
    (trade,) = house.trades(SPREAD)
    assert (trade.mode, trade.exit_reason) == (TradingMode.PAPER, ExitReason.STOP_LOSS)
    assert len(_orders(house)) == orders


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"enabled": False}, id="bot switched off"),
        pytest.param({"actions": []}, id="no action left"),
        pytest.param({"underlyings": ["QQQ"], "gamma_thresholds": {"QQQ": {}}}, id="another underlying"),
        pytest.param({"strategies": {"BULL_PUT_SPREAD": {"stop_loss": 19, "profit_target": 19}}}, id="other rules"),
        pytest.param({"max_positions": 1, "vix_max": 6}, id="tighter limits"),
    ],
)
def test_i11_a_change_of_the_configuration_never_hides_a_position(house: House, document: Mapping[str, Any]) -> None:
    _sold(house)
    house.configure(SELLER, document)
    _crash(house).monitor()
    house.later(60).monitor()
    (trade,) = house.trades(SPREAD)
    assert trade.exit_reason is ExitReason.STOP_LOSS


def test_i13_after_a_stop_the_bot_cools_down_for_the_session(house: House) -> None:
    """A stop at a cent of the dollar is hit by the spread alone, as soon as the entry is filled."""
    rule = {"stop_loss": "0.01", "profit_target": 20}
    house.configure(SELLER, ONE_LOOK | {"strategies": {"BULL_PUT_SPREAD": rule}})
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME)).minute(SELLER)
    for _ in range(3):
        house.later(60).monitor()
    assert [trade.exit_reason for trade in house.trades(SPREAD)] == [ExitReason.STOP_LOSS]
    house.minute(SELLER)
    assert house.denials(SELLER) == {DenialCode.COOLING_DOWN}
    assert house.live(SELLER).intents == ()


def test_i13_a_loss_of_the_day_trips_the_breaker_until_a_person_clears_it(house: House) -> None:
    _sold(house, document=ONE_LOOK | {"trips": {"bot_day_loss": "0.001"}})
    _crash(house).monitor()
    house.later(60).monitor()
    assert [one.level for one in house.told() if one.subject == "Breaker REDUCING: the system, PROMETHEUS"] == [
        "CRITICAL"
    ]
    house.at(Chapter.UP_FLAT.at(PREMIUM_TIME)).minute(SELLER)
    assert DenialCode.BREAKER in house.denials(SELLER)
    (standing,) = [trip for trip in house.stage.trips.every() if trip.scope == SELLER]
    assert house.stage.trips.clear(standing)
    house.later(3600).minute(SELLER)
    assert DenialCode.BREAKER not in house.denials(SELLER)


class _DeafOnce:
    """An SNS that is not there the first time."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.asked = 0

    def publish(self, **message: Any) -> Any:
        self.asked += 1
        if self.asked == 1:
            raise EndpointConnectionError(endpoint_url="https://sns")
        return self._real.publish(**message)


def test_i17_an_alert_that_could_not_be_sent_is_sent_by_the_next_run(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts = house.module("monitor")._stage().alerts
    deaf = _DeafOnce(alerts._client)
    monkeypatch.setattr(alerts, "_client", deaf)
    _sold(house)
    assert house.subjects("PROMETHEUS opened") == []
    house.later(60).monitor()
    assert len(house.subjects("PROMETHEUS opened")) == 1
    house.later(60).monitor()
    assert (len(house.told()), deaf.asked) == (1, TWO)


def test_i17_an_alert_of_no_bot_is_sent_by_the_next_run_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.configure(SELLER, ONE_LOOK)
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    alerts = house.module("trade")._stage().alerts
    monkeypatch.setattr(alerts, "_client", _DeafOnce(alerts._client))
    house.put_document(SELLER, "no JSON")
    house.minute(SELLER)
    assert house.told() == []
    house.later(60).monitor()
    assert len(house.subjects("The configuration of PROMETHEUS is invalid")) == 1
