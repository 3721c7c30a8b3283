"""What is away stops nothing but itself: parameters, one account, one order, the way to the user."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from functions.monitor.exits import Exits, Scene
from infra.local.vendors.faults import FaultKind
from shared.adapters.run_time import LEFT_FOR_THE_BOOK_S
from shared.domain.book import BY_HAND, SetCounters, SetLedger, Trip
from shared.domain.orders import IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import Bot, ExitReason, TradingMode, TradingState
from tests import builders
from tests.faults.arena import Arena
from tests.faults.clients import Outbox
from tests.faults.documents import ONE_LOOK, SELLER, TWIN
from tests.faults.found import stored, told
from tests.faults.ground import Ground
from tests.faults.market import CRASHED
from tests.store import alert


def ending(arena: Arena, held: Position) -> tuple[PositionState, ExitReason | None]:
    after = stored(arena, held)
    return after.state, after.exit_reason


def test_exits_go_on_while_no_parameter_can_be_read(arena: Arena) -> None:
    held = arena.enter()
    arena.parameters.is_down = True
    arena.move(CRASHED).minutes(3)
    assert ending(arena, held) == (PositionState.CLOSED, ExitReason.STOP_LOSS)
    assert arena.live().confirmation is not None
    assert arena.problems == []


def test_a_process_that_never_read_a_key_ends_its_run_all_the_same(arena: Arena) -> None:
    held = arena.enter()
    arena.start_processes()
    arena.parameters.is_down = True
    before = arena.stage.heartbeat.last()
    arena.move(CRASHED).minutes(2)
    assert arena.stage.heartbeat.last() != before
    assert ending(arena, held) == (PositionState.OPEN, None)
    arena.parameters.is_down = False
    arena.minutes(3)
    assert ending(arena, held) == (PositionState.CLOSED, ExitReason.STOP_LOSS)


def test_an_account_without_a_key_hides_no_other(arena: Arena) -> None:
    arena.configure(TWIN, {**ONE_LOOK, "mode": "sandbox", "confirmed_account": "VA1"})
    held = arena.enter()
    assert (held.mode, held.state) == (TradingMode.LIVE, PositionState.OPEN)
    assert any("no key for tradier-sandbox" in problem for problem in arena.problems)
    arena.move(CRASHED).minutes(3)
    assert ending(arena, held) == (PositionState.CLOSED, ExitReason.STOP_LOSS)
    assert arena.live(SELLER).positions == ()


def loses(arena: Arena, bot: Bot, dollars: int) -> None:
    """Book a loss of today, as whoever closed it did before it ended."""
    ledger = arena.live(bot).ledger(arena.configs[bot][-1].mode)
    lost = Decimal(-dollars)
    after = ledger.model_copy(
        update={"day": arena.now.date(), "day_pnl": lost, "realized_pnl": lost, "version": ledger.version + 1}
    )
    arena.stage.book.commit("lose", (SetLedger(ledger, after),))


def test_a_loss_that_another_run_booked_trips_and_a_person_ends_it(arena: Arena) -> None:
    loses(arena, SELLER, 10_001)
    arena.minutes(2)
    assert (arena.state(SELLER), arena.state(TWIN)) == (TradingState.REDUCING, TradingState.ACTIVE)
    assert told(arena, "the system, PROMETHEUS") == 1
    arena.set_back(SELLER, "looked at it")
    arena.minutes(2)
    assert arena.state(SELLER) is TradingState.ACTIVE
    loses(arena, SELLER, 10_002)
    arena.minutes(1)
    assert arena.state(SELLER) is TradingState.REDUCING


@pytest.mark.parametrize(
    ("others", "state"),
    [
        pytest.param("paper", TradingState.REDUCING, id="paper capital carries no real loss"),
        pytest.param("live", TradingState.ACTIVE, id="capital of the same mode does"),
    ],
)
def test_the_days_loss_of_an_account_is_measured_by_the_capital_of_its_mode(
    arena: Arena, others: str, state: TradingState
) -> None:
    for bot in Bot:
        arena.configure(bot, {**ONE_LOOK, "mode": "live" if bot is SELLER else others})
    loses(arena, SELLER, 4_000)
    arena.minutes(1)
    assert arena.state(TWIN) is state


def test_a_trip_whose_alert_was_lost_is_told_by_the_next_run(arena: Arena) -> None:
    arena.stage.trips.trip(Trip("ALL", TradingState.REDUCING, "5 orders in a row failed", arena.now))
    arena.stage.trips.trip(Trip(TWIN, TradingState.REDUCING, f"{BY_HAND}holiday", arena.now))
    arena.minutes(3)
    assert told(arena, "the system, ALL") == 1
    assert told(arena, "the system, ATLAS") == 0


@dataclass
class Swamp(Outbox):
    """The way to the user while every message is swallowed; counts the attempts."""

    attempts: int = 0

    def publish(self, *, Subject: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's
        self.attempts += 1
        return super().publish(Subject=Subject)


def test_messages_that_nobody_takes_cost_a_run_no_time_and_arrive_later(ground: Ground) -> None:
    swamp = Swamp()
    arena = Arena(ground, outbox=swamp)
    held = arena.enter()
    swamp.is_down = True
    for number in range(8):
        arena.stage.alerts.send(alert(event_id=f"lost-{number}", bot=SELLER, at=arena.now - timedelta(days=1)))
        arena.stage.alerts.send(alert(event_id=f"lost-{number}-too", bot=TWIN, at=arena.now - timedelta(days=1)))
    swamp.attempts = 0
    arena.trail.restart()
    arena.move(CRASHED).later(30).monitor()
    assert arena.trail.calls.index("broker.submit") < arena.trail.calls.index("alerts.resend")
    assert swamp.attempts <= 2
    swamp.is_down = False
    arena.minutes(2, 60)
    assert ending(arena, held) == (PositionState.CLOSED, ExitReason.STOP_LOSS)
    assert told(arena, "closed with a loss") == 16
    assert told(arena, "PROMETHEUS closed") == 1


@pytest.mark.parametrize(
    ("commit", "words"),
    [
        pytest.param("end entry", "PROMETHEUS opened", id="an entry"),
        pytest.param("end exit", "PROMETHEUS closed", id="a close"),
    ],
)
def test_what_was_booked_is_told_though_the_run_ended_there(arena: Arena, commit: str, words: str) -> None:
    arena.monitor()
    arena.trade(arena.signal())
    if commit == "end exit":
        arena.minutes(2, 10).move(CRASHED)
    arena.trail.crash_after(f"book.commit {commit}")
    arena.minutes(6)
    assert arena.crashes == 1
    assert told(arena, words) == 1


def _count_another(arena: Arena) -> None:
    before = arena.live().counters
    after = before.model_copy(update={"version": before.version + 1})
    arena.stage.book.commit("count", (SetCounters(SELLER, before, after),))


def test_a_doubt_is_noted_and_told_though_another_order_was_counted_meanwhile(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.CONNECTION_CUT, method="POST", path="/orders", skip=1)
    arena.trail.just_before("book.commit doubt", partial(_count_another, arena))
    arena.trade(arena.signal())
    assert [one.state for one in arena.live().intents] == [IntentState.UNKNOWN]
    assert told(arena, "order UNKNOWN") == 1
    assert arena.live().counters.order_failures == 1


def test_a_refusal_is_booked_and_counted_though_another_order_was_counted_meanwhile(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.RISK_REFUSAL, method="POST", path="/orders", preview=False, codes=["InitialMargin"])
    arena.trail.just_before("book.commit end entry", partial(_count_another, arena))
    arena.trade(arena.signal())
    live = arena.live()
    assert (live.intents, live.positions, live.counters.order_failures) == ((), (), 1)
    assert told(arena, "rejected") == 1


@pytest.mark.parametrize(
    ("left", "read", "sent"),
    [
        pytest.param(60.0, True, 1, id="time for all"),
        pytest.param(20.0, False, 1, id="time for the exits only"),
        pytest.param(5.0, False, 0, id="time for nothing"),
    ],
)
def test_a_slow_broker_takes_no_time_from_the_exits(arena: Arena, left: float, read: bool, sent: int) -> None:
    held = arena.enter()
    arena.stage.run_time.begin(lambda: (left + LEFT_FOR_THE_BOOK_S) * 1000)
    arena.trail.restart()
    arena.move(CRASHED).later(30).monitor()
    assert ("broker.positions" in arena.trail.calls) is read
    assert arena.trail.calls.count("broker.submit") == sent
    after = stored(arena, held)
    assert after.exit_reason is ExitReason.STOP_LOSS
    assert after.state is (PositionState.CLOSING if sent else PositionState.EXIT_PENDING)
    assert bool(told(arena, "a monitor run could not finish")) is not read


class Commits:
    """A book that counts what is committed; a clock that stands."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def commit(self, name: str, changes: object) -> None:
        self.names.append(name)

    def now(self) -> datetime:
        return builders.NOON


@pytest.mark.parametrize(
    ("is_first", "counted"), [pytest.param(True, 1, id="a run"), pytest.param(False, 0, id="a look")]
)
def test_runs_without_a_price_are_counted_and_not_the_looks_within_one(is_first: bool, counted: int) -> None:
    waiting = builders.position(state=PositionState.EXIT_PENDING, exit_reason=ExitReason.MANUAL)
    commits: Any = Commits()
    exits = Exits(commits, commits, commits, commits, commits)
    scene = Scene({}, lambda _: None, lambda: TradingState.ACTIVE, lambda: None, is_first)
    assert not exits.look_after(builders.config(), waiting, scene)
    assert len(commits.names) == counted
