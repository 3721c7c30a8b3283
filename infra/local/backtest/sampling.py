"""Which trials are tried: drawn by Optuna from a bot's space, all of them before the first is judged.

Nothing that a window says can lead the drawing, so the walk forward has seen no future.
"""

from collections.abc import Mapping

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import RandomSampler

from shared.backtest.calibration.space import Choice, Range, Trial


def drawn(space: Mapping[str, Range | Choice], count: int, seed: int) -> tuple[list[Trial], optuna.Study]:
    """Ask for so many trials; the same seed asks the same. The study wants to be told of each."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=RandomSampler(seed))
    distributions = {name: _distribution(within) for name, within in space.items()}
    return [_rounded(study.ask(distributions).params) for _ in range(count)], study


def _distribution(within: Range | Choice) -> BaseDistribution:
    if not isinstance(within, Range):
        return CategoricalDistribution(within)
    if within.is_whole:
        return IntDistribution(int(within.low), int(within.high), step=int(within.step))
    return FloatDistribution(within.low, within.high, step=within.step)


def _rounded(params: Mapping[str, float | int | str]) -> Trial:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in params.items()}
