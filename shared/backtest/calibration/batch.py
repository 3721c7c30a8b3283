"""A batch of trials over one window, and what came of it, as they travel between machines."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from shared.backtest.calibration.judging import Judged, judge
from shared.backtest.calibration.space import Trial
from shared.backtest.calibration.windows import Window
from shared.backtest.history import Bar, History
from shared.backtest.market import MarketModel
from shared.backtest.runner.market import Market, ModelMarket
from shared.domain.config import SystemConfig
from shared.domain.errors import InvalidValueError
from shared.domain.sessions import sessions_between
from shared.domain.values import Value
from shared.domain.vocabulary import Bot

MOST_BATCHES: Final = 1_000
"""More would make the list of their receipts longer than a workflow may hand on."""
USUAL_TRIALS: Final = 25
"""Trials of a batch where that leaves no more than the most batches."""


class Batch(Value):
    """Some trials over one window; ``offset`` is the place of its first trial among all, ``window`` its column."""

    number: int
    bot: Bot
    seed: int
    offset: int
    window: int
    first: date
    last: date
    until: date
    trials: tuple[dict[str, float | int | str], ...]


class Outcome(NamedTuple):
    """What a batch found: one judgement a trial, in the order of the batch."""

    number: int
    judged: tuple[Judged, ...]


def batches_of(bot: Bot, seed: int, windows: Sequence[Window], trials: Sequence[Trial]) -> tuple[Batch, ...]:
    """Cut trials and windows into batches of one window each, so that a worker opens one stretch of the market.

    Raises:
        InvalidValueError: there are more windows than there may be batches.
    """
    if len(windows) > MOST_BATCHES:
        raise InvalidValueError("--windows", len(windows), f"give at most {MOST_BATCHES}")
    size = max(USUAL_TRIALS, -(-len(trials) // (MOST_BATCHES // len(windows))))
    places = [(offset, column) for offset in range(0, len(trials), size) for column in range(len(windows))]
    return tuple(
        Batch(
            number=number,
            bot=bot,
            seed=seed,
            offset=offset,
            window=column,
            first=windows[column].first,
            last=windows[column].last,
            until=windows[column].until,
            trials=tuple(dict(trial) for trial in trials[offset : offset + size]),
        )
        for number, (offset, column) in enumerate(places)
    )


def market_of(history: History, seed: int) -> Market:
    """Open the market that a batch is judged on."""
    return ModelMarket(MarketModel(history, seed=seed), SystemConfig())


def judged_batch(batch: Batch, market: Market) -> Outcome:
    """Judge every trial of a batch."""
    window, days = Window(batch.first, batch.last, batch.until), sessions_between(batch.first, batch.until)
    return Outcome(batch.number, tuple(judge(batch.bot, trial, window, days, market) for trial in batch.trials))


def joined(batches: Sequence[Batch], outcomes: Mapping[int, Outcome], trials: int, windows: int) -> list[list[Judged]]:
    """Put the outcomes of all batches together: a row a trial, a column a window."""
    cells = {
        (batch.offset + place, batch.window): judged
        for batch in batches
        for place, judged in enumerate(outcomes[batch.number].judged)
    }
    return [[cells[trial, window] for window in range(windows)] for trial in range(trials)]


def written(outcome: Outcome) -> bytes:
    """Return an outcome as bytes; every float comes back as it was."""
    return json.dumps({"number": outcome.number, "judged": outcome.judged}, separators=(",", ":")).encode()


def read(data: bytes) -> Outcome:
    """Read an outcome.

    Raises:
        InvalidValueError: the bytes are none.
    """
    try:
        document = json.loads(data)
        return Outcome(document["number"], tuple(_judged(*row) for row in document["judged"]))
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidValueError("outcome", f"{len(data)} bytes", "run the calibration again") from error


def _judged(gained: float, drawdown: float, moves: Iterable[float], shares: Iterable[tuple[str, float]]) -> Judged:
    return Judged(gained, drawdown, tuple(moves), tuple((strategy, share) for strategy, share in shares))


def packed(history: History) -> bytes:
    """Return a history as compact bytes."""
    rows = [[str(bar.day), *bar[1:], vix] for bar, vix in zip(history.bars, history.vix_closes, strict=True)]
    return gzip.compress(json.dumps(rows, separators=(",", ":")).encode(), mtime=0)


def unpacked(data: bytes) -> History:
    """Read a history.

    Raises:
        InvalidValueError: the bytes are none.
    """
    try:
        rows = list(_rows(json.loads(gzip.decompress(data))))
    except (OSError, ValueError, TypeError) as error:
        raise InvalidValueError("history", f"{len(data)} bytes", "run the calibration again") from error
    return History(bars=tuple(bar for bar, _ in rows), vix_closes=tuple(vix for _, vix in rows))


def history_key(run: str) -> str:
    """Return where the history of a run is."""
    return f"{run}/history.json.gz"


def items_key(run: str) -> str:
    """Return where the batches of a run are listed."""
    return f"{run}/batches.json"


def outcomes_prefix(run: str) -> str:
    """Return where the outcomes of a run are."""
    return f"{run}/outcomes/"


def outcome_key(run: str, number: int) -> str:
    """Return where the outcome of a batch goes."""
    return f"{outcomes_prefix(run)}{number:04}.json"


def _rows(document: Iterable[Sequence[float]]) -> Iterator[tuple[Bar, float]]:
    for day, opening, high, low, close, volume, vix in document:
        yield Bar(date.fromisoformat(str(day)), opening, high, low, close, int(volume)), vix
