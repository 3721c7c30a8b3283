"""Races for the store over an atomic engine: of sixteen who want the same, one gets it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from shared.domain.book import (
    AdvanceLast,
    Change,
    CreateIntent,
    CreatePosition,
    MoveIntent,
    MovePosition,
    RecordClosedTrade,
    SetCounters,
    TakeSlot,
    Trip,
)
from shared.domain.errors import ConflictError
from shared.domain.ledgers import Counters
from shared.domain.orders import IntentState
from shared.domain.vocabulary import TradingState
from tests.integration.conftest import CLOSING, HELD
from tests.store import (
    BOT,
    NOON,
    PAPER,
    Store,
    alert,
    closed_trade,
    intent,
    last_decided,
    plan_entry,
    position,
    reserve,
)

WRITERS = 16


def at_once(store: Store, act: Callable[[Store, int], object]) -> list[object]:
    """Let sixteen writers, each with its own connection, act at the same moment; return what each of them got."""
    stores = [Store(store.aws, store.names) for _ in range(WRITERS)]
    barrier = Barrier(WRITERS)

    def one(number: int) -> object:
        barrier.wait()
        try:
            return act(stores[number], number)
        except ConflictError as refused:
            return refused

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def made(results: Sequence[object]) -> int:
    return sum(result is None or result is True for result in results)


def test_of_sixteen_who_plan_the_same_entry_one_does(store: Store) -> None:
    store.trips.mirror(TradingState.ACTIVE, NOON)
    results = at_once(store, lambda mine, _: mine.book.commit("plan", plan_entry()))
    assert made(results) == 1
    refused = next(result for result in results if isinstance(result, ConflictError))
    assert {"CreateIntent", "CreatePosition", "TakeSlot", "RecordDecision", "AdvanceLast"} <= set(refused.reasons)
    live = store.book.live(BOT)
    assert (live.ledger(PAPER).open_count, len(live.positions), len(live.intents)) == (1, 1, 1)


def test_of_sixteen_entries_into_one_slot_one_is_planned(store: Store) -> None:
    store.trips.mirror(TradingState.ACTIVE, NOON)
    results = at_once(store, lambda mine, number: mine.book.commit("plan", plan_entry(number)))
    assert made(results) == 1
    assert len(store.book.live(BOT).positions) == 1


RACES: list[Any] = [
    pytest.param(
        [CreateIntent(intent())],
        lambda number: MoveIntent(intent(), intent(state=IntentState.SUBMITTING, owner=f"worker {number}")),
        id="claim an intent",
    ),
    pytest.param(
        [CreatePosition(HELD)],
        lambda number: MovePosition(HELD, CLOSING.model_copy(update={"closing_intent": f"x{number}"})),
        id="close a position",
    ),
    pytest.param([], lambda number: TakeSlot(position(position_id=f"p{number}")), id="take a slot"),
    pytest.param([], lambda _: AdvanceLast(BOT, last_decided()), id="decide a snapshot"),
    pytest.param([], lambda _: RecordClosedTrade(closed_trade()), id="record a result"),
    pytest.param([], lambda number: SetCounters(BOT, Counters(), Counters(stops_today=number, version=1)), id="count"),
]


@pytest.mark.parametrize(("before", "change"), RACES)
def test_of_sixteen_who_make_the_same_change_one_does(
    store: Store, before: Sequence[Change], change: Callable[[int], Change]
) -> None:
    for each in before:
        store.book.commit("before", [each])
    results = at_once(store, lambda mine, number: mine.book.commit("race", [change(number)]))
    assert made(results) == 1


def test_limits_hold_however_many_reserve_at_once(store: Store) -> None:
    each = reserve(risk=Decimal("300.25"), max_open_risk=Decimal(2000), max_underlying_risk=Decimal(1000))
    underlyings = ("SPY", "SPX", "QQQ", "IWM")

    def enter(mine: Store, number: int) -> None:
        change = reserve(
            underlying=underlyings[number % 4],
            risk=each.risk,
            max_open_risk=each.max_open_risk,
            max_underlying_risk=each.max_underlying_risk,
        )
        mine.book.commit("reserve", [change, CreatePosition(position(position_id=f"p{number}"))])

    results = at_once(store, enter)
    live = store.book.live(BOT)
    ledger = live.ledger(PAPER)
    assert made(results) == ledger.open_count == len(live.positions) == 6
    assert ledger.open_risk == 6 * each.risk <= each.max_open_risk
    assert sum(ledger.risk_by_underlying.values()) == ledger.open_risk
    assert max(ledger.risk_by_underlying.values()) <= each.max_underlying_risk


def test_no_count_is_lost_among_many_counters(store: Store) -> None:
    def once_more(mine: Store, _: int) -> None:
        while True:
            before = mine.book.live(BOT).counters
            after = Counters(orders_today=before.orders_today + 1, version=before.version + 1)
            try:
                return mine.book.commit("count", [SetCounters(BOT, before, after)])
            except ConflictError:
                continue

    at_once(store, once_more)
    assert store.book.live(BOT).counters.orders_today == WRITERS


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda mine, _: mine.trips.mirror(TradingState.HALTED, NOON), id="mirror the switch"),
        pytest.param(lambda mine, _: mine.trips.trip(Trip(BOT, TradingState.REDUCING, "3 stops", NOON)), id="trip"),
        pytest.param(lambda mine, _: mine.alert_log.claim(alert()), id="claim an alert"),
    ],
)
def test_of_sixteen_one_is_told_that_it_was_first(store: Store, act: Callable[[Store, int], object]) -> None:
    assert made(at_once(store, act)) == 1
