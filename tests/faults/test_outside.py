"""What happens to positions without an order of ours, and to positions whose configuration moved on."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from infra.local.vendors.faults import FaultKind
from shared.domain.book import SetLedger
from shared.domain.options import CONTRACT_MULTIPLIER
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import ExitReason, TradingMode, TradingState
from tests.faults.arena import Arena
from tests.faults.documents import ONE_LOOK, SAME_STRIKE, SELLER, TWIN
from tests.faults.market import CRASHED

SPX: Mapping[str, Any] = {
    **ONE_LOOK,
    "underlyings": ["SPX"],
    "gamma_thresholds": {"SPX": {}},
    "strategies": {"BULL_PUT_SPREAD": {"profit_target": "19", "stop_loss": "19", "time_exit_dte": 0}},
}
"""Holds an index spread to its last day: it is settled in cash."""


def _by_hand(arena: Arena, held: Position) -> None:
    """Close a spread at the broker, leg by leg, as a person does."""
    for leg in held.legs:
        arena.trade_by_hand(leg.option_symbol, -leg.sign * held.contracts, Decimal("1.00"))


def test_a_close_by_hand_is_recognised_and_booked_at_its_real_prices(arena: Arena) -> None:
    held = arena.enter()
    _by_hand(arena, held)
    arena.external.clear()
    arena.external_cash = Decimal(0)
    for _ in range(4):
        arena.minutes(1, 61)
    seen = arena.seen()
    (trade,) = seen.trades
    assert trade.exit_reason is ExitReason.MANUAL
    assert seen.gained == trade.pnl
    assert (seen.holdings, seen.open_positions) == ({}, ())


def test_a_close_by_hand_of_an_older_position_adds_to_the_loss_of_the_day(arena: Arena) -> None:
    """The broker's lots tell the day of a close and no time; today's loss, which the breaker measures, stays."""
    held = arena.enter()
    arena.at(datetime.combine(date(2026, 11, 24), time(11), NEW_YORK)).minutes(1, 1)
    ledger, loss = arena.live().ledger(TradingMode.LIVE), Decimal(-9000)
    lost = ledger.model_copy(
        update={"day": date(2026, 11, 24), "day_pnl": loss, "realized_pnl": loss, "version": ledger.version + 1}
    )
    arena.stage.book.commit("a loss of today", (SetLedger(ledger, lost),))
    _by_hand(arena, held)
    arena.minutes(4, 61)
    (trade,) = arena.seen().trades
    after = arena.live().ledger(TradingMode.LIVE)
    assert trade.exit_reason is ExitReason.MANUAL
    assert trade.closed_at.astimezone(NEW_YORK).date() == date(2026, 11, 24)
    assert (after.day, after.day_pnl) == (date(2026, 11, 24), loss + trade.pnl)


@pytest.mark.parametrize("day", [pytest.param(date(2026, 11, 24), id="overnight")])
def test_an_assignment_breaks_the_position_and_never_opens_anything(arena: Arena, day: date) -> None:
    held = arena.enter()
    short = next(leg for leg in held.legs if leg.sign < 0)
    arena.act("assign", symbol=short.option_symbol)
    arena.at(datetime.combine(day, time(10), NEW_YORK))
    orders = len(arena.orders())
    arena.minutes(3, 61)
    arena.trade(arena.signal())
    seen = arena.seen()
    assert [one.state for one in seen.positions] == [PositionState.BROKEN]
    assert any(held.position_id in alert for alert in seen.alerts)
    shares = held.contracts * CONTRACT_MULTIPLIER
    delivered = f"DELIVERED: +{shares:,} shares of SPY in account {arena.account}"
    assert arena.outbox.subjects.count(delivered) == 1
    assert seen.trades == ()
    opened = [order for order in seen.orders[orders:] if any("open" in leg["side"] for leg in order["legs"])]
    assert opened == []


@pytest.mark.parametrize(
    "close",
    [
        pytest.param(410.0, id="out of the money"),
        pytest.param(None, id="at the short strike"),
        pytest.param(370.0, id="in the money"),
    ],
)
def test_an_index_spread_is_settled_at_the_official_close(arena: Arena, close: float | None) -> None:
    arena.configure(SELLER, SPX)
    held = arena.enter(underlying="SPX")
    short = next(leg for leg in held.legs if leg.sign < 0)
    level = close if close is not None else float(short.contract.strike) / 10
    arena.ground.market.closes[held.expiration] = level
    arena.move(level).at(datetime.combine(held.expiration, time(15, 59), NEW_YORK) + timedelta(hours=3))
    arena.minutes(4, 300)
    (trade,) = arena.seen().trades
    assert (trade.exit_reason, trade.settlement_source is not None) == (ExitReason.EXPIRATION, True)
    arena.verify()
    seen = arena.seen()
    assert seen.gained == trade.pnl
    assert seen.holdings == {}


@pytest.mark.parametrize(
    ("close", "delivered"),
    [
        pytest.param(410.0, 0, id="out of the money"),
        pytest.param(388.0, 1, id="the short leg assigned"),
        pytest.param(370.0, 0, id="both legs in the money"),
    ],
)
def test_a_spread_in_shares_that_nothing_could_close_is_settled_and_delivered_shares_are_told(
    arena: Arena, close: float, delivered: int
) -> None:
    held = arena.enter()
    arena.switch(TradingState.HALTED)
    arena.ground.market.closes[held.expiration] = close
    arena.move(close).at(datetime.combine(held.expiration, time(16, 20), NEW_YORK)).minutes(2, 300)
    arena.at(datetime.combine(held.expiration, time(19), NEW_YORK)).minutes(2, 300)
    (trade,) = arena.seen().trades
    seen, shares = arena.seen(), delivered * held.contracts * CONTRACT_MULTIPLIER
    assert (trade.exit_reason, trade.settlement_source is not None) == (ExitReason.EXPIRATION, True)
    assert seen.holdings == ({"SPY": shares} if shares else {})
    assert seen.gained + shares * Decimal(str(close)) == trade.pnl
    assert [subject for subject in arena.outbox.subjects if "shares of SPY" in subject] == [
        f"DELIVERED: +{shares:,} shares of SPY in account {arena.account}"
    ] * delivered
    assert not any("EXTERNAL" in subject for subject in arena.outbox.subjects)
    assert len(arena.orders()) == 1


def _halted(arena: Arena) -> None:
    arena.switch(TradingState.HALTED)


def _unfilled(arena: Arena) -> None:
    arena.inject(FaultKind.NO_FILL)


@pytest.mark.parametrize(
    ("hindered", "state"),
    [
        pytest.param(_halted, PositionState.EXIT_PENDING, id="HALTED"),
        pytest.param(_unfilled, PositionState.CLOSING, id="nobody takes it at the most it can be worth"),
    ],
)
def test_a_short_leg_in_shares_that_cannot_be_closed_is_told_before_its_expiration_day(
    arena: Arena, hindered: Callable[[Arena], None], state: PositionState
) -> None:
    """A tested spread on the eve: it is never bought back above its width, and a person hears of it in time."""
    held = arena.enter()
    hindered(arena)
    eve = held.expiration - timedelta(days=1)
    arena.move(388.0).at(datetime.combine(eve, time(15, 20), NEW_YORK)).minutes(1, 60)
    told = f"PROMETHEUS: {held.strategy} on SPY is not closed"
    assert not any(told in subject for subject in arena.outbox.subjects)
    arena.minutes(2, 300)
    arena.minutes(8, 10)
    assert [subject for subject in arena.outbox.subjects if told in subject] == [f"{told} 29 min before the close"]
    (waiting,) = arena.live().positions
    assert waiting.state is state
    width = abs(held.legs[0].contract.strike - held.legs[1].contract.strike)
    assert all(intent.order.limit_price <= width for intent in arena.live().intents)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"enabled": False}, id="bot switched off"),
        pytest.param({"actions": []}, id="no action left"),
        pytest.param({"underlyings": ["QQQ"], "gamma_thresholds": {"QQQ": {}}}, id="another underlying"),
        pytest.param({"mode": "paper"}, id="live position under paper mode"),
        pytest.param({"max_positions": 1, "vix_max": 6}, id="tighter limits"),
        pytest.param({"strategies": {"BULL_PUT_SPREAD": {"stop_loss": 19, "profit_target": 19}}}, id="other rules"),
    ],
)
def test_a_position_is_closed_by_its_own_rules_whatever_the_configuration_says(
    arena: Arena, document: Mapping[str, Any]
) -> None:
    arena.enter()
    arena.configure(SELLER, {**ONE_LOOK, **document})
    arena.later(60).move(CRASHED)
    arena.minutes(4, 61).verify()
    (trade,) = arena.rest().trades
    assert (trade.mode, trade.exit_reason) == (TradingMode.LIVE, ExitReason.STOP_LOSS)


def test_a_paper_position_is_closed_on_paper_after_the_bot_went_live(arena: Arena) -> None:
    arena.configure(SELLER, {**ONE_LOOK, "mode": "paper"})
    arena.enter()
    arena.minutes(6, 10)
    assert arena.live().positions[0].state is PositionState.OPEN
    arena.configure(SELLER, ONE_LOOK)
    arena.later(60).move(CRASHED)
    arena.minutes(8, 61)
    (trade,) = arena.seen().trades
    assert trade.mode is TradingMode.PAPER
    assert arena.orders() == []


def test_two_bots_on_one_strike_are_closed_each_for_itself(arena: Arena) -> None:
    arena.bots = (SELLER, TWIN)
    arena.confirm(TWIN)
    arena.configure(TWIN, SAME_STRIKE)
    arena.monitor()
    news = arena.signal()
    for bot in arena.bots:
        arena.trade(news, bot)
    arena.minutes(2, 10).verify()
    mine, other = (arena.live(bot).positions[0] for bot in arena.bots)
    symbol = next(leg.option_symbol for leg in other.legs)
    assert symbol in mine.signed_legs()
    assert arena.broker_positions()[symbol] == mine.signed_legs()[symbol] + other.signed_legs()[symbol]
    arena.move(CRASHED).minutes(4, 61)
    assert len(arena.rest().trades) == 2
