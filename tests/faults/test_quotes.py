"""Quotes that cannot be traded on: nothing is priced by them, neither in nor out."""

import pytest

from infra.local.vendors.faults import FaultKind
from shared.domain.positions import PositionState
from shared.domain.vocabulary import ExitReason
from tests.faults.arena import Arena
from tests.faults.found import stored, told
from tests.faults.market import CRASHED, HALF_SPREAD

UNSOUND = [
    FaultKind.QUOTE_MISSING,
    FaultKind.QUOTE_CROSSED,
    FaultKind.QUOTE_ZERO,
    FaultKind.QUOTE_NAN,
    FaultKind.QUOTE_NEGATIVE,
    FaultKind.QUOTE_WRONG_SYMBOL,
]


@pytest.mark.parametrize("kind", [*UNSOUND, FaultKind.QUOTE_STALE])
def test_nothing_is_entered_on_it(arena: Arena, kind: FaultKind) -> None:
    arena.monitor()
    arena.inject(kind, count=None)
    (decision,) = arena.trade(arena.signal())
    assert decision.denials
    assert arena.orders() == []
    arena.verify()


@pytest.mark.parametrize("kind", [*UNSOUND, FaultKind.QUOTE_STALE])
def test_nothing_is_closed_or_booked_on_it_and_it_closes_when_quotes_return(arena: Arena, kind: FaultKind) -> None:
    arena.enter()
    arena.inject(kind, count=None)
    arena.later(60).move(CRASHED)
    arena.minutes(3, 60).verify()
    assert len(arena.orders()) == 1
    assert arena.live().positions[0].state in (PositionState.OPEN, PositionState.EXIT_PENDING)
    arena.heal()
    arena.minutes(3, 60)
    assert len(arena.rest().trades) == 1


def test_a_stop_that_quotes_too_wide_hold_back_is_told_and_fires_when_they_are_firm(arena: Arena) -> None:
    held = arena.enter()
    arena.ground.market.half_spread = 1.0
    arena.later(60).move(CRASHED)
    arena.minutes(3, 60).verify()
    assert stored(arena, held).state is PositionState.OPEN
    assert told(arena, "a position cannot be valued") == 1
    arena.ground.market.half_spread = HALF_SPREAD
    arena.move(CRASHED).minutes(2, 60)
    (trade,) = arena.rest().trades
    assert trade.exit_reason is ExitReason.STOP_LOSS
