"""Minutes that were drawn and kept are those that would be drawn again, on short sessions too."""

from pathlib import Path

import numpy as np
import pytest

from shared.backtest.history import History
from shared.backtest.minute_tape import drawn_minutes, opened_minutes
from shared.backtest.paths import BridgePaths, session_minutes
from shared.domain.errors import InvalidValueError

SEED = 7


@pytest.fixture(scope="module")
def autumn(history: History) -> History:
    """Return the last months of a year, two short sessions among them."""
    return History(history.bars[-60:], history.vix_closes[-60:])


def test_kept_minutes_are_read_back_as_they_were_drawn(autumn: History, tmp_path: Path) -> None:
    file = tmp_path / "minutes.npy"
    np.save(file, drawn_minutes(autumn, SEED))
    again = BridgePaths(autumn, SEED, opened_minutes(file, autumn))
    fresh = BridgePaths(autumn, SEED)
    days = range(len(autumn.days))
    assert {session_minutes(autumn.days[day]) for day in days} == {210, 390}
    for day in days:
        assert [list(line) for line in again.minute_levels(day)] == [list(line) for line in fresh.minute_levels(day)]
    assert again.level(3, 12.5) == fresh.level(3, 12.5)


def test_a_file_that_holds_no_minutes_is_told(autumn: History, tmp_path: Path) -> None:
    file = tmp_path / "minutes.npy"
    file.write_bytes(b"cut short")
    with pytest.raises(InvalidValueError, match="delete the file; it is made again"):
        opened_minutes(file, autumn)
