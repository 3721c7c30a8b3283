"""Other hands in our account: their contracts of ours are told apart, and one close explains one position."""

from decimal import Decimal

from infra.local.vendors.faults import FaultKind
from shared.domain.positions import PositionState
from shared.domain.vocabulary import ExitReason, TradingState
from tests.faults.arena import Arena
from tests.faults.documents import ONE_LOOK, SAME_STRIKE, SELLER, TWIN
from tests.faults.found import short_leg, stored
from tests.faults.ground import Ground
from tests.faults.market import CRASHED


def test_an_exit_in_doubt_beside_a_holding_of_another_hand_is_tried_again(arena: Arena) -> None:
    """The user holds one of our very contracts: it hides neither that the exit never came, nor the next one."""
    held = arena.enter()
    arena.trade_by_hand(short_leg(held), -1, Decimal("1.00"))
    arena.minutes(3)
    arena.inject(FaultKind.CONNECTION_CUT, method="POST", path="/orders")
    arena.move(CRASHED).minutes(8, 60)
    after = stored(arena, held)
    assert (after.state, after.exit_reason) == (PositionState.CLOSED, ExitReason.STOP_LOSS)
    assert arena.broker_positions() == {short_leg(held): -1}
    arena.minutes(3)
    assert arena.state() is TradingState.ACTIVE


def test_a_close_by_hand_books_the_position_it_closed_and_no_other(ground: Ground) -> None:
    """Two bots are short of one put; the user closes the spread of one, and the put of the other lives on."""
    arena = Arena(ground, bots=(SELLER, TWIN))
    arena.configure(SELLER, {**ONE_LOOK, "caps": {"contracts_per_order": 5}})
    arena.configure(TWIN, SAME_STRIKE)
    arena.monitor()
    arena.trade(arena.signal())
    arena.minutes(2, 10)
    (spread,) = arena.live(SELLER).positions
    arena.configure(SELLER, {**ONE_LOOK, "enabled": False})
    arena.later(60).trade(arena.signal(), TWIN)
    arena.minutes(2, 10)
    (put,) = arena.live(TWIN).positions
    assert (short_leg(put), put.contracts) == (short_leg(spread), spread.contracts)
    for leg in spread.legs:
        arena.act("trade", symbol=leg.option_symbol, quantity=-leg.sign * spread.contracts, price="1.00")
    arena.minutes(3)
    assert (stored(arena, spread).state, stored(arena, put).state) == (PositionState.CLOSED, PositionState.OPEN)
    assert stored(arena, put).signed_legs() == arena.broker_positions()
