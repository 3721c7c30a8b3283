"""Trade: each snapshot is decided once, with every question it was asked, and what is decided is sent once."""

from datetime import time
from typing import Any

import pytest

from infra.local.vendors.faults import FaultKind
from shared.domain.config import bot_config
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.vocabulary import Action, Bot, Rule, Strategy, TradingState
from tests import builders
from tests.functions.house import ONE_LOOK, House
from tests.functions.story import DIRECTION_TIME, MOMENTUM_TIME, PREMIUM_TIME, Chapter

SELLER = Bot.PROMETHEUS
NOTHING = {"decisions": 0, "entries": 0}
ENTERED = {"decisions": 1, "entries": 1}
REFUSED = {"decisions": 1, "entries": 0}


@pytest.fixture
def open_house(house: House) -> House:
    """A morning on which PROMETHEUS sells premium at the first look."""
    house.configure(SELLER, ONE_LOOK)
    return house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))


def test_a_snapshot_is_decided_once_however_often_it_is_told(open_house: House) -> None:
    assert open_house.minute(SELLER) == ENTERED
    assert [open_house.trade(SELLER) for _ in range(2)] == [NOTHING, NOTHING]
    assert open_house.later(30).trade(SELLER, {"bot": SELLER.value}) == NOTHING
    assert len(open_house.decisions(SELLER)) == 1
    assert open_house.ledger(SELLER).open_count == 1


def test_the_heartbeat_decides_what_no_event_told(open_house: House) -> None:
    open_house.collect()
    assert open_house.later(30).trade(SELLER, {"bot": SELLER.value}) == ENTERED
    assert open_house.trade(SELLER) == NOTHING


def test_an_older_snapshot_told_late_is_not_decided_any_more(open_house: House) -> None:
    open_house.collect()
    late = open_house.event(SELLER)
    open_house.later(60).collect()
    assert open_house.later(2).trade(SELLER) == ENTERED
    assert open_house.trade(SELLER, late) == NOTHING
    assert open_house.decisions(SELLER)[-1].snapshot_id == open_house.snapshot("SPY").snapshot_id


def test_an_event_of_another_underlying_is_none_of_the_bots_business(open_house: House) -> None:
    open_house.collect()
    assert open_house.trade(SELLER, open_house.event(SELLER, "SPX")) == NOTHING


def test_a_run_of_identical_refusals_is_one_item_with_its_count(house: House) -> None:
    house.configure(Bot.SOLOMON, ONE_LOOK)
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    for _ in range(4):
        house.minute(Bot.SOLOMON)
        house.later(58)
    (run,) = house.decisions(Bot.SOLOMON)
    assert (run.kind, run.count) == (DecisionKind.NO_ENTRY, 4)
    assert run.last_seen == house.clock.now() - builders.seconds(58)
    assert run.last_snapshot_id == house.snapshot("SPY").snapshot_id
    house.breaker(TradingState.REDUCING)
    house.minute(Bot.SOLOMON)
    assert [one.count for one in house.decisions(Bot.SOLOMON)] == [4, 1]


def test_an_entry_keeps_every_question_with_value_and_limit(open_house: House) -> None:
    open_house.minute(SELLER)
    (decision,) = open_house.decisions(SELLER)
    assert decision.what == "OPEN BULL_PUT_SPREAD on SPY"
    assert (decision.action, decision.rule) == (Action.SELL_PREMIUM, Rule.HIGH_IV_POSITIVE_GAMMA)
    assert all(gate.value and gate.limit and gate.passed for gate in decision.why)
    assert {gate.code for gate in decision.why} >= {
        DenialCode.BREAKER,
        DenialCode.INVALID_SNAPSHOT,
        DenialCode.STALE_SNAPSHOT,
        DenialCode.MARKET_CLOSED,
        DenialCode.OUTSIDE_ENTRY_WINDOW,
        DenialCode.MAX_POSITIONS,
        DenialCode.ORDER_RATE,
        DenialCode.NOT_CONFIRMED,
        DenialCode.SLOT_TAKEN,
        DenialCode.VIX_OUT_OF_RANGE,
        DenialCode.ILLIQUID_LEG,
        DenialCode.STRATEGY_DISABLED,
        DenialCode.CREDIT_TOO_SMALL,
        DenialCode.WIDTH_TOO_LARGE,
        DenialCode.PRICE_COLLAR,
        DenialCode.INSUFFICIENT_MARGIN,
        DenialCode.NETTING,
        DenialCode.CLOCK_SKEW,
    }
    assert decision.config_digest == bot_config(SELLER, ONE_LOOK).digest
    assert decision.snapshot_id == open_house.snapshot("SPY").snapshot_id
    held = open_house.position(SELLER)
    assert {row.option_symbol for row in decision.chain} == {leg.option_symbol for leg in held.legs}
    assert (decision.intent_id, decision.position_id) == (held.entry_intent, held.position_id)


def test_an_action_is_taken_when_three_snapshots_agree(house: House) -> None:
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    answers = []
    for _ in range(3):
        answers.append(house.minute(SELLER))
        house.later(58)
    assert answers == [REFUSED, REFUSED, ENTERED]
    first, entry = house.decisions(SELLER)
    assert (first.count, [denial.code for denial in first.denials]) == (2, [DenialCode.NOT_CONFIRMED])
    assert entry.kind is DecisionKind.ENTRY


def test_negative_gamma_below_the_flip_buys_calls(house: House) -> None:
    held = house.enter(Bot.SOLOMON, Chapter.UP_FLAT.at(MOMENTUM_TIME))
    assert held.strategy is Strategy.LONG_CALL
    assert house.decisions(Bot.SOLOMON)[-1].rule is Rule.NEGATIVE_GAMMA


@pytest.mark.parametrize(
    ("bot", "wall", "document", "code"),
    [
        pytest.param(Bot.SOLOMON, MOMENTUM_TIME, {"rails": {"near_flip": "0.05"}}, DenialCode.NEAR_FLIP, id="flip"),
        pytest.param(SELLER, PREMIUM_TIME, {"enabled": False}, DenialCode.BOT_DISABLED, id="bot switched off"),
        pytest.param(SELLER, PREMIUM_TIME, {"vix_max": 15}, DenialCode.VIX_OUT_OF_RANGE, id="VIX"),
        pytest.param(SELLER, PREMIUM_TIME, {"min_confidence": 95}, DenialCode.LOW_CONFIDENCE, id="confidence"),
        pytest.param(SELLER, PREMIUM_TIME, {"capital": 1000}, DenialCode.SIZE_ZERO, id="too little capital"),
        pytest.param(
            SELLER,
            PREMIUM_TIME,
            {"strategies": {"BULL_PUT_SPREAD": {"min_credit": 4}}},
            DenialCode.CREDIT_TOO_SMALL,
            id="credit",
        ),
        pytest.param(
            SELLER,
            PREMIUM_TIME,
            {"priors": {"BULL_PUT_SPREAD": {"win_rate": "0.3"}}},
            DenialCode.NEGATIVE_EXPECTANCY,
            id="negative expectancy",
        ),
        pytest.param(SELLER, time(9, 32), {}, DenialCode.OUTSIDE_ENTRY_WINDOW, id="two minutes after the open"),
    ],
)
def test_a_refusal_is_recorded_and_nothing_leaves(
    house: House, bot: Bot, wall: time, document: dict[str, Any], code: DenialCode
) -> None:
    rails = ONE_LOOK["rails"] | document.get("rails", {})
    house.configure(bot, document | {"rails": rails})
    house.morning(Chapter.UP_FLAT.at(wall))
    assert house.minute(bot) == REFUSED
    assert code in house.denials(bot)
    assert house.denials(bot) <= {code, DenialCode.PRICE_COLLAR}
    assert house.live(bot).intents == ()
    assert house.slots() == 0


@pytest.mark.parametrize("state", [TradingState.REDUCING, TradingState.HALTED])
def test_the_breaker_refuses_an_entry(open_house: House, state: TradingState) -> None:
    open_house.breaker(state)
    assert open_house.minute(SELLER) == REFUSED
    assert open_house.denials(SELLER) == {DenialCode.BREAKER}


def test_a_taken_slot_and_a_disabled_strategy_are_reasons(open_house: House) -> None:
    open_house.minute(SELLER)
    open_house.later(10).monitor()
    open_house.later(50).minute(SELLER)
    assert open_house.denials(SELLER) == {DenialCode.SLOT_TAKEN}


def test_a_disabled_strategy_is_refused_in_the_decision(open_house: House) -> None:
    disabled = builders.statistics(strategy=Strategy.BULL_PUT_SPREAD, is_disabled=True)
    open_house.stage.trade_history.save(None, disabled)
    assert open_house.minute(SELLER) == REFUSED
    assert open_house.denials(SELLER) == {DenialCode.STRATEGY_DISABLED}


@pytest.mark.parametrize("text", ["no JSON", '{"capital": -1}', '{"colour": "red"}', "[1]", '{"schema_version": 99}'])
def test_an_unreadable_document_stops_entries_and_alerts_once(house: House, text: str) -> None:
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    house.put_document(SELLER, text)
    for _ in range(3):
        assert house.minute(SELLER) == NOTHING
        house.later(58)
    assert len(house.subjects("The configuration of PROMETHEUS is invalid")) == 1
    house.configure(SELLER, ONE_LOOK)
    assert house.minute(SELLER) == ENTERED


@pytest.mark.parametrize(
    "kind", [FaultKind.QUOTE_CROSSED, FaultKind.QUOTE_ZERO, FaultKind.QUOTE_NAN, FaultKind.QUOTE_STALE]
)
def test_a_bad_chain_is_no_entry(open_house: House, kind: FaultKind) -> None:
    open_house.collect()
    open_house.control.inject(kind, count=None, seconds=3600)
    assert open_house.later(2).trade(SELLER) == REFUSED
    assert open_house.denials(SELLER) & {
        DenialCode.UNQUOTED_LEG,
        DenialCode.ILLIQUID_LEG,
        DenialCode.NO_STRIKE,
        DenialCode.STALE_QUOTE,
    }
    assert open_house.live(SELLER).intents == ()


def test_no_entry_is_made_before_the_switch_was_ever_mirrored(house: House) -> None:
    house.configure(SELLER, ONE_LOOK)
    house.at(Chapter.UP_FLAT.at(PREMIUM_TIME))
    assert house.minute(SELLER) == REFUSED
    assert house.slots() == 0


def test_two_bots_decide_the_same_snapshot_each_for_itself(open_house: House) -> None:
    open_house.configure(Bot.ATLAS, ONE_LOOK)
    open_house.collect()
    open_house.later(2)
    assert open_house.trade(SELLER) == ENTERED
    assert open_house.trade(Bot.ATLAS) == ENTERED
    assert open_house.trade(Bot.SOLOMON) == REFUSED
    assert open_house.denials(Bot.SOLOMON) >= {DenialCode.NOT_THIS_BOT}
    assert open_house.at(Chapter.UP_FLAT.at(DIRECTION_TIME)).collect() == {"snapshots": 2, "valid": 2}
