"""The order that closes a position, and what it must pass before it leaves."""

from decimal import Decimal
from typing import Any

import pytest

from shared.domain.config import Walk
from shared.domain.decisions import DecisionKind, DenialCode, denials_of
from shared.domain.orders import OrderSide, PriceEffect
from shared.domain.vocabulary import ExitReason, Strategy, TradingMode, TradingState
from shared.phases.execution import exit_gates
from shared.phases.exit import exit_decision, exit_intent, settlement_decision
from tests.builders import NOON, PAPER, TODAY, exit_order, position, quotes_at


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("reason", ExitReason)
def test_every_strategy_can_be_closed_for_every_reason(strategy: Strategy, reason: ExitReason) -> None:
    held = position(strategy, contracts=5, closed_contracts=2)
    quotes = quotes_at(held, "0.80")
    intent = exit_intent(held, reason, quotes, Walk(), NOON)
    assert intent is not None
    assert (intent.order.contracts, intent.exit_reason) == (3, reason)
    assert intent.order.effect is (PriceEffect.DEBIT if strategy.is_credit else PriceEffect.CREDIT)
    assert {(leg.option_symbol, leg.side.sign) for leg in intent.order.legs} == {
        (leg.option_symbol, -leg.sign) for leg in held.legs
    }
    assert denials_of(exit_gates(held, intent.order, TradingState.ACTIVE, PAPER, is_open=True)) == ()


def test_a_spread_is_closed_in_one_order() -> None:
    intent = exit_intent(position(), ExitReason.STOP_LOSS, quotes_at(position(), "3.00"), Walk(), NOON)
    assert intent is not None
    assert [leg.side for leg in intent.order.legs] == [OrderSide.BUY_TO_CLOSE, OrderSide.SELL_TO_CLOSE]
    assert intent.order.limit_price == Decimal("3.00")


def test_each_attempt_is_another_intent() -> None:
    quotes = quotes_at(position(), "0.50")
    first = exit_intent(position(), ExitReason.PROFIT_TARGET, quotes, Walk(), NOON)
    again = exit_intent(position(), ExitReason.PROFIT_TARGET, quotes, Walk(), NOON)
    second = exit_intent(position(exit_attempts=1), ExitReason.PROFIT_TARGET, quotes, Walk(), NOON)
    assert first is not None
    assert second is not None
    assert first == again
    assert first.intent_id != second.intent_id


@pytest.mark.parametrize(
    ("order", "changes", "code"),
    [
        pytest.param(exit_order(position()), {"state": TradingState.HALTED}, DenialCode.BREAKER, id="halted"),
        pytest.param(exit_order(position()), {"mode": TradingMode.LIVE}, DenialCode.MODE_MISMATCH, id="another mode"),
        pytest.param(exit_order(position()), {"is_open": False}, DenialCode.MARKET_CLOSED, id="market closed"),
        pytest.param(exit_order(position(), 2), {}, DenialCode.EXCEEDS_POSITION, id="more than is held"),
        pytest.param(
            exit_order(position(Strategy.LONG_CALL)), {}, DenialCode.EXCEEDS_POSITION, id="legs that are not held"
        ),
        pytest.param(
            exit_order(position(Strategy.CASH_SECURED_PUT)), {}, DenialCode.EXCEEDS_POSITION, id="one leg of a spread"
        ),
    ],
)
def test_each_refusal_alone_keeps_an_exit_back(order: Any, changes: dict[str, Any], code: DenialCode) -> None:
    facts: dict[str, Any] = {"state": TradingState.ACTIVE, "mode": PAPER, "is_open": True}
    gates = exit_gates(position(), order, **facts | changes)
    assert [denial.code for denial in denials_of(gates)] == [code]


def test_an_exit_leaves_while_reducing() -> None:
    gates = exit_gates(position(), exit_order(position()), TradingState.REDUCING, PAPER, is_open=True)
    assert denials_of(gates) == ()


def test_the_decision_of_an_exit_says_what_why_and_how() -> None:
    held = position()
    intent = exit_intent(held, ExitReason.PROFIT_TARGET, quotes_at(held, "0.50"), Walk(), NOON)
    assert intent is not None
    written = exit_decision(held, intent, Decimal("0.50"), TODAY)
    assert (written.kind, written.what) == (DecisionKind.EXIT, "CLOSE BULL_PUT_SPREAD on SPY: PROFIT_TARGET")
    assert written.how == "2-leg order, 1 contracts, debit 0.50, attempt 1"
    assert [gate.code for gate in written.why if gate.passed] == [ExitReason.PROFIT_TARGET]


def test_the_decision_of_a_settlement_names_the_close_and_its_source() -> None:
    written = settlement_decision(position(), Decimal("388.50"), "polygon", NOON)
    assert (written.kind, written.how) == (
        DecisionKind.SETTLEMENT,
        "intrinsic value at the official close 388.50 (polygon)",
    )
    assert [gate.code for gate in written.why if gate.passed] == [ExitReason.EXPIRATION, ExitReason.TIME_EXIT]
