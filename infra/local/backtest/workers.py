"""Trials judged on all cores: each worker opens the market once."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import NamedTuple

from infra.local.backtest.ground import Ground
from infra.local.backtest.histories import opened
from shared.backtest.calibration.judging import Judged, judge
from shared.backtest.calibration.space import Trial
from shared.backtest.calibration.windows import Window
from shared.backtest.runner.market import SNAPSHOTS_KEPT
from shared.domain.vocabulary import Bot


class Task(NamedTuple):
    """One bot's windows on one market."""

    bot: Bot
    windows: tuple[Window, ...]
    days: tuple[date, ...]
    history: Path | None
    seed: int


_opened: dict[tuple[Path | None, int], Ground] = {}


def _ground(task: Task) -> Ground:
    key = (task.history, task.seed)
    if key not in _opened:
        _opened[key] = Ground(opened(task.history), task.seed, snapshots_kept=SNAPSHOTS_KEPT)
    return _opened[key]


def judged(task: Task, trial: Trial) -> list[Judged]:
    """Judge a trial over all windows of a task."""
    market = _ground(task).market
    return [judge(task.bot, trial, window, task.days, market) for window in task.windows]


def judged_by(task: Task, trials: Sequence[Trial], workers: int) -> Iterator[list[Judged]]:
    """Judge trials in their order, by so many processes; the number changes nothing but the time."""
    if workers == 1:
        yield from (judged(task, trial) for trial in trials)
        return
    with ProcessPoolExecutor(max_workers=workers) as pool:
        yield from pool.map(judged, [task] * len(trials), trials, chunksize=1)
