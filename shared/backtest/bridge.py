"""A day between its real open, high, low and close: a seeded path of minutes for the index and the VIX.

The path of a day is built from that day's own bar, so a moment inside a session already leans towards the
close that really came: this is a replay of what happened, not a forecast, and nothing of a *later* day
enters it.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import exp, log, pi, sin, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.random import PCG64, Generator

from shared.backtest.history import Bar
from shared.backtest.surface import FloatArray

RANGE_PER_DEVIATION: Final = 2 * sqrt(log(2))
"""Parkinson (1980): the high-low range of a Brownian day in standard deviations, in quadratic mean."""

VIX_PER_INDEX_MOVE: Final = 5.5
"""Fall of ln VIX per rise of ln S&P within a day, the usual slope of daily changes."""

VIX_OWN_DEVIATION: Final = 0.065
"""Standard deviation a day of ln VIX beside the index; makes its daily range that of 2014-2018, 10.6 %."""

OVERNIGHT_SHARE: Final = 0.25
"""Share of what the index does not explain of the VIX, already in the open."""

TREND_PULL: Final = 4.0
"""How strongly the shorter way through both extremes is preferred, in ranges."""

_CENTS: Final = 2


class DayPath(NamedTuple):
    """The index and the VIX at each minute of one session, opening and closing instant included."""

    spot: Sequence[float]
    vix: Sequence[float]


class VixChange(NamedTuple):
    """The VIX at the close before a session, and at its own close."""

    before: float
    close: float


def day_path(bar: Bar, previous_close: float, vix: VixChange, *, minutes: int, seed: int) -> DayPath:
    """Return the path of one session of the given length, the same for the same seed and bar."""
    random = Generator(PCG64([seed, bar.day.toordinal()]))
    spot = _spot_path(bar, minutes, random)
    return DayPath(spot=tuple(spot.tolist()), vix=tuple(_vix_path(spot, previous_close, vix, random).tolist()))


def _spot_path(bar: Bar, minutes: int, random: Generator) -> FloatArray:
    path = np.full(minutes + 1, bar.open)
    spread = bar.high - bar.low
    if spread <= 0.0:
        return path
    step = spread / RANGE_PER_DEVIATION / sqrt(minutes)
    noise = random.standard_normal(minutes) * step
    knots = _knots(bar, minutes, random)
    for (start, begin), (end, finish) in pairwise(knots):
        path[start : end + 1] = _bridge(begin, finish, noise[start:end])
    folded = _folded(path, bar.low, bar.high).round(_CENTS)
    for minute, value in knots:
        folded[minute] = value
    return folded


def _knots(bar: Bar, minutes: int, random: Generator) -> list[tuple[int, float]]:
    """Choose the order and the minutes of the extremes; both are likeliest near the open and the close."""
    low_first_way = 2 * bar.high - bar.low - bar.close + bar.open - bar.low
    high_first_way = bar.close - 2 * bar.low + bar.high + bar.high - bar.open
    pull = TREND_PULL * (low_first_way - high_first_way) / (bar.high - bar.low)
    low_first = random.random() < 1.0 / (1.0 + exp(pull))
    values = (bar.low, bar.high) if low_first else (bar.high, bar.low)
    first, second = sorted(sin(0.5 * pi * u) ** 2 for u in random.random(2).tolist())
    early = 1 + int(first * (minutes - 3))
    late = max(early + 1, 1 + int(second * (minutes - 3)))
    if values[0] == bar.open:
        early = 0
    if values[1] == bar.close:
        late = minutes
    inner = [(early, values[0]), (late, values[1])]
    ends = [(0, bar.open), (minutes, bar.close)]
    return sorted({*inner, *ends})


def _bridge(begin: float, finish: float, noise: FloatArray) -> FloatArray:
    """Return a Brownian bridge from begin to finish with the given steps of noise."""
    walk = np.empty(len(noise) + 1)
    walk[0] = 0.0
    noise.cumsum(out=walk[1:])
    path: FloatArray = begin + walk + _shares(len(walk)) * (finish - begin - walk[-1])
    return path


@lru_cache(maxsize=512)
def _shares(count: int) -> FloatArray:
    return np.linspace(0.0, 1.0, count)


@lru_cache(maxsize=8)
def _elapsed(count: int) -> FloatArray:
    return np.linspace(OVERNIGHT_SHARE, 1.0, count)


@lru_cache(maxsize=8)
def _root_steps(count: int) -> FloatArray:
    root: FloatArray = np.sqrt(np.diff(_elapsed(count), prepend=0.0))
    return root


def _folded(path: FloatArray, low: float, high: float) -> FloatArray:
    """Reflect a path at both bounds as often as it takes."""
    spread = high - low
    folded: FloatArray = low + spread - np.abs(np.mod(path - low, 2 * spread) - spread)
    return folded


def _vix_path(spot: FloatArray, previous_close: float, vix: VixChange, random: Generator) -> FloatArray:
    """Move the VIX against the index, spread what that leaves unexplained over the day, add its own noise."""
    explained = -VIX_PER_INDEX_MOVE * np.log(spot / previous_close)
    unexplained = log(vix.close / vix.before) - float(explained[-1])
    elapsed = _elapsed(len(spot))
    walk = (random.standard_normal(len(spot)) * VIX_OWN_DEVIATION * _root_steps(len(spot))).cumsum()
    own = walk - elapsed * walk[-1]
    path: FloatArray = (vix.before * np.exp(explained + elapsed * unexplained + own)).round(_CENTS)
    path[-1] = vix.close
    return path
