"""What may be calibrated of a bot, and in what range."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from shared.domain.vocabulary import Bot, IvMeasure, Strategy

Trial = Mapping[str, float | int | str]
"""One choice of every parameter."""


class Range(NamedTuple):
    """Numbers from low to high, both included, in steps; whole numbers where the step is one."""

    low: float
    high: float
    step: float

    @property
    def is_whole(self) -> bool:
        """Whether the parameter counts something."""
        return self.step == int(self.step)

    def place(self, value: float) -> float:
        """Return where a value lies in the range, 0 to 1."""
        return (value - self.low) / (self.high - self.low)


Choice = tuple[str, ...]
_MEASURES: Final[Choice] = tuple(measure.value for measure in IvMeasure)

SELLER: Final[Mapping[str, Range | Choice]] = {
    "short_delta": Range(0.10, 0.34, 0.02),
    "dte_target": Range(24, 60, 3),
    "profit_target": Range(0.25, 0.80, 0.05),
    "stop_loss": Range(1.0, 3.0, 0.25),
    "time_exit_dte": Range(3, 15, 2),
    "vix_min": Range(9, 15, 1),
    "vix_max": Range(22, 60, 2),
    "iv_measure": _MEASURES,
    "iv_threshold": Range(15, 70, 5),
}
BUYER: Final[Mapping[str, Range | Choice]] = {
    "long_delta": Range(0.30, 0.70, 0.04),
    "dte_target": Range(21, 60, 3),
    "profit_target": Range(0.50, 2.0, 0.1),
    "stop_loss": Range(0.25, 0.75, 0.05),
    "time_exit_dte": Range(3, 15, 2),
    "vix_min": Range(9, 15, 1),
    "vix_max": Range(22, 80, 2),
    "iv_measure": _MEASURES,
    "iv_threshold": Range(10, 60, 5),
}
TRADED: Final[Mapping[Bot, tuple[Strategy, ...]]] = {
    Bot.ATLAS: (Strategy.CASH_SECURED_PUT,),
    Bot.PROMETHEUS: (Strategy.BULL_PUT_SPREAD, Strategy.BEAR_CALL_SPREAD, Strategy.IRON_CONDOR),
    Bot.SOLOMON: (Strategy.LONG_CALL, Strategy.LONG_PUT),
}
"""The strategies that a bot's parameters are for."""

_OF_RULE: Final = ("short_delta", "long_delta", "dte_target", "profit_target", "stop_loss", "time_exit_dte")


def space_of(bot: Bot) -> Mapping[str, Range | Choice]:
    """Return the parameters of a bot with their ranges."""
    return BUYER if bot is Bot.SOLOMON else SELLER


def document_of(bot: Bot, trial: Trial) -> dict[str, Any]:
    """Return the configuration document that a trial stands for."""
    rule = {name: _exact(trial[name]) for name in _OF_RULE if name in trial}
    threshold = "buy_direction_below" if bot is Bot.SOLOMON else "sell_premium_from"
    return {
        "vix_min": _exact(trial["vix_min"]),
        "vix_max": _exact(trial["vix_max"]),
        "iv_measure": trial["iv_measure"],
        threshold: _exact(trial["iv_threshold"]),
        "strategies": {strategy.value: dict(rule) for strategy in TRADED[bot]},
    }


def _exact(value: float | int | str) -> int | str:
    return value if isinstance(value, int | str) else str(Decimal(repr(round(value, 4))))


def distance(space: Mapping[str, Range | Choice], one: Trial, other: Trial) -> float:
    """Return how far apart two trials are: the mean difference of their places in the ranges, 0 to 1."""
    total = 0.0
    for name, within in space.items():
        if isinstance(within, Range):
            total += abs(within.place(float(one[name])) - within.place(float(other[name])))
        else:
            total += one[name] != other[name]
    return total / len(space)
