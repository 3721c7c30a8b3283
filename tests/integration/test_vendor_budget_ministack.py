"""The shared rate budget over an atomic engine: functions that ask at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from infra.local.ministack import REGION, MiniStack
from shared.adapters.aws import Aws
from shared.adapters.shared_budget import SharedBudget
from shared.domain.errors import RateLimitedError
from tests.store import NOON, Store, new_store
from tests.unit.adapters.wire import StandingClock

FUNCTIONS, LIMIT = 12, 5


def test_of_twelve_who_ask_at_the_same_moment_five_may(ministack: MiniStack) -> None:
    store = new_store(Aws(region=REGION, endpoint_url=ministack.endpoint_url), "budget")
    views = [Store(store.aws, store.names).vendor_budgets(StandingClock(NOON)) for _ in range(FUNCTIONS)]
    barrier = Barrier(FUNCTIONS)

    def ask(number: int) -> bool:
        budget = SharedBudget("polygon", "polygon#race", views[number])
        barrier.wait()
        try:
            budget.take(LIMIT, NOON)
        except RateLimitedError:
            return False
        return True

    with ThreadPoolExecutor(FUNCTIONS) as pool:
        assert sum(pool.map(ask, range(FUNCTIONS))) == LIMIT
    found = views[0].load("polygon#race")
    assert found is not None
    assert found.calls == (NOON,) * LIMIT
