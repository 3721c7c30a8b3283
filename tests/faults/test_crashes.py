"""The process ends at each numbered call of the outside world, one end for each run of it; later runs pick up."""

from collections.abc import Callable

import pytest

from infra.local.vendors.faults import FaultKind
from tests.faults.arena import Arena
from tests.faults.ground import Ground
from tests.faults.market import CRASHED
from tests.faults.test_post import POST

Story = Callable[[Arena], object]


def _fills(arena: Arena) -> None:
    arena.monitor()
    arena.trade(arena.signal())
    arena.later(10)


def _open(arena: Arena) -> None:
    _fills(arena)
    arena.monitor()
    arena.later(60)


def _closing(arena: Arena) -> None:
    _open(arena)
    arena.move(CRASHED).monitor()
    arena.later(30)


def _partly_filled(arena: Arena) -> None:
    arena.inject(FaultKind.PARTIAL_FILL, contracts=3)
    _fills(arena)
    arena.monitor()
    arena.later(100)


def _unanswered(arena: Arena) -> None:
    arena.inject(FaultKind.LOST_RESPONSE, **POST)
    _fills(arena)
    arena.later(70)


def _trade(arena: Arena) -> None:
    arena.trade(arena.signal())


def _monitor(arena: Arena) -> None:
    arena.monitor()


def _crash(arena: Arena) -> None:
    arena.move(CRASHED).monitor()


def _nothing(arena: Arena) -> None:
    arena.monitor()


READS = (
    "book.live",
    "book.position",
    "book.intent",
    "broker.order",
    "broker.orders",
    "broker.positions",
    "broker.balances",
    "broker.preview",
    "chains.",
    "heartbeat.last",
    "history.statistics",
    "parameters.",
    "quotes.",
    "snapshots.",
    "trips.read",
)
"""Calls that change nothing: ending after one of them is ending before it."""


def _points(calls: list[str]) -> list[int]:
    """Return the calls before which an end differs from an end before the call that precedes it."""
    return [0, *(number for number in range(1, len(calls) + 1) if not calls[number - 1].startswith(READS))]


@pytest.mark.parametrize(
    ("before", "crashing", "least"),
    [
        pytest.param(_nothing, _trade, 4, id="trade plans, claims and sends an entry"),
        pytest.param(_fills, _monitor, 3, id="monitor books an entry"),
        pytest.param(_open, _crash, 4, id="monitor plans, claims and sends an exit"),
        pytest.param(_closing, _monitor, 3, id="monitor books an exit"),
        pytest.param(_partly_filled, _monitor, 4, id="monitor cancels what is left of an entry"),
        pytest.param(_unanswered, _monitor, 3, id="monitor finds an order of which it had no answer"),
    ],
)
def test_a_crash_at_every_single_step_loses_and_doubles_nothing(
    ground: Ground, before: Story, crashing: Story, least: int
) -> None:
    lived = Arena(ground)
    before(lived)
    moment = lived.moment()
    whole = Arena(ground, since=moment)
    crashing(whole)
    points = _points(whole.trail.calls)
    assert len(points) > least, whole.trail.calls
    for point in points[:-1]:
        arena = Arena(ground, since=moment)
        arena.trail.restart(crash_at=point)
        crashing(arena)
        assert arena.crashes == 1
        arena.verify()
        arena.rest()
