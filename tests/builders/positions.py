"""Positions, what closes them, and their results."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shared.domain.options import OptionQuote
from shared.domain.package import max_loss
from shared.domain.positions import ClosedTrade, ExitRule, Position, PositionState
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, ExitReason, GammaRegime, StopBasis, Strategy
from shared.phases.execution.booking import risk_per_contract
from tests.builders.options import legs_of, option_quote
from tests.builders.scene import EXPIRATION, NOON, PAPER, config


def exit_rule(strategy: Strategy = Strategy.BULL_PUT_SPREAD, **changes: Any) -> ExitRule:
    """The default exit rule of a strategy."""
    rule = config().strategies[strategy]
    facts: dict[str, Any] = {
        "profit_target": rule.profit_target,
        "stop_loss": rule.stop_loss,
        "stop_basis": StopBasis.LOSS,
        "latest_stop": Decimal("0.80"),
        "time_exit_dte": rule.time_exit_dte,
        "near_edge": Decimal("0.20"),
        "stop_warning": Decimal("0.75"),
    }
    return ExitRule.model_validate(facts | changes)


def position(
    strategy: Strategy = Strategy.BULL_PUT_SPREAD,
    entry_price: object = "1.00",
    *,
    fees: object = 0,
    expiration: date = EXPIRATION,
    **changes: Any,
) -> Position:
    """An open position on SPY; ``fees`` are dollars one way for all contracts, by default none."""
    legs = changes.pop("legs", legs_of(strategy, expiration))
    contracts = changes.get("contracts", 1)
    premium, one_way = Decimal(str(entry_price)), Decimal(str(fees))
    round_trip = 2 * one_way / contracts
    worst = max_loss(strategy, legs, premium, round_trip)
    rule = changes.pop("exit_rule", exit_rule(strategy))
    facts: dict[str, Any] = {
        "position_id": "p1",
        "bot": Bot.PROMETHEUS,
        "mode": PAPER,
        "underlying": "SPY",
        "strategy": strategy,
        "state": PositionState.OPEN,
        "legs": legs,
        "contracts": contracts,
        "entry_price": premium,
        "entry_fees": one_way,
        "max_loss": worst,
        "risk": risk_per_contract(strategy, rule, premium, worst, round_trip),
        "secured_cash": worst * contracts if strategy is Strategy.CASH_SECURED_PUT else Decimal(0),
        "exit_rule": rule,
        "regime": GammaRegime.POSITIVE,
        "confidence": 90,
        "entry_intent": "i1",
        "snapshot_id": "SPY@2026-11-23T17:00:00Z",
        "planned_at": NOON,
        "opened_at": NOON,
        "booked_cash": (premium if strategy.is_credit else -premium) * 100 * contracts,
        "booked_fees": one_way,
    }
    return Position.model_validate(facts | changes)


def quotes_at(held: Position, mark: object, half: object = "0.01") -> dict[str, OptionQuote]:
    """Quotes at which a position of one or two legs has this mark, in its own sense; each ``half`` wide both ways."""
    far, near = Decimal(10), Decimal(str(mark))
    half_spread = Decimal(str(half))
    quotes = {}
    for leg in held.legs:
        premium_leg = leg.sign < 0 if held.strategy.is_credit else leg.sign > 0
        mid = far + (near if premium_leg else 0) if len(held.legs) > 1 else near
        quotes[leg.option_symbol] = option_quote(leg.contract, mid - half_spread, mid + half_spread)
    return quotes


def closed_trade(pnl_fraction: object = "0.50", pnl: object | None = None, **changes: Any) -> ClosedTrade:
    """A put spread sold at 1.00 that ended with this share of its premium."""
    share = Decimal(str(pnl_fraction))
    facts: dict[str, Any] = {
        "position_id": "p1",
        "bot": Bot.PROMETHEUS,
        "mode": PAPER,
        "strategy": Strategy.BULL_PUT_SPREAD,
        "underlying": "SPY",
        "contracts": 1,
        "entry_price": Decimal("1.00"),
        "exit_price": Decimal("0.50"),
        "fees": Decimal(0),
        "pnl": share * 100 if pnl is None else Decimal(str(pnl)),
        "pnl_fraction": share,
        "opened_at": NOON - timedelta(days=10),
        "closed_at": NOON,
        "exit_reason": ExitReason.PROFIT_TARGET,
        "regime": GammaRegime.POSITIVE,
    }
    return ClosedTrade.model_validate(facts | changes)


def trades(*pnl_fractions: object) -> tuple[ClosedTrade, ...]:
    return tuple(closed_trade(share, position_id=f"p{number}") for number, share in enumerate(pnl_fractions))


def statistics(**changes: Any) -> StrategyStatistics:
    """Twenty trades with the workflow's example: 68 % won, 15 % gained, 25 % lost."""
    facts: dict[str, Any] = {
        "mode": PAPER,
        "strategy": Strategy.BULL_PUT_SPREAD,
        "total_trades": 20,
        "win_rate": Decimal("0.68"),
        "avg_win": Decimal("0.15"),
        "avg_loss": Decimal("0.25"),
        "expectancy": Decimal("0.022"),
        "computed_at": NOON,
    }
    return StrategyStatistics.model_validate(facts | changes)
