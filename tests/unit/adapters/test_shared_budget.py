"""Functions that share a vendor's token share its budget: what one used, closed or was refused, the others know."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from shared.adapters.polygon import PolygonClient
from shared.adapters.shared_budget import OwnBudgets, token_name
from shared.adapters.tradier.client import TradierClient
from shared.domain.errors import ConflictError, NotEntitledError, RateLimitedError, StoreError
from shared.domain.ports import VendorBudgets
from shared.domain.vendor_budget import VendorBudget
from tests.store import Store
from tests.unit.adapters.vendor_bodies import index_snapshot, quotes, snapshot_row, stock_row
from tests.unit.adapters.wire import NOW, StandingClock, Wire, milliseconds, no_waiting, reply

FREE, EXPIRATION = 5, date(2026, 4, 17)
REFUSAL = reply({"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."}, 403)
KEY = "k3y-of-the-user"


@dataclass
class Counting:
    """A store that counts what it is asked, may be away, and may be written but not read."""

    inner: VendorBudgets = field(default_factory=OwnBudgets)
    reads: int = 0
    writes: int = 0
    away: bool = False
    unreadable: bool = False

    def load(self, token_name: str) -> VendorBudget | None:
        self.reads += 1
        if self.away or self.unreadable:
            raise StoreError("away")
        return self.inner.load(token_name)

    def save(self, before: VendorBudget | None, after: VendorBudget) -> None:
        self.writes += 1
        if self.away:
            raise StoreError("away")
        self.inner.save(before, after)


def polygon(
    wire: Wire, budgets: VendorBudgets, clock: StandingClock, limit: int | None = FREE, key: str = KEY
) -> PolygonClient:
    return PolygonClient(
        "https://api.polygon.io", key, calls_per_minute=limit, budgets=budgets, clock=clock, transport=wire
    )


def tradier(wire: Wire, budgets: VendorBudgets, clock: StandingClock, reserve: int = 0) -> TradierClient:
    return TradierClient(
        "https://tradier.example/v1", KEY, budgets=budgets, reserve=reserve, clock=clock, transport=wire
    )


def left(calls: int, ends_in: float = 30.0) -> Any:
    """Answer quotes with so many calls left of sixty."""
    return reply(
        quotes(stock_row()),
        X_Ratelimit_Allowed="60",
        X_Ratelimit_Available=str(calls),
        X_Ratelimit_Expiry=str(milliseconds(NOW + timedelta(seconds=ends_in))),
    )


@contextmanager
def too_many() -> Iterator[None]:
    with no_waiting(), pytest.raises(RateLimitedError):
        yield


@pytest.fixture(params=["one process", "two functions over DynamoDB"])
def twice(request: pytest.FixtureRequest, store: Store) -> tuple[VendorBudgets, VendorBudgets]:
    """Two functions' views of one store."""
    if request.param == "one process":
        shared = OwnBudgets()
        return shared, shared
    clock = StandingClock()
    return store.vendor_budgets(clock), Store(store.aws, store.names).vendor_budgets(clock)


def test_five_calls_a_minute_are_all_that_two_functions_have_together(
    twice: tuple[VendorBudgets, VendorBudgets],
) -> None:
    clock, wire = StandingClock(), Wire(reply(index_snapshot()))
    one, other = (polygon(wire, budgets, clock) for budgets in twice)
    for client in (one, other, one, other, one):
        client.vix()
        clock.sleep(5)
    for client in (one, other):
        with no_waiting(), pytest.raises(RateLimitedError) as caught:
            client.vix()
        assert caught.value.wait_seconds == 35
    assert len(wire.requests) == FREE
    clock.sleep(35)
    other.vix()
    with too_many():
        one.vix()
    assert len(wire.requests) == FREE + 1


def test_what_the_plan_refused_one_function_no_other_asks_for_on_that_day(
    twice: tuple[VendorBudgets, VendorBudgets],
) -> None:
    clock, refused, good = StandingClock(), Wire(REFUSAL), Wire(reply(index_snapshot()))
    with pytest.raises(NotEntitledError, match="not entitled"):
        polygon(refused, twice[0], clock).vix()
    other = polygon(good, twice[1], clock)
    with pytest.raises(NotEntitledError, match="asked once today"):
        other.vix()
    assert good.requests == []
    clock.sleep(86_400)
    assert other.vix().value


def test_of_nine_chains_asked_at_once_a_plan_refuses_one() -> None:
    wire, clock = Wire(REFUSAL), StandingClock()
    client = polygon(wire, OwnBudgets(), clock, limit=None)

    def ask(_: int) -> type[Exception]:
        with pytest.raises(NotEntitledError) as caught:
            client.option_chain("SPY", EXPIRATION)
        return caught.type

    with ThreadPoolExecutor(9) as pool:
        assert set(pool.map(ask, range(9))) == {NotEntitledError}
    assert len(wire.requests) == 1


def test_another_key_has_another_budget() -> None:
    budgets, clock, wire = OwnBudgets(), StandingClock(), Wire(reply(index_snapshot()))
    polygon(wire, budgets, clock, limit=1).vix()
    assert polygon(wire, budgets, clock, limit=1, key="an0ther-key").vix().value
    assert token_name("polygon", KEY) != token_name("polygon", "an0ther-key")
    assert KEY not in token_name("polygon", KEY)


@pytest.mark.parametrize(
    ("limit", "reads", "writes"),
    [
        pytest.param(None, 1, 0, id="a paid plan: one read a day and need"),
        pytest.param(FREE, 2, 10, id="the free plan: one write a call"),
    ],
)
def test_calls_cost_the_store_little(limit: int | None, reads: int, writes: int) -> None:
    clock, store = StandingClock(), Counting()
    client = polygon(Wire(reply(index_snapshot())), store, clock, limit)
    for _ in range(10):
        client.vix()
        clock.sleep(60)
    assert (store.reads - 1, store.writes) == (reads, writes)  # one more read when the process begins


@pytest.mark.parametrize("fault", ["away", "unreadable"])
def test_without_the_store_each_function_keeps_its_own_count(fault: str) -> None:
    clock, wire = StandingClock(), Wire(reply(index_snapshot()))
    other = polygon(wire, store := Counting(), clock)
    other.vix()
    clock.sleep(60)
    wire.requests.clear()
    setattr(store, fault, True)
    client = polygon(wire, store, clock)
    for _ in range(FREE):
        client.vix()
    with too_many():
        client.vix()
    assert len(wire.requests) == FREE


def test_a_store_that_was_emptied_is_begun_anew() -> None:
    clock, store = StandingClock(), Counting()
    client = polygon(Wire(reply(index_snapshot())), store, clock)
    client.vix()
    store.inner = OwnBudgets()
    client.vix()
    found = store.inner.load(token_name("polygon", KEY))
    assert found is not None
    assert len(found.calls) == 1


def test_a_window_that_one_function_used_up_no_other_asks_in(twice: tuple[VendorBudgets, VendorBudgets]) -> None:
    clock, wire = StandingClock(), Wire(left(0))
    tradier(wire, twice[0], clock).quotes(["SPY"])
    begun_later = tradier(wire, twice[1], clock)
    with too_many():
        begun_later.quotes(["SPY"])
    assert len(wire.requests) == 1
    clock.sleep(31)
    begun_later.quotes(["SPY"])
    assert len(wire.requests) == 2


def test_a_function_that_saw_few_calls_left_listens_to_the_others() -> None:
    clock, budgets = StandingClock(), OwnBudgets()
    scarce, spent = Wire(left(9)), Wire(left(0))
    one, other = tradier(scarce, budgets, clock), tradier(spent, budgets, clock)
    one.quotes(["SPY"])
    clock.sleep(61)
    spent_later = reply(
        quotes(stock_row()),
        X_Ratelimit_Available="0",
        X_Ratelimit_Expiry=str(milliseconds(clock.now() + timedelta(seconds=40))),
    )
    spent._answers = [spent_later]
    other.quotes(["SPY"])
    with too_many():
        one.quotes(["SPY"])
    assert len(scarce.requests) == 1


def test_in_quiet_minutes_the_store_is_not_asked() -> None:
    clock, store = StandingClock(), Counting()
    client = tradier(Wire(left(50)), store, clock)
    for _ in range(20):
        client.quotes(["SPY"])
        clock.sleep(60)
    assert (store.reads, store.writes) == (1, 0)


def test_in_scarce_minutes_the_store_is_read_once_a_minute_and_written_once_a_window() -> None:
    clock, store = StandingClock(), Counting()
    client = tradier(Wire(left(5)), store, clock)
    for _ in range(20):
        client.quotes(["SPY"])
        clock.sleep(6)
    assert (store.reads, store.writes) == (2, 0)
    spent = tradier(Wire(left(0, ends_in=170)), store, clock)
    spent.quotes(["SPY"])
    assert store.writes == 1


def test_the_calls_kept_for_exits_are_left_to_them() -> None:
    clock, budgets, wire = StandingClock(), OwnBudgets(), Wire(left(20))
    collecting, closing = tradier(wire, budgets, clock, reserve=24), tradier(wire, budgets, clock)
    collecting.quotes(["SPY"])
    with too_many():
        collecting.quotes(["SPY"])
    closing.quotes(["SPY"])
    assert len(wire.requests) == 2


def test_a_page_of_a_chain_counts_as_a_call() -> None:
    first = {"status": "OK", "results": [snapshot_row()], "next_url": "https://api.polygon.io/v3/x?cursor=1"}
    wire = Wire(reply(first), reply({"status": "OK", "results": []}))
    client = polygon(wire, OwnBudgets(), StandingClock(), limit=2)
    client.option_chain("SPY", EXPIRATION)
    with too_many():
        client.vix()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda budget: budget.with_call(NOW), id="a call"),
        pytest.param(lambda budget: budget.with_refusal("chain SPY", "no", NOW), id="a refusal"),
        pytest.param(lambda budget: budget.with_closed("market", NOW + timedelta(seconds=9), NOW), id="a window"),
    ],
)
def test_a_budget_comes_back_as_it_was_stored(store: Store, change: Callable[[VendorBudget], VendorBudget]) -> None:
    budgets = store.vendor_budgets(StandingClock())
    first = change(VendorBudget(token_name="polygon#0123"))
    budgets.save(None, first)
    assert budgets.load("polygon#0123") == first
    assert budgets.load("polygon#4567") is None
    budgets.save(first, first.with_call(NOW))
    with pytest.raises(ConflictError):
        budgets.save(first, first.with_call(NOW))
