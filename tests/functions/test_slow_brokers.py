"""A broker slow to answer: no exit waits for it, and nothing begins that the run could not hear the end of."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from decimal import Decimal
from typing import Any

import pytest

from infra.local.vendors.faults import FaultKind
from shared.adapters.run_time import LEFT_FOR_THE_BOOK_S
from shared.domain.errors import FeedUnavailableError
from shared.domain.orders import Balances, IntentState
from shared.domain.vocabulary import Bot, ExitReason, TradingMode
from tests.faults.arena import Arena
from tests.faults.documents import SAME_STRIKE, SELLER, TWIN
from tests.faults.ground import Ground
from tests.faults.market import CRASHED
from tests.faults.stage import AtOnce

ENTRY_AND_EXIT = 2


class Out(Future[Any]):
    """An answer that is still out; whoever waits for it is noted, and told then."""

    def __init__(self, waits: Callable[[], Any]) -> None:
        super().__init__()
        self._waits = waits

    def result(self, timeout: float | None = None) -> Any:
        return self._waits()


class SlowBalances(Executor):
    """Answers everything at once but balances, which are out until somebody waits for them."""

    def __init__(self, answer: Callable[[Arena], Balances]) -> None:
        self.answer = answer
        self.orders_when_waited_for: list[int] = []
        self.arena: Arena | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        asks_balances = not args
        return Out(self._waited_for) if asks_balances and self.arena else AtOnce().submit(fn, *args, **kwargs)

    def _waited_for(self) -> Balances:
        assert self.arena is not None
        self.orders_when_waited_for.append(len(self.arena.orders()))
        return self.answer(self.arena)


def _balances(account_id: str) -> Balances:
    return Balances(account_id=account_id, total_equity=Decimal(1), option_buying_power=Decimal(1))


def _slow(arena: Arena) -> Balances:
    return _balances(arena.account)


def _refused(arena: Arena) -> Balances:
    raise FeedUnavailableError("tradier: GET /balances: ReadTimeout")


def _of_another(arena: Arena) -> Balances:
    return _balances("6YB99999")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(_slow, 0, id="slow"),
        pytest.param(_refused, len(Bot), id="refused after a while"),
        pytest.param(_of_another, len(Bot), id="of another account"),
    ],
)
def test_no_exit_of_a_live_account_waits_for_its_balances(
    ground: Ground, answer: Callable[[Arena], Balances], told: int
) -> None:
    slow = SlowBalances(answer)
    arena = Arena(ground, background=slow)
    held = arena.enter()
    assert held.mode is TradingMode.LIVE
    slow.arena = arena
    arena.move(CRASHED).later(60).monitor()
    assert slow.orders_when_waited_for == [ENTRY_AND_EXIT]
    assert sum("a monitor run could not finish" in subject for subject in arena.outbox.subjects) == told
    slow.arena = None
    arena.minutes(2)
    (trade,) = arena.seen().trades
    assert (trade.exit_reason, arena.live().positions) == (ExitReason.STOP_LOSS, ())
    assert arena.problems == []


@pytest.mark.parametrize(
    ("seconds", "call"),
    [pytest.param(30, "broker.modify", id="moved"), pytest.param(95, "broker.cancel", id="canceled")],
)
@pytest.mark.parametrize(("left", "made"), [pytest.param(20.0, 1, id="in time"), pytest.param(5.0, 0, id="too late")])
def test_an_order_is_left_to_the_next_run_where_the_answer_could_not_be_heard(
    ground: Ground, seconds: int, call: str, left: float, made: int
) -> None:
    arena = Arena(ground)
    arena.monitor()
    arena.inject(FaultKind.NO_FILL)
    arena.trade(arena.signal())
    arena.stage.run_time.begin(lambda: (left + LEFT_FOR_THE_BOOK_S) * 1000)
    arena.trail.restart()
    arena.later(seconds).monitor()
    assert arena.trail.calls.count(call) == made
    (intent,) = arena.seen().intents
    assert (intent.state is IntentState.WORKING) is (made == 0 or call == "broker.modify")
    arena.stage.run_time.begin(lambda: 55_000)
    assert [one.state for one in arena.rest().intents] == [IntentState.CANCELED]


def test_what_must_be_closed_leaves_before_any_order_is_moved(ground: Ground) -> None:
    arena = Arena(ground, bots=(SELLER, TWIN))
    arena.configure(TWIN, SAME_STRIKE)
    arena.enter()
    arena.inject(FaultKind.NO_FILL)
    arena.trade(arena.later(60).signal(), TWIN)
    assert [one.bot for one in arena.live(TWIN).intents] == [TWIN]
    arena.trail.restart()
    arena.move(CRASHED).later(30).monitor()
    assert arena.trail.calls.index("broker.submit") < arena.trail.calls.index("broker.modify")
    arena.move(400.0)
    arena.rest()
