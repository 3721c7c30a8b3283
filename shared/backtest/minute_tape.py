"""The minutes of all sessions of a history, drawn once: no bot's configuration changes them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from shared.backtest.bridge import DayPath
from shared.backtest.history import History
from shared.backtest.paths import BridgePaths, Drawn, session_minutes
from shared.backtest.surface import FloatArray
from shared.domain.errors import InvalidValueError


def drawn_minutes(history: History, seed: int) -> FloatArray:
    """Draw all minutes: a row a session, in it a line of the index and one of the VIX, zeros after an early close."""
    paths = BridgePaths(history, seed)
    rows = np.zeros((len(history.days), 2, max(map(session_minutes, history.days)) + 1))
    for index in range(len(history.days)):
        path = paths.minute_levels(index)
        rows[index, :, : len(path.spot)] = path
    return rows


def opened_minutes(file: Path, history: History) -> Drawn:
    """Return what reads the days of a file of drawn minutes, each when it is asked for.

    Raises:
        InvalidValueError: the file holds no minutes.
    """
    try:
        rows = np.asarray(np.load(file, mmap_mode="r"))
    except (OSError, EOFError, ValueError) as error:
        raise InvalidValueError("minutes", str(file), "delete the file; it is made again") from error

    def day(index: int) -> DayPath:
        spot, vix = rows[index, :, : session_minutes(history.days[index]) + 1]
        return DayPath(_line(spot), _line(vix))

    return day


def _line(minutes: FloatArray) -> Sequence[float]:
    """Return minutes as they lie in the file: a day is asked for a few of them."""
    return minutes.data.cast("B").cast("d")
