"""The ground a backtest stands on: which history, which days, and what was worked out in an earlier run."""

import gc
import hashlib
import os
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

import shared
from infra.local.errors import LocalStageError
from shared.backtest.gamma_tape import GammaTape
from shared.backtest.history import WARM_UP_SESSIONS, History
from shared.backtest.market import MarketModel
from shared.backtest.minute_tape import drawn_minutes, opened_minutes
from shared.backtest.paths import BridgePaths
from shared.backtest.runner.market import ModelMarket
from shared.backtest.runner.recorded import RecordedMarket
from shared.backtest.runner.schedule import steps_of
from shared.backtest.runner.snapshot_tape import SnapshotTape
from shared.backtest.tape import unpacked
from shared.backtest.yardsticks import BXM_YEARS, buy_write_years
from shared.domain.config import SystemConfig
from shared.domain.sessions import sessions_between

KEPT: Final = Path(".alphagex/market")
SEED: Final = 13
WORKED_OUT_BY: Final = ("backtest", "domain", "domain/config", "phases")
"""The folders whose code makes what is kept."""
GARBAGE_THRESHOLD: Final = 1_000_000
"""How many new objects it takes to look for garbage: a run over twenty years keeps fewer, and none in rings."""
_SHARED: Final = Path(shared.__path__[0])


@dataclass
class Ground:
    """A market that can be run over, with its exposures, snapshots and minutes kept on disk.

    A single run asks for each moment once; one that is run over again remembers so many snapshots.
    """

    history: History
    seed: int = SEED
    kept: Path = KEPT
    snapshots_kept: int = 0

    def __post_init__(self) -> None:
        """Open the market."""
        self._name = f"{_digest(self.history)}-{self.seed}"
        self._code = code_digest()
        minutes = self._file("minutes.npy")
        drawn = opened_minutes(minutes, self.history) if minutes.is_file() else None
        self._model = MarketModel(self.history, seed=self.seed, paths=BridgePaths(self.history, self.seed, drawn))
        self.tape = GammaTape(self._model, self._read("gamma.gz"))
        self.seen = SnapshotTape(self._read("snapshots.gz"))
        self._counts = len(self.tape), len(self.seen)
        self.market = ModelMarket(self._model, SystemConfig(), self.tape, self.seen, self.snapshots_kept)
        gc.freeze()  # what is open by now stays: nobody need look through it for garbage, year after year
        gc.set_threshold(GARBAGE_THRESHOLD)

    def _read(self, kind: str) -> dict[str, str]:
        file = self._file(kind)
        return unpacked(file.read_bytes()) if file.is_file() else {}

    def _file(self, kind: str) -> Path:
        return self.kept / f"{self._name}-{self._code}-{kind}"

    def unseen(self, underlyings: Sequence[str], days: Sequence[date], minutes: int | None) -> int:
        """Count the looks at these days, one a day or one every so many minutes, that are to be worked out first."""
        looks = (step.at for day in days for step in steps_of(day, minutes))
        return sum(not self.seen.knows(underlying, at) for at in looks for underlying in underlyings)

    def keep(self) -> None:
        """Store what was worked out, for the next run of the same code over the same market."""
        if not self._file("minutes.npy").is_file():
            self._write("minutes.npy", lambda file: np.save(file, drawn_minutes(self.history, self.seed)))
        counts = len(self.tape), len(self.seen)
        if counts == self._counts:
            return
        self._write("gamma.gz", lambda file: file.write(self.tape.stored()))
        self._write("snapshots.gz", lambda file: file.write(self.seen.stored()))
        self._counts = counts

    def _write(self, kind: str, content: Callable[[BinaryIO], object]) -> None:
        """Put a file in the place of the one that other code made."""
        self.kept.mkdir(parents=True, exist_ok=True)
        file = self._file(kind)
        part = file.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as opened:
            content(opened)
        for old in self.kept.glob(f"{self._name}-*-{kind}"):
            old.unlink(missing_ok=True)
        part.replace(file)

    def rebuilt(self) -> dict[int, float]:
        """Return per cent a year of this market's own buy-write, in the years of the BXM that it covers whole."""
        days = self.history.days
        whole = [year for year in BXM_YEARS if days[0] <= date(year, 1, 7) and days[-1] >= date(year, 12, 28)]
        found = buy_write_years(self._model, days[0]) if whole else {}
        return {year: found[year] for year in whole}

    def days(self, first: date | None, last: date | None) -> tuple[date, ...]:
        """Return the sessions from first to last, both included; by default all that can be decided on.

        Raises:
            LocalStageError: a date lies outside the data, or a session is missing, also of the year that the first
                decision looks back on; it names the remedy.
        """
        known = self.history.days
        warm = max(SystemConfig().iv_window, WARM_UP_SESSIONS)
        if len(known) <= warm:
            raise LocalStageError(
                f"the history has {len(known)} sessions", f"fetch more than {warm}; the IV rank needs a year"
            )
        earliest, latest = known[warm], known[-1]
        first, last = first or earliest, last or latest
        if first > last:
            raise LocalStageError(f"--from {first} lies after --to {last}", "swap the two dates")
        for option, day in (("--from", first), ("--to", last)):
            if not earliest <= day <= latest:
                raise LocalStageError(
                    f"{option} {day} is outside the data", f"choose a date from {earliest} to {latest}"
                )
        days = sessions_between(first, last)
        year_before = known[bisect_left(known, first) - warm]
        missing = sorted(set(sessions_between(year_before, last)) - set(known))
        if missing:
            raise LocalStageError(
                f"the history has no bar of {missing[0]} (sessions missing: {len(missing)})",
                "fetch it again with alphagex history fetch, or choose other dates; the year before --from counts too",
            )
        if not days:
            raise LocalStageError(f"no session from {first} to {last}", "choose days on which the market is open")
        return days


def recorded_days(market: RecordedMarket, history: History, first: date | None, last: date | None) -> tuple[date, ...]:
    """Return the sessions of a record from first to last, both included.

    Raises:
        LocalStageError: there is none, or the daily bars beside it do not reach over it.
    """
    days = market.days
    known = history.days
    if not known[0] < days[0] <= days[-1] <= known[-1]:
        raise LocalStageError(
            f"the snapshots are of {days[0]} to {days[-1]}, the daily bars of {known[0]} to {known[-1]}",
            "fetch bars that reach over them with alphagex history fetch, and give their folder as --history",
        )
    chosen = tuple(day for day in days if (first or days[0]) <= day <= (last or days[-1]))
    if not chosen:
        raise LocalStageError("no recorded session lies between the dates", f"choose from {days[0]} to {days[-1]}")
    return chosen


def code_digest() -> str:
    """Name the code that works a market out: what another one made is not kept for it."""
    files = (file for folder in WORKED_OUT_BY for file in sorted((_SHARED / folder).glob("*.py")))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _digest(history: History) -> str:
    days = array("d", (day.toordinal() for day in history.days))
    levels = array("d", (value for bar in history.bars for value in bar[1:]))
    text = b"".join(column.tobytes() for column in (days, levels, array("d", history.vix_closes)))
    return hashlib.sha256(text).hexdigest()[:12]
