"""Which history a backtest runs over: the embedded one, or bars that were fetched."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from infra.local.errors import LocalStageError
from shared.backtest.history import Bar, History
from shared.domain.market import Snapshot

COLUMNS: Final = ("date", "open", "high", "low", "close", "volume")
SP500_FILE: Final = "SPX.csv"
VIX_FILE: Final = "VIX.csv"


def opened(folder: Path | None) -> History:
    """Open the history of a folder that ``alphagex history fetch`` filled; the embedded one without a folder.

    Raises:
        LocalStageError: a file is missing or cannot be read.
    """
    if folder is None:
        return History.embedded()
    sp500, vix = read_bars(folder / SP500_FILE), {bar.day: bar.close for bar in read_bars(folder / VIX_FILE)}
    joined = [bar for bar in sp500 if bar.day in vix]
    if not joined:
        raise LocalStageError(f"{folder} holds no session of both SPX and VIX", "run alphagex history fetch")
    return History(tuple(joined), tuple(vix[bar.day] for bar in joined))


def read_bars(path: Path) -> tuple[Bar, ...]:
    """Read a file of daily bars, ascending.

    Raises:
        LocalStageError: it is missing, or a row is no bar.
    """
    if not path.is_file():
        raise LocalStageError(f"{path} is not there", "run alphagex history fetch, or leave --history out")
    found = []
    with path.open(encoding="ascii", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            found.append(_bar(path, number, row))
    return tuple(sorted(found))


def _bar(path: Path, number: int, row: dict[str, str]) -> Bar:
    try:
        opening, high, low, close = (float(row[name]) for name in COLUMNS[1:5])
        return Bar(date.fromisoformat(row["date"]), opening, high, low, close, int(row["volume"]))
    except (KeyError, TypeError, ValueError) as error:
        raise LocalStageError(f"{path} line {number} is no bar: {error}", "delete the line and fetch again") from error


def write_bars(path: Path, bars: tuple[Bar, ...]) -> None:
    """Write a file of daily bars, whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="ascii", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(bars)
    part.replace(path)


def write_snapshots(path: Path, snapshots: Sequence[Snapshot]) -> None:
    """Write snapshots, one a line, whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text("".join(f"{one.model_dump_json()}\n" for one in snapshots), encoding="ascii")
    part.replace(path)


def read_snapshots(path: Path) -> tuple[Snapshot, ...]:
    """Read snapshots, one a line.

    Raises:
        LocalStageError: the file is missing, or a line is no snapshot.
    """
    if not path.is_file():
        raise LocalStageError(f"{path} is not there", "run alphagex history snapshots, or name another file")
    found = []
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), start=1):
        try:
            found.append(Snapshot.model_validate_json(line))
        except ValidationError as error:
            raise LocalStageError(f"{path} line {number} is no snapshot", "delete the line") from error
    return tuple(found)
