"""How much of a best result is luck of having tried often."""

from collections.abc import Sequence
from itertools import combinations
from math import e, sqrt
from statistics import NormalDist, fmean, pstdev, stdev
from typing import Final

EULER: Final = 0.5772156649015329
_NORMAL: Final = NormalDist()
FEWEST_FOR_AN_INTERVAL: Final = 3
CONFIDENCE: Final = 0.95
"""The level of an interval of a mean."""


def overfitting_probability(scores: Sequence[Sequence[float]]) -> float:
    """Return the probability of backtest overfitting, 0 to 1: rows are trials, columns windows.

    Combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado and Zhu, 2017): over all ways to
    halve the windows, how often the best trial of one half is no better than the median of the other.
    """
    columns = range(len(scores[0]))
    half = len(scores[0]) // 2
    below = 0
    splits = list(combinations(columns, half))
    for chosen in splits:
        inside = [fmean([row[column] for column in chosen]) for row in scores]
        others = [column for column in columns if column not in chosen]
        outside = [fmean([row[column] for column in others]) for row in scores]
        best = max(range(len(scores)), key=inside.__getitem__)
        rank = sum(value < outside[best] for value in outside) + 0.5 * sum(value == outside[best] for value in outside)
        below += rank / len(scores) <= 0.5
    return below / len(splits)


def deflated_sharpe(moves: Sequence[float], others: Sequence[float]) -> float | None:
    """Return the probability that a Sharpe ratio is above what the best of so many trials shows by luck, 0 to 1.

    ``moves`` are the sessions' returns of the chosen trial, ``others`` the Sharpe ratios a session of all trials
    (Bailey and López de Prado, 2014). None where nothing moved or there was one trial only.
    """
    deviation = pstdev(moves) if len(moves) > 2 else 0.0
    spread = pstdev(others) if len(others) > 1 else 0.0
    if deviation == 0.0 or spread == 0.0:
        return None
    mean = fmean(moves)
    ratio = mean / deviation
    skew = fmean([((move - mean) / deviation) ** 3 for move in moves])
    kurtosis = fmean([((move - mean) / deviation) ** 4 for move in moves])
    trials = len(others)
    lucky = spread * ((1 - EULER) * _NORMAL.inv_cdf(1 - 1 / trials) + EULER * _NORMAL.inv_cdf(1 - 1 / (trials * e)))
    noise = 1 - skew * ratio + (kurtosis - 1) / 4 * ratio * ratio
    return _NORMAL.cdf((ratio - lucky) * sqrt(len(moves) - 1) / sqrt(noise)) if noise > 0 else None


def wilson(wins: int, trades: int, deviations: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a win rate (Wilson, 1927)."""
    if trades == 0:
        return 0.0, 1.0
    share, square = wins / trades, deviations * deviations
    middle = (share + square / (2 * trades)) / (1 + square / trades)
    half = deviations * sqrt(share * (1 - share) / trades + square / (4 * trades * trades)) / (1 + square / trades)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the 95 % interval of a mean by Student's distribution; None where too few values tell none."""
    if len(values) < FEWEST_FOR_AN_INTERVAL:
        return None
    half = _student(len(values) - 1) * stdev(values) / sqrt(len(values))
    return fmean(values) - half, fmean(values) + half


def _student(freedom: int) -> float:
    """Return the two-sided 95 % quantile of Student's distribution for 2 degrees of freedom or more.

    Exact for 2, where it is ``p sqrt(2 / (1 - p²))``; else Abramowitz and Stegun, 26.7.5, at most .8 % too narrow.
    """
    if freedom == 2:
        return CONFIDENCE * sqrt(2 / (1 - CONFIDENCE * CONFIDENCE))
    z = _NORMAL.inv_cdf((1 + CONFIDENCE) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
