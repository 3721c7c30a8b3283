"""Snapshots, history, results, trips, heartbeat and alerts in their tables."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.keys import CARETAKER, stamp
from shared.adapters.dynamodb.tables import DecisionsRow, PositionsRow, SnapshotsRow, StatsRow
from shared.domain.book import SWITCH_SCOPE, RecordClosedTrade, Trip
from shared.domain.errors import ConflictError, NewerSchemaError, StoreError
from shared.domain.market import DailyBar
from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState
from tests.store import BOT, NOON, PAPER, SPREAD, Store, alert, closed_trade, new_store, snapshot, statistics

MINUTE = timedelta(minutes=1)
BARS = tuple(
    DailyBar(day=date(2026, 11, day), open=Decimal(400), high=Decimal("401.25"), low=Decimal(399), close=Decimal(day))
    for day in (19, 20)
)


def test_a_snapshot_is_found_by_its_minute(store: Store) -> None:
    store.snapshots.put(snapshot())
    assert store.snapshots.get("SPY", NOON + timedelta(seconds=42)) == snapshot()
    assert store.snapshots.get("SPY", NOON + MINUTE) is None
    assert store.snapshots.get("SPX", NOON) is None


def test_the_same_minute_again_changes_nothing(store: Store) -> None:
    store.snapshots.put(snapshot())
    store.snapshots.put(snapshot(iv_rank=Decimal(99)))
    assert store.snapshots.get("SPY", NOON) == snapshot()


def test_the_newest_snapshot_is_the_latest_minute_whenever_it_came(store: Store) -> None:
    assert store.snapshots.latest("SPY") is None
    for minutes in (1, 60, 2):
        store.snapshots.put(snapshot(at=NOON + minutes * MINUTE))
    store.snapshots.put(snapshot(underlying="SPX", at=NOON + 90 * MINUTE))
    assert store.snapshots.latest("SPY") == snapshot(at=NOON + 60 * MINUTE)


def test_a_snapshot_of_a_newer_version_is_refused_by_name(store: Store) -> None:
    store.snapshots.put(snapshot(schema_version=2))
    with pytest.raises(NewerSchemaError, match="schema 2"):
        store.snapshots.latest("SPY")


def test_history_is_kept_for_its_day(store: Store) -> None:
    cache = store.history_cache
    cache.save("SPX", date(2026, 11, 23), BARS)
    assert cache.load("SPX", date(2026, 11, 23)) == BARS
    assert cache.load("SPX", date(2026, 11, 24)) is None
    assert cache.load("VIX", date(2026, 11, 23)) is None
    assert store.snapshots.latest("SPX") is None


def test_history_that_cannot_be_read_is_a_store_error(store: Store) -> None:
    key = {"pk": {"S": "HISTORY#SPX"}, "sk": {"S": "2026-11-23"}}
    item = {"kind": {"S": "HISTORY"}, "schema_version": {"N": "1"}, "bars": {"S": "[{}]"}}
    store.aws.dynamodb().put_item(TableName=store.names.snapshots, Item=key | item)
    with pytest.raises(StoreError, match="HISTORY#SPX"):
        store.history_cache.load("SPX", date(2026, 11, 23))


def test_closed_trades_come_oldest_first_since_a_moment(store: Store) -> None:
    trades = [closed_trade(position_id=f"p{days}", closed_at=NOON + timedelta(days=days)) for days in (30, 5, 90, 1)]
    others = [closed_trade(strategy=Strategy.IRON_CONDOR), closed_trade(mode=TradingMode.LIVE)]
    for trade in trades + others:
        store.book.commit("close", [RecordClosedTrade(trade)])
    store.history.save(None, statistics())
    since = store.history.closed_trades(PAPER, SPREAD, NOON + timedelta(days=5))
    assert [trade.position_id for trade in since] == ["p5", "p30", "p90"]


def test_statistics_are_read_by_strategy(store: Store) -> None:
    store.history.save(None, statistics())
    store.history.save(None, statistics(strategy=Strategy.IRON_CONDOR))
    store.history.save(None, statistics(mode=TradingMode.LIVE))
    assert store.history.statistics(PAPER, SPREAD) == statistics()
    assert store.history.statistics(TradingMode.SANDBOX, SPREAD) is None
    assert set(store.history.all_statistics(PAPER)) == {SPREAD, Strategy.IRON_CONDOR}
    assert set(store.history.statistics_by_pair()) == {
        *((PAPER, SPREAD), (PAPER, Strategy.IRON_CONDOR), (TradingMode.LIVE, SPREAD))
    }


def test_statistics_are_replaced_only_by_who_has_read_them(store: Store) -> None:
    first, second = statistics(), statistics(version=2, total_trades=9)
    store.history.save(None, first)
    store.history.save(first, second)
    for before in (None, first):
        with pytest.raises(ConflictError):
            store.history.save(before, statistics(version=2, total_trades=7))
    assert store.history.statistics(PAPER, SPREAD) == second


def test_the_mirror_is_written_on_change_only(store: Store) -> None:
    assert store.trips.mirror(TradingState.ACTIVE, NOON)
    assert not store.trips.mirror(TradingState.ACTIVE, NOON + MINUTE)
    assert store.trips.mirror(TradingState.HALTED, NOON + MINUTE)
    (mirror,) = store.trips.read(BOT)
    assert (mirror.scope, mirror.state, mirror.at) == (SWITCH_SCOPE, TradingState.HALTED, NOON + MINUTE)


def test_a_bot_sees_its_own_trip_and_that_of_all(store: Store) -> None:
    own = Trip(BOT, TradingState.REDUCING, "3 stops", NOON)
    of_all = Trip("ALL", TradingState.REDUCING, "loss of the day", NOON)
    for trip in (own, of_all, Trip(Bot.ATLAS, TradingState.HALTED, "drawdown", NOON)):
        assert store.trips.trip(trip)
    assert set(store.trips.read(BOT)) == {own, of_all}


@pytest.mark.parametrize(
    ("stored", "new", "changes"),
    [
        pytest.param(None, "REDUCING", True, id="first trip"),
        pytest.param("REDUCING", "REDUCING", False, id="as strict already"),
        pytest.param("HALTED", "REDUCING", False, id="never milder by itself"),
        pytest.param("REDUCING", "HALTED", True, id="stricter"),
        pytest.param("REDUCING", "ACTIVE", False, id="a trip never clears itself"),
    ],
)
def test_a_trip_only_ever_tightens(store: Store, stored: str | None, new: str, changes: bool) -> None:
    if stored:
        store.trips.trip(Trip(BOT, TradingState(stored), "before", NOON))
    assert store.trips.trip(Trip(BOT, TradingState(new), "after", NOON + MINUTE)) is changes
    (trip,) = store.trips.read(BOT)
    assert trip.reason == ("after" if changes else "before")


def test_an_operator_clears_a_trip_and_leaves_the_switch(store: Store) -> None:
    store.trips.mirror(TradingState.REDUCING, NOON)
    tripped = Trip("ALL", TradingState.HALTED, "order failures", NOON)
    store.trips.trip(tripped)
    assert store.trips.clear(tripped)
    assert [trip.scope for trip in store.trips.read(BOT)] == [SWITCH_SCOPE]


@pytest.mark.parametrize(
    ("attribute", "value"), [pytest.param("trip", "PAUSED", id="state"), pytest.param("trip_at", "noon", id="time")]
)
def test_a_trip_that_cannot_be_read_is_a_store_error(store: Store, attribute: str, value: str) -> None:
    store.trips.trip(Trip(BOT, TradingState.REDUCING, "3 stops", NOON))
    store.aws.dynamodb().update_item(
        TableName=store.names.stats,
        Key={"pk": {"S": "BREAKER"}, "sk": {"S": BOT}},
        UpdateExpression="SET #a = :v",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":v": {"S": value}},
    )
    with pytest.raises(StoreError, match=value):
        store.trips.read(BOT)


def test_the_last_heartbeat_is_remembered(store: Store) -> None:
    assert store.heartbeat.last() is None
    for minutes in (0, 1):
        store.heartbeat.beat(NOON + minutes * MINUTE, {"positions": str(minutes)})
    assert store.heartbeat.last() == (NOON + MINUTE, {"positions": "1"})


@pytest.mark.parametrize("bot", [pytest.param(BOT, id="of a bot"), pytest.param(None, id="of all")])
def test_an_event_is_claimed_once(store: Store, bot: Bot | None) -> None:
    message = alert(bot=bot)
    assert store.alert_log.claim(message)
    assert not store.alert_log.claim(message)
    store.alert_log.mark_sent(message)
    assert not store.alert_log.claim(message)


def test_alerts_that_belong_to_no_bot_are_found_until_they_are_sent(store: Store) -> None:
    message = alert(bot=None)
    store.alert_log.claim(message)
    assert store.book.live(CARETAKER).unsent_alerts == (message,)
    store.alert_log.mark_sent(message)
    assert store.book.live(CARETAKER).unsent_alerts == ()


def test_items_of_the_past_expire_and_results_never(store: Store) -> None:
    store.snapshots.put(snapshot())
    row = store.database.table(SnapshotsRow, store.names.snapshots).find("SPY", "2026-11-23T17:00:00Z")
    assert row is not None
    assert row.expires_at == NOON + timedelta(days=400)
    assert "expires_at" not in StatsRow.get_attributes()


def test_two_stages_live_side_by_side_in_one_process(store: Store) -> None:
    other = new_store(store.aws, f"{store.names.stage}-other")
    store.snapshots.put(snapshot())
    assert other.snapshots.latest("SPY") is None
    both = Database(store.aws)
    assert both.table(SnapshotsRow, store.names.snapshots).find("SPY", "2026-11-23T17:00:00Z") is not None
    assert both.table(SnapshotsRow, other.names.snapshots).find("SPY", "2026-11-23T17:00:00Z") is None


def test_one_table_holds_one_kind_of_row(store: Store) -> None:
    store.database.table(SnapshotsRow, "one")
    with pytest.raises(TypeError, match="SnapshotsRow"):
        store.database.table(StatsRow, "one")


def test_the_tables_have_the_keys_of_the_design(store: Store) -> None:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    for row in (PositionsRow, DecisionsRow, StatsRow, SnapshotsRow):
        assert sorted(row.schema()["key_schema"], key=lambda key: key["AttributeName"]) == keys
    (index,) = PositionsRow.schema()["local_secondary_indexes"]
    assert index["index_name"] == "active"
    assert {key["AttributeName"] for key in index["key_schema"]} == {"pk", "active"}
    described = store.aws.dynamodb().describe_table(TableName=store.names.stats)["Table"]
    assert described["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    expiry = store.aws.dynamodb().describe_time_to_live(TableName=store.names.positions)
    assert expiry["TimeToLiveDescription"]["AttributeName"] == "expires_at"


def test_times_in_keys_sort_as_time_does() -> None:
    moments = [datetime(2026, 11, 23, 17, tzinfo=UTC) + timedelta(microseconds=step) for step in (0, 1, 10**6)]
    assert [stamp(each) for each in moments] == sorted(stamp(each) for each in moments)
