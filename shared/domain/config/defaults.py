"""What a user who changes nothing gets: the rules of each strategy, the first assumptions, the three bots."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.domain.config.sections import GammaThreshold, Prior, StrategyRule
from shared.domain.config.whole import BotConfig
from shared.domain.vocabulary import Action, Bot, Strategy


def _credit(**changes: object) -> StrategyRule:
    rule: dict[str, object] = {
        "dte_target": 45,
        "profit_target": Decimal("0.50"),
        "stop_loss": Decimal("2.00"),
        "time_exit_dte": 7,
        "min_credit": Decimal("0.50"),
        "max_width": Decimal(5),
    }
    return StrategyRule.model_validate(rule | changes)


def _debit(**changes: object) -> StrategyRule:
    rule: dict[str, object] = {
        "long_delta": Decimal("0.50"),
        "dte_target": 30,
        "profit_target": Decimal("1.00"),
        "stop_loss": Decimal("0.50"),
        "time_exit_dte": 7,
    }
    return StrategyRule.model_validate(rule | changes)


DEFAULT_RULES: Mapping[Strategy, StrategyRule] = {
    Strategy.BULL_PUT_SPREAD: _credit(short_delta=Decimal("0.30"), long_delta=Decimal("0.15")),
    Strategy.BEAR_CALL_SPREAD: _credit(short_delta=Decimal("0.30"), long_delta=Decimal("0.15")),
    Strategy.IRON_CONDOR: _credit(short_delta=Decimal("0.16"), long_delta=Decimal("0.10"), min_credit=Decimal("1.00")),
    Strategy.CASH_SECURED_PUT: _credit(short_delta=Decimal("0.20"), min_credit=None, max_width=None),
    Strategy.LONG_CALL: _debit(),
    Strategy.LONG_PUT: _debit(),
    Strategy.BULL_CALL_SPREAD: _debit(short_delta=Decimal("0.30"), max_width=Decimal(5)),
    Strategy.BEAR_PUT_SPREAD: _debit(short_delta=Decimal("0.30"), max_width=Decimal(5)),
}
"""The table of phase 3; the long option's numbers are the workflow's LONG_CALL."""

_CREDIT_PRIOR = Prior(win_rate=Decimal("0.68"), avg_win=Decimal("0.15"), avg_loss=Decimal("0.25"))
_DEBIT_PRIOR = Prior(win_rate=Decimal("0.42"), avg_win=Decimal("0.70"), avg_loss=Decimal("0.45"))
DEFAULT_PRIORS: Mapping[Strategy, Prior] = {
    strategy: _CREDIT_PRIOR if strategy.is_credit else _DEBIT_PRIOR for strategy in Strategy
}
"""First assumptions: the workflow's own 68/15/25 for credit, 42/70/45 for debit; both of positive expectancy."""

_SPX_THRESHOLD = GammaThreshold(vendor=Decimal(1_800_000_000), computed=Decimal(1_800_000_000))

_BOT_DEFAULTS: Mapping[Bot, Mapping[str, Any]] = {
    Bot.ATLAS: {
        "capital": Decimal(1_000_000),
        "underlyings": ("SPX",),
        "actions": (Action.SELL_PREMIUM,),
        "max_positions": 3,
        "vix_min": Decimal(12),
        "vix_max": Decimal(35),
        "gamma_thresholds": {"SPX": _SPX_THRESHOLD},
    },
    Bot.PROMETHEUS: {
        "capital": Decimal(100_000),
        "underlyings": ("SPY",),
        "actions": (Action.SELL_PREMIUM,),
        "max_positions": 10,
        "gamma_thresholds": {"SPY": GammaThreshold()},
    },
    Bot.SOLOMON: {
        "capital": Decimal(25_000),
        "underlyings": ("SPY",),
        "actions": (Action.BUY_CALLS, Action.BUY_PUTS),
        "max_positions": 3,
        "gamma_thresholds": {"SPY": GammaThreshold()},
    },
}


def defaults_of(bot: Bot) -> dict[str, Any]:
    """Return the whole default configuration of a bot, as a document."""
    whole = BotConfig(bot=bot, strategies=dict(DEFAULT_RULES), priors=dict(DEFAULT_PRIORS), **_BOT_DEFAULTS[bot])
    return whole.model_dump(mode="json")
