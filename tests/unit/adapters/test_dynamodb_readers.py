"""What is read for pictures and for the log: snapshots of past moments, decisions of a day."""

from datetime import timedelta

import pytest

from shared.adapters.dynamodb.decision_log import DynamoDbDecisionLog
from shared.domain.book import RecordDecision
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import Bot
from tests.store import BOT, NOON, Store, decision, snapshot

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("stored", "asked", "found"),
    [
        pytest.param([0, 30, 60], [0, 60], [0, 60], id="the minutes themselves, oldest first"),
        pytest.param([29], [30], [29], id="the minute before"),
        pytest.param([20], [30], [20], id="ten minutes before"),
        pytest.param([19], [30], [], id="a longer gap stays a gap"),
        pytest.param([31], [30], [], id="never a later one"),
        pytest.param([30], [30, 31], [30], id="one that stands for two moments comes once"),
        pytest.param([0], [], [], id="nothing asked"),
    ],
)
def test_snapshots_of_moments(store: Store, stored: list[int], asked: list[int], found: list[int]) -> None:
    for minutes in stored:
        store.snapshots.put(snapshot(at=NOON + minutes * MINUTE))
    read = store.snapshots.at_moments("SPY", [NOON + minutes * MINUTE for minutes in asked])
    assert [one.at for one in read] == [NOON + minutes * MINUTE for minutes in found]


def test_more_moments_than_one_call_may_ask_for(store: Store) -> None:
    for minutes in (0, 150, 299):
        store.snapshots.put(snapshot(at=NOON + minutes * MINUTE))
    read = store.snapshots.at_moments("SPY", [NOON + minutes * MINUTE for minutes in range(300)])
    assert {NOON, NOON + 150 * MINUTE, NOON + 299 * MINUTE} <= {one.at for one in read}


def test_decisions_of_a_day_are_those_of_the_new_york_date_oldest_first(store: Store) -> None:
    late = NOON.replace(hour=4, day=24)
    for number, at in enumerate((late, NOON, late + timedelta(hours=1))):
        store.book.commit("decide", (RecordDecision(decision(decision_id=f"d{number}", at=at)),))
    log = DynamoDbDecisionLog(store.database, decisions=store.names.decisions)
    assert [one.decision_id for one in log.of_day(BOT, new_york_date(NOON))] == ["d1", "d0"]
    assert [one.decision_id for one in log.of_day(BOT, new_york_date(late + timedelta(hours=1)))] == ["d2"]
    assert log.of_day(Bot.ATLAS, new_york_date(NOON)) == ()
