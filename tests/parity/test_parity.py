"""The functions and the runner, given the same market: the same decisions byte for byte, the same fills."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.runner.market import ModelMarket
from shared.backtest.runner.run import Runner
from shared.backtest.runner.schedule import steps_of
from shared.domain.config import SystemConfig, bot_config
from shared.domain.sessions import sessions_between
from shared.domain.vocabulary import Bot
from tests.parity.functions_runner import FunctionsRunner

SEED = 13
SELLS_OFTEN: Mapping[str, Any] = {"iv_measure": "percentile", "sell_premium_from": 30, "rails": {"confirmations": 1}}
"""A seller's document under which the rare first rule speaks more often."""


@pytest.fixture(scope="module")
def model() -> MarketModel:
    return MarketModel(History.embedded(), seed=SEED)


def run(kind: type[Runner], model: MarketModel, bot: Bot, first: str, last: str, document: Mapping[str, Any]) -> Runner:
    """Run a stretch by the hour and keep every decision."""
    system = SystemConfig()
    config = bot_config(bot, document)
    runner = kind(config, system, ModelMarket(model, system), keeps_all=True)
    for day in sessions_between(date.fromisoformat(first), date.fromisoformat(last)):
        for step in steps_of(day, 60):
            runner.step(step)
        runner.evening(day)
    return runner


def told(runner: Runner) -> dict[str, list[str]]:
    """Return everything a run left, as text."""
    book = runner.book
    return {
        "decisions": [one.model_dump_json() for one in book.decisions.values()],
        "trades": [one.model_dump_json() for one in book.trades],
        "statistics": [one.model_dump_json() for _, one in sorted(book.statistics.items())],
        "ledger": [one.model_dump_json() for one in book.live(runner.config.bot).ledgers],
        "trips": [f"{one.scope} {one.state} {one.at} {one.reason}" for one in book.trips.values()],
    }


@pytest.mark.parametrize(
    ("bot", "document", "stretch"),
    [
        pytest.param(Bot.SOLOMON, {}, ("2018-01-16", "2018-02-23"), id="directions through February 2018"),
        pytest.param(Bot.PROMETHEUS, SELLS_OFTEN, ("2018-01-22", "2018-02-16"), id="credit spreads through the crash"),
        pytest.param(Bot.ATLAS, SELLS_OFTEN, ("2018-02-05", "2018-03-16"), id="puts after the crash"),
    ],
)
def test_functions_and_runner_decide_and_fill_alike(
    model: MarketModel, bot: Bot, document: Mapping[str, Any], stretch: tuple[str, str]
) -> None:
    by_runner = told(run(Runner, model, bot, *stretch, document))
    by_functions = told(run(FunctionsRunner, model, bot, *stretch, document))
    assert by_runner == by_functions
    assert by_runner["trades"]
    assert len(by_runner["decisions"]) > 20
