"""The last moments before an order leaves: no time, a refusal of our own, another bot on the same strike."""

import math
from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pytest

from functions.trade.workflow import Trade
from shared.desk import POST_SECONDS, Desk
from shared.domain.book import SetCounters
from shared.domain.config import BotConfig
from shared.domain.counting import counters_after_failure
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.errors import OrderDeniedError
from shared.domain.events import TradeRequest
from shared.domain.orders import IntentState, Order, OrderSide
from shared.domain.positions import PositionState
from shared.domain.vocabulary import Bot, TradingMode
from tests import builders
from tests.functions.house import ONE_LOOK, House
from tests.functions.story import PREMIUM_TIME, Chapter

SELLER = Bot.PROMETHEUS


class _Denies:
    """A broker's adapter that will not write such an order down."""

    def submit(self, order: Order, tag: str) -> str:
        raise OrderDeniedError("limit_price: 1.234 is not valid; round it to the tick")


def _decided(house: House, **desk: Any) -> Any:
    """Let trade decide with a desk that differs in this."""
    stage = house.stage

    def changed(config: BotConfig, mode: TradingMode) -> Desk:
        return replace(stage.desk(config, mode), **desk)

    workflow: Trade = replace(house.module("trade")._trade(), desk=changed)
    house.configure(SELLER, ONE_LOOK)
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME)).collect()
    (decision,) = workflow.run(TradeRequest.model_validate(house.event(SELLER)))
    return decision


@pytest.mark.parametrize(
    ("desk", "reason", "alerts"),
    [
        pytest.param({"broker": _Denies()}, "denied: limit_price", 1, id="denied by ourselves"),
        pytest.param({"time_left": lambda: POST_SECONDS - 0.1}, "no time left", 0, id="no time for an answer"),
    ],
)
def test_an_order_that_never_left_leaves_nothing_behind(
    house: House, desk: dict[str, Any], reason: str, alerts: int
) -> None:
    decision = _decided(house, **desk)
    assert decision.kind is DecisionKind.ENTRY
    ended = house.stage.book.intent(SELLER, decision.intent_id)
    assert ended is not None
    assert (ended.state, reason in (ended.reason or "")) == (IntentState.ABANDONED, True)
    assert house.states(SELLER) == [PositionState.ABANDONED]
    assert (house.slots(), house.ledger(SELLER).open_count, house.live(SELLER).watched) == (0, 0, ())
    assert len(house.subjects("was denied")) == alerts


@pytest.mark.parametrize("left", [pytest.param(POST_SECONDS, id="just enough"), pytest.param(math.inf, id="no end")])
def test_an_order_leaves_while_its_answer_can_be_heard(house: House, left: float) -> None:
    decision = _decided(house, time_left=lambda: left)
    sent = house.stage.book.intent(SELLER, decision.intent_id)
    assert sent is not None
    assert sent.state is IntentState.WORKING


class _Closing:
    """A clock by which the session ends between the plan and the order."""

    def now(self) -> datetime:
        return Chapter.UP_FLAT.at(time(16))


def test_an_order_does_not_leave_after_the_session_has_ended(house: House) -> None:
    decision = _decided(house, clock=_Closing())
    ended = house.stage.book.intent(SELLER, decision.intent_id)
    assert ended is not None
    assert (ended.state, ended.reason) == (IntentState.ABANDONED, "the session ended before the order left")
    assert (house.slots(), house.states(SELLER)) == (0, [PositionState.ABANDONED])


def test_an_exit_without_time_is_not_even_planned(house: House) -> None:
    held = house.enter(SELLER, Chapter.UP_CRASH.at(PREMIUM_TIME))
    run_time = house.module("monitor")._stage().run_time
    house.at(Chapter.UP_CRASH.at(PREMIUM_TIME, 7))
    monitor = house.module("monitor")._monitor()
    run_time.begin(lambda: 14_000)
    assert monitor.run()["rounds"] == 1
    waiting = house.position(SELLER)
    assert (waiting.state, waiting.closing_intent) == (PositionState.EXIT_PENDING, None)
    assert waiting.legs == held.legs
    run_time.begin(lambda: 55_000)
    monitor.run()
    assert house.live(SELLER).positions == ()


def test_two_bots_that_plan_against_each_other_at_once_both_stay_out(house: House) -> None:
    """The other bot's entry is planned after this one looked, and seen before this one's order leaves."""
    stage, other = house.stage, Bot.ATLAS
    workflow: Trade = house.module("trade")._trade()
    house.configure(SELLER, ONE_LOOK)
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME)).collect()

    class Book:
        """The stage's book, in which another bot has just planned the other side."""

        def __init__(self) -> None:
            self.planned: Any = None

        def __getattr__(self, name: str) -> Any:
            return getattr(stage.book, name)

        def commit(self, name: str, changes: Any) -> None:
            stage.book.commit(name, changes)
            if name == "plan entry":
                mine = changes[0].intent
                legs = tuple(leg.model_copy(update={"side": _OTHER_SIDE[leg.side]}) for leg in mine.order.legs)
                order = mine.order.model_copy(update={"legs": legs})
                self.planned = mine.model_copy(update={"bot": other, "intent_id": "theirs", "order": order})

        def live(self, bot: Bot) -> Any:
            live = stage.book.live(bot)
            if bot is not other or self.planned is None:
                return live
            lies_in = {"position_id": self.planned.position_id, "bot": SELLER, "state": PositionState.OPENING}
            return replace(live, intents=(self.planned,), positions=(builders.position(**lies_in),))

    (decision,) = replace(workflow, book=Book()).run(TradeRequest.model_validate(house.event(SELLER)))
    ended = stage.book.intent(SELLER, decision.intent_id or "")
    assert ended is not None
    assert (ended.state, DenialCode.NETTING in (ended.reason or "")) == (IntentState.ABANDONED, True)
    assert (house.slots(), house.states(SELLER)) == (0, [PositionState.ABANDONED])


_OTHER_SIDE = {
    OrderSide.SELL_TO_OPEN: OrderSide.BUY_TO_OPEN,
    OrderSide.BUY_TO_OPEN: OrderSide.SELL_TO_OPEN,
}


def test_counters_that_changed_since_they_were_read_lose_the_race(house: House) -> None:
    workflow: Trade = house.module("trade")._trade()
    house.configure(SELLER, ONE_LOOK)
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME)).collect()
    stage = house.stage

    class Book:
        """The stage's book, in which somebody counts just before this bot commits."""

        def __getattr__(self, name: str) -> Any:
            return getattr(stage.book, name)

        def commit(self, name: str, changes: Any) -> None:
            if name == "plan entry":
                before = stage.book.live(SELLER).counters
                stage.book.commit("count", (SetCounters(SELLER, before, counters_after_failure(before)),))
            stage.book.commit(name, changes)

    (decision,) = replace(workflow, book=Book()).run(TradeRequest.model_validate(house.event(SELLER)))
    assert [(one.code, one.limit) for one in decision.denials] == [(DenialCode.LOST_RACE, "true at the commit")]
    assert house.slots() == 0
