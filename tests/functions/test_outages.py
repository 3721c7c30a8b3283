"""What is away stops nothing but itself: parameters, one account, one order, the way to the user."""

from collections.abc import Iterator

import pytest

from infra.local.ministack import MiniStack
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import ExitReason, TradingMode
from tests.faults.arena import ONE_LOOK, SELLER, TWIN, Arena, Ground

pytestmark = pytest.mark.xdist_group("outages")

CRASHED = 360.0


@pytest.fixture(scope="module")
def ground(ministack: MiniStack) -> Iterator[Ground]:
    with Ground(ministack.endpoint_url, "outages") as ground:
        yield ground


@pytest.fixture
def arena(ground: Ground) -> Arena:
    return Arena(ground)


def stored(arena: Arena, held: Position) -> Position:
    found = arena.stage.book.position(held.bot, held.position_id)
    assert found is not None
    return found


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
    arena.configure(TWIN, ONE_LOOK | {"mode": "sandbox", "confirmed_account": "VA1"})
    held = arena.enter()
    assert (held.mode, held.state) == (TradingMode.LIVE, PositionState.OPEN)
    assert any("no key for tradier-sandbox" in problem for problem in arena.problems)
    arena.move(CRASHED).minutes(3)
    assert ending(arena, held) == (PositionState.CLOSED, ExitReason.STOP_LOSS)
    assert arena.live(SELLER).positions == ()
