"""Each configuration field, changed alone, changes what the functions and the runner do in the same way."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import pytest

from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.runner.market import ModelMarket
from shared.backtest.runner.run import Runner
from shared.backtest.runner.schedule import steps_of
from shared.domain.config import SystemConfig, bot_config
from shared.domain.sessions import sessions_between
from shared.domain.vocabulary import Bot, Strategy
from tests.parity.functions_runner import FunctionsRunner
from tests.parity.test_parity import SEED, SELLS_OFTEN, told

BOT, STRATEGY = Bot.PROMETHEUS, Strategy.BULL_PUT_SPREAD
DAYS = sessions_between(date(2018, 1, 22), date(2018, 2, 6))
STEP_MINUTES = 195
WHOSE = frozenset({"schema_version", "bot", "mode", "confirmed_account", "underlyings"})
"""Fields that say whose document it is, or which broker and market it is for."""
CHANGES: Mapping[str, Any] = {
    "enabled": False,
    "actions": ["BUY_CALLS"],
    "structure": "debit_spread",
    "iv_measure": "rank",
    "kelly": "conservative",
    "rails.cool_down_after_stop": False,
    "rails.require_breakout": True,
    "exits.stop_basis": "cost_to_close",
    "max_positions": 1,
    "min_confidence": 99,
    "vix_max": 11,
    "vix_min": 30,
    "rails.confirmations": 2,
    "caps.contracts_per_order": 3,
    "caps.orders_per_minute": 1,
    "caps.orders_per_day": 1,
    "walk.exit_steps_before_crossing": 0,
    "walk.collar": 0,
    "liquidity.max_spread": 0,
    "paper.delay_seconds": 30,
    "sell_premium_from": 99,
    "buy_direction_below": 99,
    "gamma_thresholds.SPY.vendor": 10**12,
    "strategies.BULL_PUT_SPREAD.long_delta": "0.28",
    "caps.max_position": "0.01",
    "caps.open_risk": "0.005",
    "caps.underlying_risk": "0.005",
    "walk.step": "0.40",
    "walk.interval_seconds": 11,
    "walk.collar_floor": 2,
    "window.min_dte": 60,
    "trips.bot_day_loss": "0.001",
    "trips.bot_drawdown": "0.001",
}
"""What a field becomes that is not simply halved."""


def leaves(document: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every field of a document with its value."""
    for name, value in document.items():
        here = (*path, name)
        if isinstance(value, dict):
            yield from leaves(value, here)
        elif ".".join(here) not in WHOSE and value is not None:
            yield ".".join(here), value


def concerns(name: str) -> bool:
    """Keep of the tables by strategy and underlying the rows that this stretch trades."""
    top, *rest = name.split(".")
    if top in ("strategies", "priors"):
        return rest[0] == STRATEGY and rest[-1] != "version"
    return top != "gamma_thresholds" or rest == ["SPY", "vendor"]


FIELDS = {name: value for name, value in leaves(bot_config(BOT, SELLS_OFTEN).model_dump(mode="json")) if concerns(name)}


def changed(name: str) -> dict[str, Any]:
    """Return the document with one field changed."""
    if name in CHANGES:
        value = CHANGES[name]
    else:
        number = float(FIELDS[name])
        value = int(number / 2) or 1 if isinstance(FIELDS[name], int) else str(number / 2 if number else 0.05)
    document: dict[str, Any] = json.loads(json.dumps(SELLS_OFTEN))
    *above, last = name.split(".")
    inner = document
    for part in above:
        inner = inner.setdefault(part, {})
    inner[last] = value
    return document


@cache
def market() -> ModelMarket:
    return ModelMarket(MarketModel(History.embedded(), seed=SEED), SystemConfig())


def run(kind: type[Runner], document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what a stretch left behind, but for the name of its configuration."""
    config = bot_config(BOT, document)
    runner = kind(config, SystemConfig(), market(), keeps_all=True)
    for day in DAYS:
        for step in steps_of(day, STEP_MINUTES):
            runner.step(step)
        runner.evening(day)
    return {kind: [one.replace(config.digest, "") for one in rows] for kind, rows in told(runner).items()}


@cache
def unchanged() -> dict[str, list[str]]:
    return run(Runner, SELLS_OFTEN)


def test_the_stretch_has_an_entry_and_an_exit() -> None:
    assert [json.loads(one)["exit_reason"] for one in unchanged()["trades"]] == ["STOP_LOSS"]


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_changes_functions_and_runner_alike(name: str) -> None:
    by_runner = run(Runner, changed(name))
    assert by_runner == run(FunctionsRunner, changed(name))
    assert (by_runner != unchanged()) is (name not in UNSEEN), name


UNSEEN = frozenset(
    {
        "structure",  # what a direction buys
        "buy_direction_below",  # the same
        "kelly",  # both rules agree where the average win is below the average loss
        "caps.cash_secured",  # cash-secured puts
        "rails.cool_down_after_target_seconds",  # no target was reached
        "rails.require_breakout",  # directions
        "freshness.sandbox_quote",  # the sandbox
        "exits.unquoted_runs_before_alert",  # alerts, which decide nothing
        "exits.loss_alert",
        "exits.max_spread",
        "trips.order_failures_in_a_row",  # no order failed
        "fees.index_surcharge",  # index options
    }
)
"""Fields that nothing in this stretch asks for."""
