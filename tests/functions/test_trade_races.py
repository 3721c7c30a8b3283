"""Races of trade: the same event at once, and a world that changes between the decision and the order."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

from functions.trade.workflow import Trade
from shared.desk import Desk
from shared.domain.config import BotConfig, bot_config
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.errors import StoreError
from shared.domain.events import TradeRequest
from shared.domain.orders import IntentKind, IntentState
from shared.domain.positions import ClosedTrade, PositionState
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState
from tests import builders
from tests.functions.house import ONE_LOOK, House
from tests.functions.story import PREMIUM_TIME, Chapter

SELLER = Bot.PROMETHEUS
AT_ONCE = 4


@pytest.fixture
def open_house(house: House) -> House:
    """A morning on which PROMETHEUS sells premium at the first look."""
    house.configure(SELLER, ONE_LOOK)
    return house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))


def test_the_same_event_at_once_is_decided_by_one_of_them(open_house: House) -> None:
    open_house.collect()
    event = open_house.event(SELLER)
    open_house.later(2)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: open_house.trade(SELLER, event), range(AT_ONCE)))
    assert sorted(answer["decisions"] for answer in answers) == [0] * (AT_ONCE - 1) + [1]
    assert len(open_house.decisions(SELLER)) == 1
    assert len(open_house.live(SELLER).intents) == 1
    assert len(open_house.paper_account(SELLER).orders) == 1


def test_the_same_refusal_at_once_is_written_by_one_of_them(open_house: House) -> None:
    open_house.breaker(TradingState.REDUCING)
    open_house.collect()
    event = open_house.event(SELLER)
    open_house.later(2)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: open_house.trade(SELLER, event), range(AT_ONCE)))
    assert sorted(answer["decisions"] for answer in answers) == [0] * (AT_ONCE - 1) + [1]
    assert [one.count for one in open_house.decisions(SELLER)] == [1]


def _composed(house: House) -> Trade:
    """Return the workflow that the handler runs."""
    workflow: Trade = house.module("trade")._trade()
    return workflow


class _NothingYet:
    """A history in which no trade has closed."""

    def closed_trades(self, mode: TradingMode, strategy: Strategy, since: datetime) -> tuple[ClosedTrade, ...]:
        return ()

    def statistics(self, mode: TradingMode, strategy: Strategy) -> StrategyStatistics | None:
        return None

    def statistics_by_pair(self) -> Mapping[tuple[TradingMode, Strategy], StrategyStatistics]:
        return {}

    def save(self, before: StrategyStatistics | None, after: StrategyStatistics) -> None:
        raise StoreError("nothing is kept here")


def test_a_strategy_disabled_after_the_decision_loses_the_race_at_the_commit(open_house: House) -> None:
    open_house.collect()
    blind = replace(_composed(open_house), history=_NothingYet())
    disabled = builders.statistics(strategy=Strategy.BULL_PUT_SPREAD, is_disabled=True)
    open_house.stage.trade_history.save(None, disabled)
    (decision,) = blind.run(TradeRequest.model_validate(open_house.event(SELLER)))
    assert [(denial.code, denial.value) for denial in decision.denials] == [
        (DenialCode.STRATEGY_DISABLED, "changed since it was read: RequireEnabled")
    ]
    assert open_house.slots() == 0


def test_a_breaker_flipped_between_check_and_order_abandons_everything(open_house: House) -> None:
    open_house.collect()
    stage = open_house.stage

    def halted(config: BotConfig, mode: TradingMode) -> Desk:
        return replace(stage.desk(config, mode), breaker=lambda: TradingState.HALTED)

    workflow = replace(_composed(open_house), desk=halted)
    (decision,) = workflow.run(TradeRequest.model_validate(open_house.event(SELLER)))
    assert decision.kind is DecisionKind.ENTRY
    assert decision.intent_id is not None
    intent = stage.book.intent(SELLER, decision.intent_id)
    assert intent is not None
    assert (intent.kind, intent.state, intent.reason) == (
        IntentKind.ENTRY,
        IntentState.ABANDONED,
        "breaker HALTED before the order left",
    )
    assert open_house.states(SELLER) == [PositionState.ABANDONED]
    ledger = open_house.ledger(SELLER)
    assert (ledger.open_count, open_house.slots()) == (0, 0)
    assert ledger.open_risk == 0
    assert open_house.stage.broker(bot_config(SELLER), TradingMode.PAPER).orders() == ()
