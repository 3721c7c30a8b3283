"""Many deliveries at the same moment, by threads and by processes, on an engine whose transactions are atomic."""

import multiprocessing
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Barrier
from typing import Any, NamedTuple

from functions.trade.workflow import Trade
from shared.adapters.dynamodb.database import Database
from shared.domain.config import bot_config
from shared.domain.errors import AlphaGexError
from shared.domain.events import SnapshotCollected, TradeRequest
from shared.domain.vocabulary import Bot
from shared.settings import Environment
from tests.faults.arena import Arena
from tests.faults.clients import Outbox, ParameterStore, Wires
from tests.faults.documents import ONE_LOOK, SAME_STRIKE, SELLER, TWIN
from tests.faults.market import CRASHED
from tests.faults.stage import ArenaStage, monitor_of, trade_of
from tests.faults.trail import Trail

THREADS, PROCESSES = 16, 8
TIGHT = {**ONE_LOOK, "caps": {"underlying_risk": "0.05", "open_risk": "0.05", "max_position": "0.04"}}
BOTS = (SELLER, TWIN)


class Delivery(NamedTuple):
    """One delivery to a process of its own: what it is told, and what it is to decide."""

    environment: dict[str, str]
    endpoint_url: str
    parameters: dict[str, str]
    bot: Bot
    underlying: str
    at: datetime


def _own_trade(arena: Arena) -> Trade:
    """Return the workflow with connections of its own."""
    wires = Wires(arena.ground.endpoint_url, arena.parameters, arena.outbox)
    return trade_of(arena.new_stage(Database(wires), Trail()))


def _ready(arena: Arena, document: Mapping[str, Any] = ONE_LOOK) -> None:
    arena.configure(SELLER, document)
    arena.configure(TWIN, SAME_STRIKE)
    arena.monitor()


def _at_once(arena: Arena, requests: Sequence[TradeRequest]) -> None:
    barrier = Barrier(len(requests))
    workflows = [_own_trade(arena) for _ in requests]

    def one(number: int) -> None:
        barrier.wait()
        try:
            workflows[number].run(requests[number])
        except AlphaGexError as lost:
            arena.problems.append(repr(lost))

    with ThreadPoolExecutor(len(requests)) as pool:
        list(pool.map(one, range(len(requests))))


def _delivered(delivery: Delivery) -> int:
    """Run trade in this process, which composes itself from nothing."""
    parameters = ParameterStore(dict(delivery.parameters))
    wires = Wires(delivery.endpoint_url, parameters, Outbox())
    workflow = trade_of(ArenaStage(Environment.parse(delivery.environment), wires, None, Trail()))
    news = SnapshotCollected(underlying=delivery.underlying, snapshot_at=delivery.at)
    try:
        return len(workflow.run(TradeRequest(bot=delivery.bot, snapshot=news)))
    except AlphaGexError:
        return 0


def _tags(arena: Arena) -> Counter[str]:
    return Counter(order["tag"] for order in arena.orders())


def test_sixteen_threads_deliver_the_same_signal_and_one_order_leaves(arena: Arena) -> None:
    _ready(arena)
    news = arena.signal()
    _at_once(arena, [TradeRequest(bot=SELLER, snapshot=news)] * THREADS)
    assert list(_tags(arena).values()) == [1]
    arena.verify()
    arena.rest()


def test_sixteen_threads_deliver_different_signals_and_one_order_leaves_for_each_slot(arena: Arena) -> None:
    arena.bots = BOTS
    _confirmed(arena)
    _ready(arena)
    news = [arena.later(1).signal() for _ in range(THREADS // 2)]
    _at_once(arena, [TradeRequest(bot=bot, snapshot=one) for one in news for bot in BOTS])
    assert set(_tags(arena).values()) == {1}
    assert 1 <= len(_tags(arena)) <= len(BOTS)
    arena.verify()
    arena.rest()


def test_caps_hold_however_many_signals_come_at_once(arena: Arena) -> None:
    _ready(arena, TIGHT)
    arena.configs[SELLER] = [bot_config(SELLER, {**TIGHT, "confirmed_account": arena.account})]
    news = [arena.later(1).signal() for _ in range(THREADS)]
    _at_once(arena, [TradeRequest(bot=SELLER, snapshot=one) for one in news])
    arena.verify()
    assert len(_tags(arena)) == 1
    arena.rest()


def test_eight_processes_deliver_the_same_and_different_signals(arena: Arena) -> None:
    arena.bots = BOTS
    _confirmed(arena)
    _ready(arena)
    news = [arena.later(1).signal() for _ in range(2)]
    delivery = partial(Delivery, arena.environment, arena.ground.endpoint_url, arena.parameters.values)
    deliveries = [delivery(bot, one.underlying, one.snapshot_at) for one in news for bot in BOTS] * 2
    assert len(deliveries) == PROCESSES
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.arena"])
    with ProcessPoolExecutor(PROCESSES, context) as pool:
        decided = list(pool.map(_delivered, deliveries))
    assert 1 <= sum(decided) <= len(news) * len(BOTS)
    assert set(_tags(arena).values()) == {1}
    arena.verify()
    arena.rest()


def test_sixteen_monitors_close_a_position_with_one_order(arena: Arena) -> None:
    arena.enter()
    arena.later(60).move(CRASHED)
    barrier = Barrier(THREADS)
    wires = Wires(arena.ground.endpoint_url, arena.parameters, arena.outbox)
    monitors = [monitor_of(arena.new_stage(Database(wires), Trail()), arena.environment) for _ in range(THREADS)]

    def one(number: int) -> None:
        barrier.wait()
        try:
            monitors[number].run()
        except (AlphaGexError, ExceptionGroup) as lost:
            arena.problems.append(repr(lost))

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(THREADS)))
    assert len(_tags(arena)) == 2
    assert set(_tags(arena).values()) == {1}
    arena.verify()
    assert len(arena.rest().trades) == 1


def _confirmed(arena: Arena) -> None:
    for bot in BOTS:
        arena.confirm(bot)
