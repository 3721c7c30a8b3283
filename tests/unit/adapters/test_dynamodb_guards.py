"""The guards of the book: each refuses by itself, and all refusals are named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.accounts import Confirmation
from shared.domain.book import (
    AdvanceLast,
    Change,
    ConfirmAccount,
    CreateIntent,
    CreatePosition,
    FreeSlot,
    MoveIntent,
    MovePosition,
    RecordClosedTrade,
    RecordDecision,
    RepeatDecision,
    RequireEnabled,
    RequireState,
    SetCounters,
    SetLedger,
    TakeSlot,
    Trip,
    WithdrawConfirmation,
)
from shared.domain.errors import ConflictError
from shared.domain.ledgers import Counters
from shared.domain.orders import IntentState
from shared.domain.positions import PositionState
from shared.domain.vocabulary import Bot, TradingMode, TradingState
from tests.store import (
    BOT,
    NOON,
    PAPER,
    SPREAD,
    Store,
    closed_trade,
    decision,
    intent,
    last_decided,
    position,
    reserve,
    statistics,
)
from tests.unit.adapters.held_book import CLAIMED, FULL_LEDGER, HELD, LEDGER, set_ledger

CLOSING = HELD.model_copy(update={"state": PositionState.CLOSING, "version": 3, "closing_intent": "x1"})
PENDING = HELD.model_copy(update={"state": PositionState.EXIT_PENDING})
WORKING = CLAIMED.model_copy(update={"state": IntentState.WORKING, "order_id": "7"})
COUNTERS = Counters(stops_today=1, version=4)
WORD = Confirmation(bot=BOT, account_id="6YA00001", at=NOON, reason="tests want it")
SET_COUNTERS = SetCounters(BOT, Counters(), COUNTERS)
ROOMY = reserve(
    risk=Decimal(100),
    secured_cash=Decimal(100),
    max_positions=4,
    max_open_risk=Decimal(1100),
    max_underlying_risk=Decimal(700),
    max_secured_cash=Decimal(500),
)
TOO_MUCH_FROM_THE_START = reserve(risk=Decimal(1), max_open_risk=Decimal(0))
GUARDS: list[Any] = [
    pytest.param([CreateIntent(intent())], CreateIntent(intent()), id="an intent is written once"),
    pytest.param(
        [CreateIntent(CLAIMED)],
        MoveIntent(intent(state=IntentState.UNKNOWN, owner="me"), WORKING),
        id="an intent is where it was",
    ),
    pytest.param(
        [CreateIntent(CLAIMED)],
        MoveIntent(CLAIMED.model_copy(update={"owner": "another"}), WORKING),
        id="an intent belongs to its worker",
    ),
    pytest.param(
        [CreateIntent(CLAIMED.model_copy(update={"steps": 1}))],
        MoveIntent(CLAIMED, WORKING),
        id="an intent was not walked on",
    ),
    pytest.param([], MoveIntent(CLAIMED, WORKING), id="an intent that is moved exists"),
    pytest.param([], WithdrawConfirmation(WORD), id="a word that is taken back was given"),
    pytest.param(
        [ConfirmAccount(WORD.model_copy(update={"at": NOON + timedelta(seconds=1)}))],
        WithdrawConfirmation(WORD),
        id="a word that is taken back is the newest",
    ),
    pytest.param([CreatePosition(HELD)], CreatePosition(position()), id="a position is written once"),
    pytest.param(
        [CreatePosition(HELD)],
        MovePosition(HELD.model_copy(update={"version": 1}), CLOSING),
        id="a position has its version",
    ),
    pytest.param(
        [CreatePosition(CLOSING)],
        MovePosition(CLOSING.model_copy(update={"closing_intent": None}), PENDING),
        id="a position that is being closed is not closed twice",
    ),
    pytest.param(
        [CreatePosition(HELD)],
        MovePosition(HELD.model_copy(update={"closing_intent": "x1"}), CLOSING),
        id="a position is closed by the intent that was read",
    ),
    pytest.param([], MovePosition(HELD, CLOSING), id="a position that is moved exists"),
    pytest.param([TakeSlot(HELD)], TakeSlot(position(position_id="p2")), id="a slot holds one"),
    pytest.param([TakeSlot(HELD)], FreeSlot(position(position_id="p2")), id="a slot is freed by its holder"),
    pytest.param([], FreeSlot(HELD), id="a slot that is freed was taken"),
    pytest.param([FULL_LEDGER], replace(ROOMY, max_positions=3), id="positions are limited"),
    pytest.param([FULL_LEDGER], replace(ROOMY, max_open_risk=Decimal("1099.99")), id="risk is limited"),
    pytest.param(
        [FULL_LEDGER],
        replace(ROOMY, max_underlying_risk=Decimal("699.99")),
        id="risk on one underlying is limited",
    ),
    pytest.param([FULL_LEDGER], replace(ROOMY, max_secured_cash=Decimal("499.99")), id="cash is limited"),
    pytest.param([], TOO_MUCH_FROM_THE_START, id="even the first entry stays within the risk"),
    pytest.param([], replace(reserve(), max_positions=0), id="no position means none"),
    pytest.param([], replace(reserve(), max_underlying_risk=Decimal(1)), id="the first on an underlying too"),
    pytest.param([], replace(reserve(), secured_cash=Decimal(1)), id="the first that secures cash too"),
    pytest.param([FULL_LEDGER], set_ledger(), id="a ledger is made once"),
    pytest.param(
        [FULL_LEDGER],
        SetLedger(LEDGER.model_copy(update={"version": 3}), LEDGER),
        id="a ledger has its version",
    ),
    pytest.param([SET_COUNTERS], SET_COUNTERS, id="counters are made once"),
    pytest.param(
        [SET_COUNTERS],
        SetCounters(BOT, COUNTERS.model_copy(update={"version": 3}), COUNTERS),
        id="counters have their version",
    ),
    pytest.param([RecordDecision(decision())], RecordDecision(decision()), id="a decision is written once"),
    pytest.param([], RepeatDecision(BOT, "d1", NOON, NOON, "s"), id="a decision that is repeated exists"),
    pytest.param([AdvanceLast(BOT, last_decided())], AdvanceLast(BOT, last_decided()), id="a snapshot is decided once"),
    pytest.param(
        [AdvanceLast(BOT, last_decided())],
        AdvanceLast(BOT, last_decided(NOON - timedelta(minutes=1))),
        id="an older snapshot is not decided after a newer one",
    ),
    pytest.param(
        [RecordClosedTrade(closed_trade())],
        RecordClosedTrade(closed_trade(pnl=Decimal(1))),
        id="a result is written once",
    ),
]


@pytest.mark.parametrize(("before", "change"), GUARDS)
@pytest.mark.parametrize("among_others", [pytest.param(False, id="alone"), pytest.param(True, id="in a transaction")])
def test_each_guard_refuses_by_itself(
    store: Store, before: Sequence[Change], change: Change, among_others: bool
) -> None:
    for each in before:
        store.book.commit("before", [each])
    live = store.book.live(BOT)
    bystander = AdvanceLast(BOT, last_decided(underlying="IWM"))
    with pytest.raises(ConflictError) as refused:
        store.book.commit("change", [bystander, change] if among_others else [change])
    assert refused.value.reasons == (type(change).__name__,)
    assert store.book.live(BOT) == live


@pytest.mark.parametrize(
    ("before", "change"),
    [
        pytest.param([], CreateIntent(intent()), id="create intent"),
        pytest.param([CreateIntent(CLAIMED)], MoveIntent(CLAIMED, WORKING), id="move intent"),
        pytest.param([], CreatePosition(HELD), id="create position"),
        pytest.param([CreatePosition(HELD)], MovePosition(HELD, CLOSING), id="move position"),
        pytest.param([], TakeSlot(HELD), id="take slot"),
        pytest.param([TakeSlot(HELD)], FreeSlot(HELD), id="free slot"),
        pytest.param([TakeSlot(HELD), FreeSlot(HELD)], TakeSlot(HELD), id="take a slot that was freed"),
        pytest.param([], reserve(), id="reserve first"),
        pytest.param([FULL_LEDGER], ROOMY, id="reserve to the limit"),
        pytest.param([FULL_LEDGER], SetLedger(LEDGER, LEDGER), id="set ledger"),
        pytest.param([SET_COUNTERS], SetCounters(BOT, COUNTERS, COUNTERS), id="set counters"),
        pytest.param([RecordDecision(decision())], RepeatDecision(BOT, "d1", NOON, NOON, "s"), id="repeat"),
        pytest.param(
            [AdvanceLast(BOT, last_decided())],
            AdvanceLast(BOT, last_decided(NOON + timedelta(minutes=1))),
            id="advance",
        ),
        pytest.param([], RecordClosedTrade(closed_trade()), id="record a result"),
    ],
)
def test_a_change_whose_guard_holds_is_made(store: Store, before: Sequence[Change], change: Change) -> None:
    for each in before:
        store.book.commit("before", [each])
    store.book.commit("change", [change])


@pytest.mark.parametrize(
    ("switch", "of_all", "of_bot", "at_most", "allowed"),
    [
        pytest.param("ACTIVE", None, None, "ACTIVE", True, id="nothing is tripped"),
        pytest.param(None, None, None, "ACTIVE", False, id="a switch never seen stops entries"),
        pytest.param(None, None, None, "REDUCING", True, id="a switch never seen lets exits go"),
        pytest.param("REDUCING", None, None, "ACTIVE", False, id="the user stops entries"),
        pytest.param("REDUCING", None, None, "REDUCING", True, id="exits go on while the user reduces"),
        pytest.param("HALTED", None, None, "REDUCING", False, id="the user halts exits"),
        pytest.param("ACTIVE", "REDUCING", None, "ACTIVE", False, id="the system trips all"),
        pytest.param("ACTIVE", None, "REDUCING", "ACTIVE", False, id="the system trips the bot"),
        pytest.param("ACTIVE", None, "HALTED", "REDUCING", False, id="the system halts the bot"),
        pytest.param("ACTIVE", "REDUCING", "REDUCING", "REDUCING", True, id="exits go on while tripped"),
    ],
)
def test_the_breaker_is_checked_at_the_very_moment(
    store: Store, switch: str | None, of_all: str | None, of_bot: str | None, at_most: str, allowed: bool
) -> None:
    if switch:
        store.trips.mirror(TradingState(switch), NOON)
    for scope, state in (("ALL", of_all), (BOT, of_bot), (Bot.ATLAS, "HALTED")):
        if state:
            store.trips.trip(Trip(scope, TradingState(state), "loss of the day", NOON))
    change = RequireState(BOT, TradingState(at_most))
    if allowed:
        store.book.commit("check", [change])
        return
    with pytest.raises(ConflictError) as refused:
        store.book.commit("check", [change])
    assert refused.value.reasons == ("RequireState",)


@pytest.mark.parametrize(
    ("disabled_in", "allowed"),
    [
        pytest.param(None, True, id="no statistics yet"),
        pytest.param(TradingMode.LIVE, True, id="disabled in another mode"),
        pytest.param(PAPER, False, id="disabled"),
    ],
)
def test_a_disabled_strategy_is_refused(store: Store, disabled_in: TradingMode | None, allowed: bool) -> None:
    if disabled_in:
        store.history.save(None, statistics(mode=disabled_in, is_disabled=True))
    changes: list[Change] = [RequireEnabled(PAPER, SPREAD), CreateIntent(intent())]
    if allowed:
        store.book.commit("plan", changes)
        return
    with pytest.raises(ConflictError) as refused:
        store.book.commit("plan", changes)
    assert refused.value.reasons == ("RequireEnabled",)


def test_all_refusals_are_named_in_order_and_once(store: Store) -> None:
    store.book.commit("before", [CreateIntent(intent()), CreatePosition(HELD)])
    changes: list[Change] = [CreatePosition(HELD), CreateIntent(intent()), RequireState(BOT, TradingState.ACTIVE)]
    with pytest.raises(ConflictError) as refused:
        store.book.commit("plan", changes)
    assert set(refused.value.reasons) == {"CreatePosition", "CreateIntent", "RequireState"}
    assert len(refused.value.reasons) == 3
