"""From the judged trials to a configuration: walked forward, robust, with priors that tell what they rest on."""

from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev
from typing import Any, Final, NamedTuple

from shared.backtest.calibration.judging import Judged
from shared.backtest.calibration.overfitting import deflated_sharpe, mean_interval, overfitting_probability, wilson
from shared.backtest.calibration.space import Choice, Range, Trial, distance, document_of
from shared.domain.config import bot_config
from shared.domain.values import Value
from shared.domain.vocabulary import Bot

NEIGHBOURS: Final = 8
"""A trial is worth the mean of itself and its nearest: a peak in a bad neighbourhood is luck."""
ENOUGH_FOR_A_PRIOR: Final = 30

Matrix = Sequence[Sequence[Judged]]
"""Judged trials: a row a trial, a column a window."""


class PriorFound(Value):
    """What the trades of one strategy say, averages as shares of the premium; intervals are of 95 %, None unknown."""

    strategy: str
    trades: int
    wins: int
    win_rate: float
    win_rate_interval: tuple[float, float]
    avg_win: float
    avg_win_interval: tuple[float, float] | None
    avg_loss: float
    avg_loss_interval: tuple[float, float] | None
    is_used: bool


class Fold(Value):
    """One step forward: what was chosen by the windows before, and what it then did in the next."""

    window: int
    trial: int
    before: float
    after: float
    gained: float
    trades: int


class Calibrated(Value):
    """A calibration with everything needed to doubt it."""

    bot: str
    trials: int
    windows: int
    folds: tuple[Fold, ...]
    chosen: int
    parameters: dict[str, float | int | str]
    score: float
    neighbourhood: float
    forward_gain: float
    overfitting: float
    deflated_sharpe: float | None
    priors: tuple[PriorFound, ...]
    document: dict[str, Any]


def robust_scores(space: Mapping[str, Range | Choice], trials: Sequence[Trial], scores: Sequence[float]) -> list[float]:
    """Return for each trial the mean score of its neighbourhood."""
    found = []
    for one in trials:
        near = sorted(range(len(trials)), key=lambda other: (distance(space, one, trials[other]), other))
        found.append(fmean([scores[place] for place in near[: NEIGHBOURS + 1]]))
    return found


def calibrated(bot: Bot, space: Mapping[str, Range | Choice], trials: Sequence[Trial], matrix: Matrix) -> Calibrated:
    """Walk forward, choose, and write the document; validated as the bot would read it.

    Raises:
        InvalidConfigurationError: what was chosen is no valid configuration.
    """
    scores = [[judged.score for judged in row] for row in matrix]
    windows = len(scores[0])
    folds = tuple(_fold(space, trials, matrix, scores, window) for window in range(1, windows))
    means = [fmean(row) for row in scores]
    robust = robust_scores(space, trials, means)
    chosen = max(range(len(trials)), key=lambda place: (robust[place], means[place], -place))
    moves = [move for judged in matrix[chosen] for move in judged.moves]
    ratios = [_ratio([move for judged in row for move in judged.moves]) for row in matrix]
    priors = _priors(matrix[chosen])
    document = document_of(bot, trials[chosen]) | _prior_document(priors, len(trials))
    bot_config(bot, document)
    return Calibrated(
        bot=bot,
        trials=len(trials),
        windows=windows,
        folds=folds,
        chosen=chosen,
        parameters=dict(trials[chosen]),
        score=means[chosen],
        neighbourhood=robust[chosen],
        forward_gain=sum(fold.gained for fold in folds),
        overfitting=overfitting_probability(scores),
        deflated_sharpe=deflated_sharpe(moves, ratios),
        priors=priors,
        document=document,
    )


def _fold(
    space: Mapping[str, Range | Choice],
    trials: Sequence[Trial],
    matrix: Matrix,
    scores: Sequence[Sequence[float]],
    window: int,
) -> Fold:
    past = [fmean(row[:window]) for row in scores]
    robust = robust_scores(space, trials, past)
    chosen = max(range(len(trials)), key=lambda place: (robust[place], past[place], -place))
    then = matrix[chosen][window]
    return Fold(
        window=window + 1,
        trial=chosen,
        before=past[chosen],
        after=then.score,
        gained=then.gained,
        trades=then.trades,
    )


def _ratio(moves: Sequence[float]) -> float:
    deviation = pstdev(moves) if len(moves) > 1 else 0.0
    return fmean(moves) / deviation if deviation else 0.0


class _Shares(NamedTuple):
    wins: list[float]
    losses: list[float]


def _priors(row: Sequence[Judged]) -> tuple[PriorFound, ...]:
    by_strategy: dict[str, _Shares] = {}
    for judged in row:
        for strategy, share in judged.shares:
            shares = by_strategy.setdefault(strategy, _Shares([], []))
            (shares.wins if share > 0 else shares.losses).append(abs(share))
    return tuple(_prior(strategy, shares) for strategy, shares in sorted(by_strategy.items()))


def _prior(strategy: str, shares: _Shares) -> PriorFound:
    count, wins = len(shares.wins) + len(shares.losses), len(shares.wins)
    return PriorFound(
        strategy=strategy,
        trades=count,
        wins=wins,
        win_rate=wins / count,
        win_rate_interval=wilson(wins, count),
        avg_win=fmean(shares.wins) if shares.wins else 0.0,
        avg_win_interval=mean_interval(shares.wins),
        avg_loss=fmean(shares.losses) if shares.losses else 0.0,
        avg_loss_interval=mean_interval(shares.losses),
        is_used=count >= ENOUGH_FOR_A_PRIOR and bool(shares.wins) and bool(shares.losses),
    )


def _prior_document(priors: Sequence[PriorFound], trials: int) -> dict[str, Any]:
    used = {
        prior.strategy: {
            "version": f"calibrated-{prior.trades}-trades-of-{trials}-trials",
            "win_rate": f"{prior.win_rate:.4f}",
            "avg_win": f"{prior.avg_win:.4f}",
            "avg_loss": f"{prior.avg_loss:.4f}",
            "measured": {
                "trades": prior.trades,
                "wins": prior.wins,
                "win_rate": _written(prior.win_rate_interval),
                "avg_win": _written(prior.avg_win_interval),
                "avg_loss": _written(prior.avg_loss_interval),
            },
        }
        for prior in priors
        if prior.is_used
    }
    return {"priors": used} if used else {}


def _written(interval: tuple[float, float] | None) -> list[str] | None:
    return None if interval is None else [f"{bound:.4f}" for bound in interval]
