"""Calibration: whole trades in purged windows, robust choices, honest odds."""

import json
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from random import Random

import pytest

from shared.backtest.calibration.judging import Judged, judge
from shared.backtest.calibration.outcome import calibrated, robust_scores
from shared.backtest.calibration.overfitting import deflated_sharpe, mean_interval, overfitting_probability, wilson
from shared.backtest.calibration.space import Range, Trial, distance, document_of, space_of
from shared.backtest.calibration.windows import EMBARGO_SESSIONS, HELD_SESSIONS, Window, windows_of
from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.runner.market import ModelMarket
from shared.domain.config import SystemConfig, bot_config, parse_document
from shared.domain.errors import InvalidValueError
from shared.domain.vocabulary import Bot, Strategy

TRIAL: dict[str, float | int | str] = {
    "short_delta": 0.2,
    "dte_target": 36,
    "profit_target": 0.5,
    "stop_loss": 2.0,
    "time_exit_dte": 7,
    "vix_min": 10,
    "vix_max": 40,
    "iv_measure": "percentile",
    "iv_threshold": 30,
}
BUYS: dict[str, float | int | str] = {name: value for name, value in TRIAL.items() if name != "short_delta"} | {
    "long_delta": 0.5,
    "stop_loss": 0.5,
}


def judged(gained: float, wins: int = 3, losses: int = 1) -> Judged:
    shares = (("CASH_SECURED_PUT", 0.5),) * wins + (("CASH_SECURED_PUT", -1.0),) * losses
    return Judged(gained, abs(gained) / 2, (gained / 100, -gained / 300, gained / 200), shares)


def test_windows_follow_one_another_with_the_run_off_and_an_embargo_between(history: History) -> None:
    days = history.days
    windows = windows_of(days, 8)
    assert len(windows) == 8
    for window in windows:
        assert days.index(window.until) - days.index(window.last) == HELD_SESSIONS
    for earlier, later in pairwise(windows):
        assert days.index(later.first) - days.index(earlier.until) == EMBARGO_SESSIONS + 1


@pytest.mark.parametrize("count", [1, 0, 40])
def test_windows_too_short_to_say_anything_are_refused(history: History, count: int) -> None:
    with pytest.raises(InvalidValueError, match="give 2 to 13 for 1257 sessions"):
        windows_of(history.days, count)


def test_a_stretch_too_short_for_two_windows_says_so(history: History) -> None:
    with pytest.raises(InvalidValueError, match="give a longer stretch: 179 sessions hold no 2 windows of 90"):
        windows_of(history.days[:179], 8)


def test_a_window_holds_whole_trades(history: History) -> None:
    market = ModelMarket(MarketModel(history, seed=13), SystemConfig())
    window = Window(date(2017, 10, 2), date(2017, 10, 20), date(2017, 12, 26))
    one = judge(Bot.SOLOMON, BUYS, window, history.days, market)
    assert one.trades > 0
    assert 14 < len(one.moves) < 60
    assert sum(one.moves) * 100 == pytest.approx(one.gained)
    assert one == judge(Bot.SOLOMON, BUYS, window, history.days, market)


@pytest.mark.parametrize("bot", Bot)
def test_every_corner_of_a_space_is_a_valid_document(bot: Bot) -> None:
    for corner in (0, -1):
        trial = {
            name: (within.low, within.high)[corner] if isinstance(within, Range) else within[corner]
            for name, within in space_of(bot).items()
        }
        trial |= {
            name: int(trial[name])
            for name, within in space_of(bot).items()
            if isinstance(within, Range) and within.is_whole
        }
        assert bot_config(bot, document_of(bot, trial)).iv_measure == trial["iv_measure"]


def test_a_robust_choice_is_no_lonely_peak() -> None:
    space = {"x": Range(0, 100, 1)}
    trials = [{"x": place} for place in range(0, 101, 5)]
    scores = [1.0 if 10 <= trial["x"] <= 50 else 0.0 for trial in trials]
    scores[-1] = 5.0
    robust = robust_scores(space, trials, scores)
    assert max(range(len(trials)), key=robust.__getitem__) != len(trials) - 1
    assert distance(space, trials[0], trials[-1]) == 1.0


def noise(seed: int, rows: int = 40, columns: int = 8) -> list[list[float]]:
    random = Random(seed)
    return [[random.gauss(0, 1) for _ in range(columns)] for _ in range(rows)]


def test_overfitting_is_likely_among_noise_and_unlikely_with_an_edge() -> None:
    by_luck = overfitting_probability(noise(1))
    with_edge = overfitting_probability(
        [[value + (5 if number == 7 else 0) for value in row] for number, row in enumerate(noise(1))]
    )
    assert by_luck > 0.3
    assert with_edge == 0.0


def test_the_best_of_one_half_that_is_no_better_than_the_median_of_the_other_is_overfitted() -> None:
    assert overfitting_probability([[0.0] * 4] * 10) == 1.0
    lucky_once = [[1.0, 0.0, 0.0, 0.0], *([[0.0] * 4] * 9)]
    assert overfitting_probability(lucky_once) == 0.5


def test_the_more_is_tried_the_less_a_sharpe_ratio_says() -> None:
    random = Random(3)
    moves = [random.gauss(0.001, 0.01) for _ in range(500)]
    few, many = ([random.gauss(0, 0.05) for _ in range(count)] for count in (3, 300))
    assert (few_holds := deflated_sharpe(moves, few)) is not None
    assert (many_holds := deflated_sharpe(moves, many)) is not None
    assert many_holds < few_holds
    assert deflated_sharpe([0.0] * 10, few) is None


@pytest.mark.parametrize(
    ("wins", "trades", "low", "high"),
    [pytest.param(7, 10, 0.397, 0.892, id="seven of ten"), pytest.param(0, 0, 0.0, 1.0, id="none tells nothing")],
)
def test_a_win_rate_has_its_interval(wins: int, trades: int, low: float, high: float) -> None:
    assert wilson(wins, trades) == pytest.approx((low, high), abs=0.001)


@pytest.mark.parametrize(
    ("values", "half"),
    [
        pytest.param([1.0, 2.0, 3.0], 2.484, id="three: Student's 4.303 of .577"),
        pytest.param([0.0, 2.0, 0.0, 2.0], 1.837, id="four: 3.182 of .577"),
        pytest.param([0.0, 2.0] * 15, 0.380, id="thirty: 2.045 of .186"),
    ],
)
def test_a_mean_has_its_interval(values: list[float], half: float) -> None:
    told = mean_interval(values)
    assert told is not None
    low, high = told
    middle = sum(values) / len(values)
    assert (middle - low, high - middle) == pytest.approx((half, half), rel=0.008)


@pytest.mark.parametrize("values", [[], [3.31], [1.0, 1.0]])
def test_a_mean_of_hardly_any_trade_has_no_interval(values: list[float]) -> None:
    assert mean_interval(values) is None


def matrix_of(gains: Sequence[float], windows: int = 4, wins: int = 3) -> list[list[Judged]]:
    return [[judged(gain, wins) for _ in range(windows)] for gain in gains]


def test_the_outcome_is_a_document_the_bot_accepts() -> None:
    trials: list[Trial] = [TRIAL | {"dte_target": dte} for dte in range(24, 54, 3)]
    outcome = calibrated(Bot.ATLAS, space_of(Bot.ATLAS), trials, matrix_of(range(10), wins=12))
    text = json.dumps(outcome.document)
    config = bot_config(Bot.ATLAS, parse_document("ATLAS", text))
    assert config.priors[next(iter(config.priors))].version.startswith(("assumed", "calibrated"))
    (prior,) = outcome.priors
    assert (prior.trades, prior.wins, prior.is_used) == (52, 48, True)
    assert prior.win_rate_interval[0] < prior.win_rate < prior.win_rate_interval[1]
    written = config.priors[Strategy(prior.strategy)]
    measured = written.measured
    assert measured is not None
    assert (measured.trades, measured.wins) == (52, 48)
    assert measured.win_rate[0] < written.win_rate < measured.win_rate[1]
    assert [fold.window for fold in outcome.folds] == [2, 3, 4]
    assert outcome.trials == 10


def test_too_few_trades_leave_the_prior_as_it_was() -> None:
    trials: list[Trial] = [TRIAL, TRIAL | {"dte_target": 45}]
    outcome = calibrated(Bot.ATLAS, space_of(Bot.ATLAS), trials, matrix_of([1.0, 2.0], windows=2))
    assert "priors" not in outcome.document
    assert not outcome.priors[0].is_used
