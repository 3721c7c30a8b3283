"""DynamoDB in trouble at every single write of a whole life, one life for each write, by botocore's event hooks."""

import pytest

from shared.domain.positions import PositionState
from tests.faults.arena import Arena
from tests.faults.ground import Ground
from tests.faults.market import CRASHED
from tests.faults.wire import Trouble, Wire

LEAST_WRITES = 12


def _life(arena: Arena) -> None:
    arena.monitor()
    arena.trade(arena.signal())
    arena.minutes(2, 10).move(CRASHED).minutes(2, 61)


@pytest.fixture
def writes(ground: Ground, wire: Wire) -> int:
    """How many writes a whole life makes."""
    wire.clear()
    arena = Arena(ground)
    before = wire.sent
    _life(arena)
    made = wire.sent - before
    assert made >= LEAST_WRITES
    return made


@pytest.mark.parametrize(
    ("trouble", "times"),
    [
        *(pytest.param(trouble, 1, id=f"once {trouble}") for trouble in Trouble),
        pytest.param(Trouble.THROTTLED, 2, id="throttled twice"),
        pytest.param(Trouble.FORGOTTEN, 2, id="applied, two replies lost, and no token known again"),
    ],
)
def test_every_write_of_a_life_is_in_trouble_and_nobody_is_the_wiser(
    ground: Ground, wire: Wire, writes: int, trouble: Trouble, times: int
) -> None:
    arena = Arena(ground)
    before = wire.struck
    wire.trouble_every(trouble, times)
    _life(arena)
    wire.clear()
    assert wire.struck - before >= writes * times
    assert arena.problems == []
    arena.verify()
    assert [held.state for held in arena.rest().positions] == [PositionState.CLOSED]


@pytest.mark.parametrize(
    ("trouble", "times"),
    [
        pytest.param(Trouble.THROTTLED, 20, id="throttled twenty times"),
        pytest.param(Trouble.FORGOTTEN, 3, id="applied, all three replies lost, and no token known again"),
    ],
)
def test_trouble_that_lasts_at_any_write_loses_and_doubles_nothing(
    ground: Ground, wire: Wire, writes: int, trouble: Trouble, times: int
) -> None:
    struck = 0
    for number in range(writes):
        arena = Arena(ground)
        before = wire.struck
        wire.trouble(trouble, times, skip=number)
        _life(arena)
        struck += wire.struck > before
        wire.clear()
        arena.verify()
        seen = arena.rest()
        assert {held.state for held in seen.positions} <= {PositionState.CLOSED, PositionState.ABANDONED}
    assert struck == writes
