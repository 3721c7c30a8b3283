"""Incidents with real money that only a broker can show: each by its name."""

from decimal import Decimal

from infra.local.vendors.faults import FaultKind
from shared.domain.positions import PositionState
from shared.domain.vocabulary import ExitReason
from tests.faults.arena import Arena
from tests.faults.market import CRASHED

RALLIED = 430.0


def test_i7_a_target_is_worked_from_the_middle_to_a_price_at_which_it_can_be_had(arena: Arena) -> None:
    held = arena.enter()
    arena.inject(FaultKind.NO_FILL)
    arena.later(60).move(RALLIED).monitor()
    exit_ = arena.orders()[-1]
    quotes = {leg.option_symbol: arena.ground.market.option_quote(leg.option_symbol, arena.now) for leg in held.legs}
    natural = sum(
        Decimal(str(quote.ask if leg.sign < 0 else -quote.bid))
        for leg in held.legs
        if (quote := quotes[leg.option_symbol]) is not None
    )
    assert Decimal(exit_["price"]) <= natural
    for _ in range(30):
        arena.minutes(1, 10)
        if Decimal(arena.orders()[-1]["price"]) >= natural:
            break
    assert Decimal(arena.orders()[-1]["price"]) >= natural
    assert len(arena.orders()) == 2
    arena.act("fill", order_id=exit_["id"])
    (trade,) = arena.rest().trades
    assert trade.exit_reason is ExitReason.PROFIT_TARGET


def test_i12_legs_that_are_gone_at_the_broker_are_not_watched_as_if_they_were_there(arena: Arena) -> None:
    held = arena.enter()
    for leg in held.legs:
        arena.trade_by_hand(leg.option_symbol, -leg.sign * held.contracts, Decimal("0.90"))
    arena.external.clear()
    arena.external_cash = Decimal(0)
    arena.minutes(4, 61)
    seen = arena.seen()
    assert [one.state for one in seen.positions] == [PositionState.CLOSED]
    assert seen.gained == seen.trades[0].pnl
    orders = len(arena.orders())
    arena.move(CRASHED).minutes(3, 61)
    assert len(arena.orders()) == orders
