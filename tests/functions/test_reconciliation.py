"""Reconciliation first: what the broker truly has is found, told, booked, or set aside; nothing is guessed."""

from datetime import timedelta
from decimal import Decimal

from infra.local.vendors.faults import FaultKind
from shared.domain.book import MovePosition
from shared.domain.positions import PositionState
from shared.domain.vocabulary import ExitReason, Strategy, TradingMode, TradingState
from tests.faults.arena import Arena
from tests.faults.documents import ONE_LOOK, SELLER
from tests.faults.found import only, short_leg, stored, told
from tests.faults.market import CRASHED

ELSEWHERE = "SPY261231C00420000"


def test_a_holding_of_another_hand_is_told_once_and_left_alone(arena: Arena) -> None:
    held = arena.enter()
    arena.trade_by_hand(ELSEWHERE, 2, Decimal("3.10"))
    arena.minutes(4)
    assert only(arena) == held
    assert told(arena, "EXTERNAL order") == 1
    assert arena.broker_positions()[ELSEWHERE] == 2
    assert arena.state() is TradingState.ACTIVE


def test_a_leg_traded_by_another_hand_in_our_own_strike_is_not_compared(arena: Arena) -> None:
    held = arena.enter()
    arena.trade_by_hand(short_leg(held), -1, Decimal("1.00"))
    arena.minutes(4)
    assert only(arena) == held
    assert arena.state() is TradingState.ACTIVE


def test_a_position_closed_by_hand_is_booked_with_its_real_prices(arena: Arena) -> None:
    held = arena.enter()
    cash = Decimal(arena.truth()["cash"])
    for leg in held.legs:
        price = Decimal("2.00") if leg.sign < 0 else Decimal("1.25")
        arena.act("trade", symbol=leg.option_symbol, quantity=-leg.sign * held.contracts, price=str(price))
    moved = Decimal(arena.truth()["cash"]) - cash
    arena.minutes(2)
    closed = stored(arena, held)
    assert (closed.state, closed.exit_reason) == (PositionState.CLOSED, ExitReason.MANUAL)
    assert closed.booked_cash - held.booked_cash == moved == Decimal("-75.00") * held.contracts
    assert arena.live().ledger(TradingMode.LIVE).open_count == 0
    assert told(arena, "closed") == 1
    assert arena.state() is TradingState.ACTIVE


def test_half_a_close_by_hand_breaks_the_position_and_reduces_the_bot(arena: Arena) -> None:
    held = arena.enter()
    arena.act("trade", symbol=short_leg(held), quantity=held.contracts, price="2.00")
    arena.minutes(1)
    assert only(arena).state is PositionState.OPEN
    arena.minutes(3)
    broken = only(arena)
    assert broken.state is PositionState.BROKEN
    assert short_leg(held) in (broken.note or "")
    assert told(arena, "position BROKEN") == 1
    assert arena.state() is TradingState.REDUCING
    assert arena.live().ledger(TradingMode.LIVE).open_count == 1


def test_an_assignment_overnight_breaks_the_position_and_says_so(arena: Arena) -> None:
    held = arena.enter()
    arena.later(12 * 3600)
    arena.act("assign", symbol=short_leg(held))
    arena.minutes(3, 300)
    broken = only(arena)
    assert broken.state is PositionState.BROKEN
    assert "assigned" in (broken.note or "")
    assert "shares of SPY" in (broken.note or "")
    assert arena.state() is TradingState.REDUCING


def test_unknown_holdings_are_never_flat_and_exits_go_on(arena: Arena) -> None:
    held = arena.enter()
    arena.inject(FaultKind.POSITIONS_ERROR, count=None)
    arena.minutes(3)
    assert only(arena) == held
    arena.trade(arena.later(60).signal(iv_rank=Decimal(70)))
    arena.move(CRASHED).minutes(3)
    closed = stored(arena, held)
    assert (closed.state, closed.exit_reason) == (PositionState.CLOSED, ExitReason.STOP_LOSS)


def test_a_change_of_configuration_leaves_a_live_position_its_broker(arena: Arena) -> None:
    held = arena.enter()
    arena.configure(SELLER, {**ONE_LOOK, "mode": "paper", "confirmed_account": None})
    arena.move(CRASHED).minutes(3)
    closed = stored(arena, held)
    assert (closed.mode, closed.state) == (TradingMode.LIVE, PositionState.CLOSED)
    assert arena.broker_positions() == {}
    assert told(arena, "no longer trades live") == 1


def test_a_short_leg_in_shares_never_enters_its_expiration_day(arena: Arena) -> None:
    rules = {Strategy.BULL_PUT_SPREAD: {"time_exit_dte": 0, "profit_target": 20, "stop_loss": 20}}
    arena.configure(SELLER, {**ONE_LOOK, "strategies": rules, "exits": {"latest_stop": 1}})
    held = arena.enter()
    arena.at(arena.now + (held.expiration - arena.now.date()) - timedelta(days=1)).minutes(3)
    closed = stored(arena, held)
    assert (closed.state, closed.exit_reason) == (PositionState.CLOSED, ExitReason.ASSIGNMENT_RISK)


def test_an_index_position_settles_in_cash_at_the_official_close(arena: Arena) -> None:
    rules = {Strategy.BULL_PUT_SPREAD: {"time_exit_dte": 0, "profit_target": 20, "stop_loss": 20}}
    index = {"underlyings": ["SPX"], "gamma_thresholds": {"SPX": {}}, "strategies": rules, "exits": {"latest_stop": 1}}
    arena.configure(SELLER, {**ONE_LOOK, **index})
    held = arena.enter(underlying="SPX")
    arena.at(arena.now + (held.expiration - arena.now.date()) + timedelta(hours=4, minutes=30))
    arena.inject(FaultKind.ERROR_BEFORE, count=None, path="/markets/history", status=500, body="down")
    arena.minutes(4, 300)
    assert only(arena).state is PositionState.SETTLING
    assert told(arena, "an exit has no price") == 1
    arena.heal()
    arena.minutes(1, 300)
    closed = stored(arena, held)
    assert (closed.state, closed.exit_reason) == (PositionState.CLOSED, ExitReason.EXPIRATION)
    (trade,) = arena.stage.trade_history.closed_trades(TradingMode.LIVE, held.strategy, held.planned_at)
    assert trade.settlement_source == f"daily bar of SPX {held.expiration}"
    assert arena.state() is TradingState.ACTIVE


def test_an_item_of_a_newer_version_is_told_with_its_facts_and_the_rest_goes_on(arena: Arena) -> None:
    held = arena.enter()
    newer = held.model_copy(update={"schema_version": 99, "version": held.version + 1})
    arena.stage.book.commit("write as a newer version does", (MovePosition(held, newer),))
    arena.minutes(4)
    assert [key for key, _ in arena.live().set_aside] == [f"POS#{held.position_id}"]
    assert told(arena, "has an item that cannot be read") == 1
    assert told(arena, "EXTERNAL") == 0
    assert arena.state() is TradingState.ACTIVE
