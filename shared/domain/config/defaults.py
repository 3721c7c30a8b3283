"""What a user who changes nothing gets, as documents: the rules of each strategy, the first assumptions, the bots."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from shared.domain.vocabulary import Action, Bot, Strategy

Document = dict[str, Any]

_CREDIT: Final[Document] = {
    "dte_target": 45,
    "profit_target": Decimal("0.50"),
    "stop_loss": Decimal("2.00"),
    "time_exit_dte": 7,
    "min_credit": Decimal("0.50"),
    "max_width": Decimal(5),
}
_DEBIT: Final[Document] = {
    "long_delta": Decimal("0.50"),
    "dte_target": 30,
    "profit_target": Decimal("1.00"),
    "stop_loss": Decimal("0.50"),
    "time_exit_dte": 7,
}
_SPREAD: Final[Document] = _CREDIT | {"short_delta": Decimal("0.30"), "long_delta": Decimal("0.15")}
_DEBIT_SPREAD: Final[Document] = _DEBIT | {"short_delta": Decimal("0.30"), "max_width": Decimal(5)}

_RULES: Final[dict[str, Document]] = {
    Strategy.BULL_PUT_SPREAD: _SPREAD,
    Strategy.BEAR_CALL_SPREAD: _SPREAD,
    Strategy.IRON_CONDOR: _CREDIT
    | {"short_delta": Decimal("0.16"), "long_delta": Decimal("0.10"), "min_credit": Decimal("1.00")},
    Strategy.CASH_SECURED_PUT: _CREDIT | {"short_delta": Decimal("0.20"), "min_credit": None, "max_width": None},
    Strategy.LONG_CALL: _DEBIT,
    Strategy.LONG_PUT: _DEBIT,
    Strategy.BULL_CALL_SPREAD: _DEBIT_SPREAD,
    Strategy.BEAR_PUT_SPREAD: _DEBIT_SPREAD,
}
"""The table of phase 3; the long option's numbers are the workflow's LONG_CALL."""

_CREDIT_PRIOR: Final[Document] = {"win_rate": Decimal("0.68"), "avg_win": Decimal("0.15"), "avg_loss": Decimal("0.25")}
_DEBIT_PRIOR: Final[Document] = {"win_rate": Decimal("0.42"), "avg_win": Decimal("0.70"), "avg_loss": Decimal("0.45")}
_PRIORS: Final[dict[str, Document]] = {
    strategy: _CREDIT_PRIOR if strategy.is_credit else _DEBIT_PRIOR for strategy in Strategy
}
"""First assumptions: the workflow's own 68/15/25 for credit, 42/70/45 for debit; both of positive expectancy."""

_SPX_THRESHOLD: Final[Document] = {"vendor": Decimal(1_800_000_000), "computed": Decimal(1_800_000_000)}

DEFAULTS: Final[Mapping[Bot, Document]] = {
    Bot.ATLAS: {
        "bot": Bot.ATLAS,
        "capital": Decimal(1_000_000),
        "underlyings": ("SPX",),
        "actions": (Action.SELL_PREMIUM,),
        "max_positions": 3,
        "vix_min": Decimal(12),
        "vix_max": Decimal(35),
        "gamma_thresholds": {"SPX": _SPX_THRESHOLD},
        "strategies": _RULES,
        "priors": _PRIORS,
    },
    Bot.PROMETHEUS: {
        "bot": Bot.PROMETHEUS,
        "capital": Decimal(100_000),
        "underlyings": ("SPY",),
        "actions": (Action.SELL_PREMIUM,),
        "max_positions": 10,
        "gamma_thresholds": {"SPY": {}},
        "strategies": _RULES,
        "priors": _PRIORS,
    },
    Bot.SOLOMON: {
        "bot": Bot.SOLOMON,
        "capital": Decimal(25_000),
        "underlyings": ("SPY",),
        "actions": (Action.BUY_CALLS, Action.BUY_PUTS),
        "max_positions": 3,
        "gamma_thresholds": {"SPY": {}},
        "strategies": _RULES,
        "priors": _PRIORS,
    },
}
"""The document of each bot, over which its user's changes are laid; what is not named here stands in the sections."""
