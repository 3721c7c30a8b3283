"""The book: what is live, what is over, and what cannot be read."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.dynamodb.tables import DecisionsRow
from shared.domain.book import (
    CreateIntent,
    CreatePosition,
    MoveIntent,
    MovePosition,
    RecordDecision,
    RepeatDecision,
    SetLedger,
)
from shared.domain.decisions import Decision
from shared.domain.errors import NewerSchemaError, StoreError
from shared.domain.ledgers import Ledger
from shared.domain.orders import IntentState
from shared.domain.positions import PositionState
from shared.domain.vocabulary import Bot, TradingState
from tests.store import (
    BOT,
    NOON,
    PAPER,
    SPREAD,
    Store,
    alert,
    decision,
    intent,
    last_decided,
    plan_entry,
    position,
    reserve,
)
from tests.unit.adapters.held_book import CLAIMED, FULL_LEDGER, HELD


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
