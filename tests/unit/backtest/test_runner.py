"""The runner: no look ahead, crises survived within the caps, and mistakes told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from shared.backtest.gamma_tape import GammaTape
from shared.backtest.history import Bar, History
from shared.backtest.market import MarketModel
from shared.backtest.runner.market import ModelMarket
from shared.backtest.runner.result import BacktestResult
from shared.backtest.runner.run import backtest
from shared.backtest.runner.schedule import steps_of
from shared.backtest.runner.snapshot_tape import SnapshotTape
from shared.backtest.tape import unpacked
from shared.domain.config import SystemConfig, bot_config
from shared.domain.errors import InvalidValueError
from shared.domain.sessions import sessions_between
from shared.domain.vocabulary import Bot

SEED = 13
CUT = date(2018, 2, 1)
OFTEN: dict[str, Any] = {"iv_measure": "percentile", "sell_premium_from": 30, "rails": {"confirmations": 1}}


def run(history: History, bot: Bot, first: date, last: date, document: dict[str, Any]) -> BacktestResult:
    market = ModelMarket(MarketModel(history, seed=SEED), SystemConfig())
    return backtest(bot_config(bot, document), market, sessions_between(first, last))


def shuffled_after(history: History, day: date) -> History:
    """Return the same past with another future: later sessions trade places, each as far from its close as before."""
    cut = history.index_of(day) + 1
    order = list(range(cut, len(history.days)))
    Random(1).shuffle(order)
    past = history.bars[cut - 1].close
    bars = []
    for place, source in zip(range(cut, len(history.days)), order, strict=True):
        opening, high, low, close = (past * value / history.bars[source].close for value in _prices(history, source))
        bars.append(Bar(history.days[place], opening, high, low, close, 0))
    closes = [history.vix_closes[source] for source in order]
    return replace(history, bars=(*history.bars[:cut], *bars), vix_closes=(*history.vix_closes[:cut], *closes))


def _prices(history: History, row: int) -> tuple[float, float, float, float]:
    bar = history.bars[row]
    return bar.open, bar.high, bar.low, bar.close


@pytest.mark.parametrize(("bot", "document"), [(Bot.SOLOMON, {}), (Bot.PROMETHEUS, OFTEN)])
def test_another_future_changes_nothing_before_it(history: History, bot: Bot, document: dict[str, Any]) -> None:
    first, last = date(2017, 11, 1), CUT
    real = run(history, bot, first, last, document)
    other = run(shuffled_after(history, CUT), bot, first, last, document)
    assert real.decisions == other.decisions
    assert real.curve == other.curve
    assert real.decisions
    later = date(2018, 2, 20)
    assert run(history, bot, first, later, document).curve != (
        run(shuffled_after(history, CUT), bot, first, later, document).curve
    )


CRISES = [
    pytest.param(date(2008, 9, 2), date(2008, 12, 31), id="autumn 2008, VIX estimated"),
    pytest.param(date(2011, 7, 20), date(2011, 10, 31), id="August 2011, VIX estimated"),
    pytest.param(date(2015, 8, 3), date(2015, 10, 15), id="August 2015"),
    pytest.param(date(2018, 1, 16), date(2018, 3, 29), id="February 2018"),
    pytest.param(date(2018, 10, 1), date(2018, 12, 31), id="the last quarter of 2018"),
]


@pytest.mark.parametrize(("first", "last"), CRISES)
@pytest.mark.parametrize("bot", Bot)
def test_crises_are_survived_with_the_caps_holding(first: date, last: date, bot: Bot) -> None:
    long = History.twenty_years()
    begin = long.index_of(first) - 320
    history = History(long.bars[begin:], long.vix_closes[begin:])
    result = run(history, bot, first, last, OFTEN | {"vix_max": 80})
    config = result.config
    assert min(point.equity for point in result.curve) > config.capital / 2
    assert all(point.open_risk <= config.caps.open_risk * config.capital for point in result.curve)
    assert all(point.open_count <= config.max_positions for point in result.curve)
    worst = {trade.position_id: trade.pnl for trade in result.trades}
    assert all(pnl >= -config.caps.max_position * config.capital for pnl in worst.values())
    assert result.tally.looks >= len(result.days)


def test_a_tape_is_read_back_as_it_was(market: MarketModel) -> None:
    tape = GammaTape(market)
    at = steps_of(date(2017, 3, 1), None)[0].at
    reading = tape.reading("SPY", at)
    again = GammaTape(market, unpacked(tape.stored()))
    assert again.reading("SPY", at) == reading
    assert again.level("SPY", at) == (market.spot("SPY", at), market.vix(at))
    assert len(again) == 1


def test_snapshots_are_read_back_as_they_were_made(market: MarketModel) -> None:
    at, tape = steps_of(date(2017, 3, 1), None)[0].at, SnapshotTape()
    made = ModelMarket(market, SystemConfig(), seen=tape).snapshot("SPY", at)
    again = SnapshotTape(unpacked(tape.stored()))
    assert again.read("SPY", at) == made
    assert repr(again.read("SPY", at)) == repr(made)
    assert again.read("SPX", at) is None
    strange = made.model_copy(update={"iv_rank": Decimal(99)})
    again.keep(strange, at)
    assert ModelMarket(market, SystemConfig(), seen=again).snapshot("SPY", at) == strange


@pytest.mark.parametrize(
    ("minutes", "count", "first", "last"),
    [
        pytest.param(None, 1, "20:30", "20:30", id="once a day, half an hour before the close"),
        pytest.param(60, 6, "15:00", "20:00", id="the middles of hours"),
        pytest.param(390, 1, "17:45", "17:45", id="one step a session"),
    ],
)
def test_the_market_is_looked_at_in_the_middle_of_steps(minutes: int | None, count: int, first: str, last: str) -> None:
    steps = steps_of(date(2017, 3, 1), minutes)
    assert len(steps) == count
    assert (f"{steps[0].at:%H:%M}", f"{steps[-1].at:%H:%M}") == (first, last)


def test_a_step_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="--step: 0 is not valid; give 1 to 390 minutes"):
        steps_of(date(2017, 3, 1), 0)


def test_what_was_lost_to_spreads_and_fees_is_told(history: History) -> None:
    result = run(history, Bot.SOLOMON, date(2018, 1, 16), date(2018, 2, 28), {})
    assert result.trades
    assert result.fees == sum((trade.fees for trade in result.trades), Decimal(0)) > 0
    assert result.slippage > 0
