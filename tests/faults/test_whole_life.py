"""A whole life without any fault: what every other test here disturbs."""

from shared.domain.positions import PositionState
from tests.faults.arena import Arena
from tests.faults.market import CRASHED


def test_a_spread_is_opened_and_closed_and_the_book_agrees_to_the_cent(arena: Arena) -> None:
    held = arena.enter()
    assert held.state is PositionState.OPEN
    arena.verify()
    arena.move(CRASHED).minutes(3)
    seen = arena.rest()
    assert len(seen.trades) == 1
    assert seen.gained == seen.trades[0].pnl < 0
