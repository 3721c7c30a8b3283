"""Reconciliation first: what the broker truly has is found, told, booked, or set aside; nothing is guessed."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from infra.local.ministack import MiniStack
from infra.local.vendors.faults import FaultKind
from shared.domain.book import MovePosition
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.orders import IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import ExitReason, Strategy, TradingMode, TradingState
from shared.phases.execution import protocol
from tests.faults.arena import Arena
from tests.faults.documents import ONE_LOOK, SELLER
from tests.faults.found import short_leg, stored, told
from tests.faults.ground import Ground

ELSEWHERE = "SPY261231C00420000"
CRASHED = 360.0


@pytest.fixture(scope="module")
def ground(ministack: MiniStack) -> Iterator[Ground]:
    with Ground(ministack.endpoint_url, "reconciliation") as ground:
        yield ground


@pytest.fixture
def arena(ground: Ground) -> Arena:
    return Arena(ground)


def only(arena: Arena) -> Position:
    (held,) = arena.live().positions
    return held


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


def test_no_entry_while_the_broker_cannot_be_read(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.POSITIONS_ERROR, count=None)
    (decision,) = arena.trade(arena.signal())
    assert [denial.code for denial in decision.denials] == [DenialCode.BROKER_UNKNOWN]
    arena.heal()
    (decision,) = arena.trade(arena.later(60).signal())
    assert decision.kind is DecisionKind.ENTRY


def _given_up(arena: Arena) -> Position:
    """Send an entry whose answer is lost and that the broker hides for ten minutes; let it be given up."""
    arena.monitor()
    arena.inject(FaultKind.LOST_RESPONSE, method="POST", path="/orders", preview=False)
    arena.inject(FaultKind.HIDDEN_ORDER, seconds=600)
    arena.inject(FaultKind.NO_FILL)
    arena.trade(arena.signal())
    held = only(arena)
    assert [one.state for one in arena.live().intents] == [IntentState.UNKNOWN]
    arena.minutes(6, 60)
    assert stored(arena, held).state is PositionState.ABANDONED
    assert [one.is_watched for one in arena.live().watched] == [True]
    return held


def test_a_zombie_is_canceled_and_told(arena: Arena) -> None:
    held = _given_up(arena)
    arena.later(300).minutes(3)
    assert [order["status"] for order in arena.orders()] == ["canceled"]
    assert stored(arena, held).state is PositionState.ABANDONED
    assert told(arena, "without a live intent") == 1
    assert (arena.live().watched, arena.broker_positions()) == ((), {})


def test_a_zombie_that_had_filled_is_taken_on(arena: Arena) -> None:
    held = _given_up(arena)
    arena.later(300)
    (order,) = arena.orders()
    arena.act("fill", order_id=order["id"])
    arena.minutes(2)
    adopted = stored(arena, held)
    assert adopted.state is PositionState.OPEN
    assert adopted.signed_legs() == arena.broker_positions()
    ledger = arena.live().ledger(TradingMode.LIVE)
    assert (ledger.open_count, ledger.open_risk) == (1, adopted.total_risk)
    assert told(arena, "without a live intent") == 1
    arena.verify()


def test_an_order_that_nobody_finds_is_not_given_up_while_its_legs_are_held(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.LOST_RESPONSE, method="POST", path="/orders", preview=False)
    arena.inject(FaultKind.HIDDEN_ORDER, seconds=600)
    arena.trade(arena.signal())
    held = only(arena)
    arena.minutes(6, 60)
    assert arena.broker_positions() != {}
    assert [one.state for one in arena.live().intents] == [IntentState.UNKNOWN]
    arena.later(300).minutes(2)
    assert stored(arena, held).state is PositionState.OPEN
    arena.verify()


def test_an_order_with_our_tag_and_no_intent_is_canceled_and_told(arena: Arena) -> None:
    held = arena.enter()
    intent = arena.stage.book.intent(SELLER, held.entry_intent)
    assert intent is not None
    arena.inject(FaultKind.NO_FILL)
    config = arena.configs[SELLER][-1]
    arena.stage.broker(config, TradingMode.LIVE).submit(intent.order, "agx-nobody")
    arena.minutes(2)
    assert [order["status"] for order in arena.orders()] == ["filled", "canceled"]
    assert told(arena, "without a live intent") == 1
    assert only(arena) == held


def test_a_tag_stays_watched_to_the_end_of_the_day_and_no_longer(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.CONNECTION_CUT, method="POST", path="/orders", preview=False)
    arena.trade(arena.signal())
    arena.minutes(6, 60)
    arena.later(11 * 3600).minutes(1)
    assert [one.state for one in arena.live().watched] == [IntentState.ABANDONED]
    arena.later(3600).minutes(1)
    assert arena.live().watched == ()
    assert arena.orders() == []


def test_an_order_forgotten_at_midnight_without_a_fill_has_expired(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.NO_FILL)
    arena.trade(arena.signal())
    held = only(arena)
    arena.later(22 * 3600).minutes(2, 60)
    assert stored(arena, held).state is PositionState.ABANDONED
    intent = arena.stage.book.intent(SELLER, held.entry_intent)
    assert intent is not None
    assert intent.state is IntentState.EXPIRED
    assert arena.live().ledger(TradingMode.LIVE).open_count == 0


def test_a_fill_forgotten_at_midnight_is_set_aside_at_no_invented_price(arena: Arena) -> None:
    arena.monitor()
    arena.trade(arena.signal())
    held = only(arena)
    arena.later(22 * 3600).minutes(3, 60)
    broken = only(arena)
    assert broken.state is PositionState.BROKEN
    assert broken.signed_legs() == arena.broker_positions()
    assert "no longer tells" in (broken.note or "")
    assert told(arena, "position BROKEN") == 1
    assert broken.position_id == held.position_id


def test_a_change_of_configuration_leaves_a_live_position_its_broker(arena: Arena) -> None:
    held = arena.enter()
    arena.configure(SELLER, {**ONE_LOOK, "mode": "paper", "confirmed_account": None})
    arena.move(CRASHED).minutes(3)
    closed = stored(arena, held)
    assert (closed.mode, closed.state) == (TradingMode.LIVE, PositionState.CLOSED)
    assert arena.broker_positions() == {}
    assert told(arena, "no longer trades live") == 1


def test_going_live_takes_both_steps(arena: Arena) -> None:
    arena.configure(SELLER, {**ONE_LOOK, "mode": "paper"})
    arena.minutes(2)
    arena.configure(SELLER, ONE_LOOK)
    arena.minutes(1)
    (decision,) = arena.trade(arena.signal())
    assert [denial.code for denial in decision.denials] == [DenialCode.MODE_MISMATCH]
    assert arena.orders() == []


def test_a_refused_preview_is_a_denial_in_the_brokers_words(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.RISK_REFUSAL, codes=["DayTradingBuyingPowerExceeded"])
    (decision,) = arena.trade(arena.signal())
    (refusal,) = decision.denials
    assert refusal.code is DenialCode.PREVIEW_REFUSED
    assert "DayTradingBuyingPowerExceeded" in refusal.value
    assert arena.orders() == []


def test_a_breaker_tripped_at_the_commit_is_named(arena: Arena) -> None:
    arena.switch(TradingState.REDUCING)
    arena.monitor()
    arena.switch(TradingState.ACTIVE)
    (decision,) = arena.trade(arena.signal())
    assert [denial.code for denial in decision.denials] == [DenialCode.BREAKER]


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
    arena.at(arena.now + (held.expiration - arena.now.date()) + timedelta(hours=4, minutes=5))
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


def _exit_given_up(arena: Arena) -> Position:
    """Send an exit whose answer is lost and that the broker hides for ten minutes; let it be given up."""
    held = arena.enter()
    arena.move(CRASHED)
    arena.inject(FaultKind.LOST_RESPONSE, method="POST", path="/orders", preview=False)
    arena.inject(FaultKind.HIDDEN_ORDER, seconds=600)
    arena.inject(FaultKind.NO_FILL)
    arena.monitor()
    arena.minutes(6, 60)
    assert [one.is_watched for one in arena.live().watched] == [True]
    return held


def test_an_exit_given_up_that_fills_after_its_position_was_closed_is_booked_on_itself_and_told(arena: Arena) -> None:
    """A person closed it meanwhile: what the order did belongs to no position any more."""
    held = _exit_given_up(arena)
    (watched,) = arena.live().watched
    zombie = next(order for order in arena.orders() if order["tag"] == watched.tag)
    (waiting,) = arena.live().positions
    arena.stage.book.commit("break", protocol.break_position(waiting, "a person looked"))
    arena.stage.operator.book_close(stored(arena, held), Decimal(-500), "closed by telephone")
    arena.act("fill", order_id=zombie["id"])
    arena.later(600).minutes(3)
    assert stored(arena, held).state is PositionState.CLOSED
    over = arena.stage.book.intent(held.bot, watched.intent_id)
    assert over is not None
    assert (over.state, over.filled_contracts) == (IntentState.FILLED, held.contracts)
    assert told(arena, "without a live intent") >= 1
    assert told(arena, f"Breaker REDUCING: the system, {held.bot}") == 1
    assert arena.live().watched == ()
