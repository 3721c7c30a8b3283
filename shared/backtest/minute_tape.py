"""The minutes of all sessions of a history, drawn once: no bot's configuration changes them."""

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
        rows = np.load(file, mmap_mode="r")
        levels = memoryview(rows).cast("B").cast("d")
    except (OSError, EOFError, ValueError, TypeError) as error:
        raise InvalidValueError("minutes", str(file), "delete the file; it is made again") from error
    longest = rows.shape[-1]

    def day(index: int) -> DayPath:
        spot, vix = 2 * index * longest, (2 * index + 1) * longest
        minutes = session_minutes(history.days[index]) + 1
        return DayPath(levels[spot : spot + minutes], levels[vix : vix + minutes])

    return day
