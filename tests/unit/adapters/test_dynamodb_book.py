"""The book: what is live, and each guard by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.dynamodb.tables import DecisionsRow
from shared.domain.book import (
    AdvanceLast,
    Change,
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
)
from shared.domain.decisions import Decision
from shared.domain.errors import ConflictError, NewerSchemaError, StoreError
from shared.domain.orders import IntentState
from shared.domain.positions import Counters, Ledger, PositionState
from shared.domain.vocabulary import Bot, TradingMode, TradingState
from tests.store import (
    BOT,
    NOON,
    PAPER,
    SPREAD,
    Store,
    alert,
    closed_trade,
    decision,
    intent,
    last_decided,
    plan_entry,
    position,
    reserve,
    statistics,
)

HELD = position(state=PositionState.OPEN, version=2)
CLOSING = HELD.model_copy(update={"state": PositionState.CLOSING, "version": 3, "closing_intent": "x1"})
PENDING = HELD.model_copy(update={"state": PositionState.EXIT_PENDING})
CLAIMED = intent(state=IntentState.SUBMITTING, owner="me", lease_until=NOON + timedelta(seconds=60))
WORKING = CLAIMED.model_copy(update={"state": IntentState.WORKING, "order_id": "7"})
LEDGER = Ledger(bot=BOT, mode=PAPER, open_count=1, open_risk=Decimal(5), version=4)
COUNTERS = Counters(stops_today=1, version=4)


def set_ledger(**changes: Any) -> SetLedger:
    after = LEDGER.model_copy(update={"version": LEDGER.version, **changes})
    return SetLedger(before=Ledger(bot=BOT, mode=PAPER), after=after)


SET_COUNTERS = SetCounters(BOT, Counters(), COUNTERS)
FULL_LEDGER = set_ledger(
    open_count=3,
    open_risk=Decimal(1000),
    secured_cash=Decimal(400),
    risk_by_underlying={"SPY": Decimal(600), "QQQ": Decimal(400)},
)
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
    pytest.param([], MoveIntent(CLAIMED, WORKING), id="an intent that is moved exists"),
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


def test_a_plan_is_live_at_once(store: Store) -> None:
    store.trips.mirror(TradingState.ACTIVE, NOON)
    store.book.commit("plan", plan_entry())
    live = store.book.live(BOT)
    assert live.intents == (intent(),)
    assert live.positions == (position(),)
    assert live.last == (last_decided(NOON + timedelta(minutes=1)),)
    assert live.ledger(PAPER) == Ledger(
        bot=BOT,
        mode=PAPER,
        open_count=1,
        open_risk=Decimal("1129.20"),
        risk_by_underlying={"SPY": Decimal("1129.20")},
        version=1,
    )
    assert store.book.live(Bot.ATLAS).positions == ()


def test_what_is_over_leaves_the_live_state_and_stays_in_the_book(store: Store) -> None:
    store.book.commit("before", [CreateIntent(CLAIMED), CreatePosition(HELD)])
    filled = CLAIMED.model_copy(update={"state": IntentState.FILLED})
    closed = HELD.model_copy(update={"state": PositionState.CLOSED, "version": 3})
    store.book.commit("after", [MoveIntent(CLAIMED, filled), MovePosition(HELD, closed)])
    live = store.book.live(BOT)
    assert (live.intents, live.positions) == ((), ())
    assert store.book.intent(BOT, "i1") == filled
    assert store.book.position(BOT, "p1") == closed


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.book.intent(BOT, "i1") is None
    assert store.book.position(BOT, "p1") is None


def test_a_ledger_is_replaced_whole(store: Store) -> None:
    store.book.commit("before", [FULL_LEDGER])
    after = FULL_LEDGER.after.model_copy(
        update={"risk_by_underlying": {"SPY": Decimal(1)}, "day": NOON.date(), "day_pnl": Decimal("-3.5"), "version": 5}
    )
    store.book.commit("after", [SetLedger(FULL_LEDGER.after, after)])
    assert store.book.live(BOT).ledgers == (after,)


def test_each_reservation_is_a_new_version(store: Store) -> None:
    for _ in range(2):
        store.book.commit("reserve", [reserve()])
    ledger = store.book.live(BOT).ledger(PAPER)
    assert (ledger.open_count, ledger.open_risk, ledger.version) == (2, Decimal("2258.40"), 2)


def test_a_repeated_decision_is_one_item_with_a_count(store: Store) -> None:
    store.book.commit("decide", [RecordDecision(decision())])
    for minute in (1, 2):
        again = NOON + timedelta(minutes=minute)
        store.book.commit("repeat", [RepeatDecision(BOT, "d1", NOON, again, f"s{minute}")])
    seen = {"count": 3, "last_seen": NOON + timedelta(minutes=2), "last_snapshot_id": "s2"}
    assert stored_decision(store) == decision(**seen)


def test_a_large_bot_is_read_whole(store: Store) -> None:
    note = "n" * 30_000
    for number in range(40):
        store.book.commit("open", [CreatePosition(position(position_id=f"p{number}", note=note))])
    assert len(store.book.live(BOT).positions) == 40


def test_an_item_of_a_newer_version_is_set_aside_with_its_facts(store: Store) -> None:
    store.book.commit("open", [CreatePosition(position(schema_version=2)), CreatePosition(position(position_id="p2"))])
    live = store.book.live(BOT)
    assert [each.position_id for each in live.positions] == ["p2"]
    ((key, reason),) = live.set_aside
    assert key == "POS#p1"
    assert "schema 2" in reason
    assert SPREAD in reason
    with pytest.raises(NewerSchemaError):
        store.book.position(BOT, "p1")


def raw_item(sort_key: str, **attributes: Any) -> dict[str, Any]:
    item = {"active": {"S": "POSITION"}, "kind": {"S": "POSITION"}, "schema_version": {"N": "1"}} | attributes
    return {"pk": {"S": f"ACCT#{BOT}"}, "sk": {"S": sort_key}} | item


@pytest.mark.parametrize(
    ("item", "word"),
    [
        pytest.param(raw_item("POS#x", body={"M": {"position_id": {"S": "x"}}}), "cannot be read", id="fields missing"),
        pytest.param(raw_item("POS#x"), "cannot be read", id="no document"),
        pytest.param(raw_item("POS#x", body={"S": "text"}), "body", id="the document is text"),
        pytest.param(raw_item("POS#x", body={"M": {"a": {"SS": ["s"]}}}), "SS", id="a type never written here"),
        pytest.param(raw_item("POS#x", kind={"S": "PLAN"}), "PLAN", id="a kind never written here"),
        pytest.param(raw_item("POS#x", kind={"S": "SLOT"}), "SLOT", id="a kind that is never live"),
        pytest.param(raw_item("POS#x", schema_version={"S": "one"}), "schema_version", id="no version"),
        pytest.param(raw_item("LEDGER#paper", kind={"S": "LEDGER"}, body={"M": {}}), "cannot be read", id="ledger"),
    ],
)
def test_an_item_that_cannot_be_read_never_stops_the_others(store: Store, item: dict[str, Any], word: str) -> None:
    store.book.commit("open", [CreatePosition(position())])
    store.aws.dynamodb().put_item(TableName=store.names.positions, Item=item)
    live = store.book.live(BOT)
    assert live.positions == (position(),)
    ((key, reason),) = live.set_aside
    assert key == item["sk"]["S"]
    assert word in reason


def test_a_single_item_that_cannot_be_read_is_a_store_error(store: Store) -> None:
    store.aws.dynamodb().put_item(TableName=store.names.positions, Item=raw_item("POS#x", body={"M": {}}))
    with pytest.raises(StoreError, match="position_id"):
        store.book.position(BOT, "x")


def test_unsent_alerts_are_live(store: Store) -> None:
    store.alert_log.claim(alert())
    assert store.book.live(BOT).unsent_alerts == (alert(),)


def test_a_missing_table_is_a_store_error(store: Store) -> None:
    store.aws.dynamodb().delete_table(TableName=store.names.positions)
    with pytest.raises(StoreError, match="live PROMETHEUS"):
        store.book.live(BOT)
    with pytest.raises(StoreError, match="plan"):
        store.book.commit("plan", [CreateIntent(intent())])
    with pytest.raises(StoreError, match="plan"):
        store.book.commit("plan", [CreateIntent(intent()), CreatePosition(position())])


def test_nothing_to_do_is_no_call(store: Store) -> None:
    store.aws.dynamodb().delete_table(TableName=store.names.positions)
    store.book.commit("nothing", [])


def stored_decision(store: Store) -> Decision:
    (row,) = store.database.table(DecisionsRow, store.names.decisions).query(f"{BOT}#2026-11-23")
    return Decision.model_validate(row.body)
