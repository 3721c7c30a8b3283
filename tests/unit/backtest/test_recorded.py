"""Snapshots of the running system as a market of their own."""

from datetime import date, timedelta

import pytest

from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.runner.market import ModelMarket
from shared.backtest.runner.recorded import RecordedMarket
from shared.backtest.runner.run import backtest
from shared.backtest.runner.schedule import steps_of
from shared.domain.config import SystemConfig, bot_config
from shared.domain.errors import InvalidValueError
from shared.domain.market import Snapshot
from shared.domain.sessions import sessions_between
from shared.domain.vocabulary import Bot

DAYS = sessions_between(date(2018, 1, 16), date(2018, 2, 9))


@pytest.fixture(scope="module")
def recorded(history: History) -> list[Snapshot]:
    """What would have been collected in the minutes of the daily visits."""
    market = ModelMarket(MarketModel(history, seed=13), SystemConfig())
    minutes = [steps_of(day, None)[0].at + timedelta(minutes=later) for day in DAYS for later in range(3)]
    return [market.snapshot("SPY", at) for at in minutes]


def test_what_was_collected_is_decided_on_again(history: History, recorded: list[Snapshot]) -> None:
    market = RecordedMarket(history, recorded, SystemConfig())
    assert market.days == DAYS
    again = backtest(bot_config(Bot.SOLOMON), market, DAYS)
    first = backtest(bot_config(Bot.SOLOMON), ModelMarket(MarketModel(history, seed=13), SystemConfig()), DAYS)
    entered = [one.snapshot_id for one in first.decisions if one.intent_id]
    assert [one.snapshot_id for one in again.decisions if one.intent_id][:3] == entered[:3]
    assert again.trades


def test_options_are_priced_at_the_recorded_level(history: History, recorded: list[Snapshot]) -> None:
    market = RecordedMarket(history, recorded, SystemConfig())
    for snapshot in recorded[::10]:
        assert snapshot.spot is not None
        assert market.spot("SPY", snapshot.at) == snapshot.spot.value


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_snapshots_are_refused(history: History, recorded: list[Snapshot], count: int) -> None:
    with pytest.raises(InvalidValueError, match="give at least 2 of one underlying"):
        RecordedMarket(history, recorded[:count], SystemConfig())


def test_a_moment_before_the_record_is_refused(history: History, recorded: list[Snapshot]) -> None:
    market = RecordedMarket(history, recorded, SystemConfig())
    with pytest.raises(InvalidValueError, match="choose SPY from 2018-01-16 20:30 UTC on"):
        market.snapshot("SPY", recorded[0].at - timedelta(minutes=1))
