"""Removes each guard from a copy of the code, one at a time, and sees that a test notices; `make mutants` runs it."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from tests.faults.removals import CATALOGUE, Removal

PROJECT: Final = Path(__file__).resolve().parents[2]
COPIED: Final = ("functions", "shared", "infra", "tests", "pyproject.toml", "README.md")
LENT: Final = (".venv", ".venv-ministack")
"""Environments that a copy is lent; whoever makes environments refuses to do it through a link."""
OPTIONS: Final = ("-x", "-q", "-n", "0", "--tb=no", "-p", "no:cacheprovider", "-W", "ignore")
SECONDS: Final = 300
"""How long the tests of one guard may take."""
WHOLE_SECONDS: Final = 1_800
"""How long all of them may take together."""
WORKERS: Final = 2
_DEAREST: Final = ("tests/faults", "tests/functions", "tests/unit/adapters")
"""Tests that take long to start, the longest first."""
_FAILED: Final = re.compile(r"^FAILED (\S.*?)(?: - .*)?$", re.MULTILINE)


class Outcome(NamedTuple):
    """A removed guard and the test that noticed; None where nobody did, ``problem`` where it could not be tried."""

    guard: str
    noticed_by: str | None
    problem: str | None = None


def _cost(test: str) -> int:
    return next((len(_DEAREST) - place for place, folder in enumerate(_DEAREST) if test.startswith(folder)), 0)


def _cheapest_first(removals: Sequence[Removal]) -> list[Removal]:
    return sorted(removals, key=lambda removal: max(map(_cost, removal.tests)))


def _freeze(into: Path) -> None:
    """Copy the tree as it is now: whatever is edited afterwards changes nothing of this run."""
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, into / name)
    for name in LENT:
        (into / name).symlink_to(PROJECT / name)


def _remove(tree: Path, removal: Removal) -> str | None:
    """Take the guard out; return what is wrong with the catalogue where it is not there exactly once."""
    path = tree / removal.path
    code = path.read_text()
    if code.count(removal.text) != 1:
        return f"{removal.path} has its text {code.count(removal.text)} times; bring the catalogue up to date"
    path.write_text(code.replace(removal.text, removal.instead))
    return None


def _tested(tree: Path, tests: Sequence[str], seconds: float = SECONDS) -> tuple[int, str]:
    """Run tests in a tree; return pytest's exit code, 0 where all passed, and what it said."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "pytest", *OPTIONS, *sorted(tests, key=_cost)]
    try:
        ran = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return 1, f"no end in {seconds} s"
    return ran.returncode, ran.stdout


def attempt(frozen: Path, removal: Removal) -> Outcome:
    """Remove one guard in a copy of its own and run the tests that are meant to notice."""
    with tempfile.TemporaryDirectory(prefix="alphagex-mutant-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(frozen, tree, symlinks=True)
        problem = _remove(tree, removal)
        if problem is not None:
            return Outcome(removal.guard, None, problem)
        code, said = _tested(tree, removal.tests)
        failed = _FAILED.search(said)
        if failed is None and code:
            return Outcome(removal.guard, None, f"its tests could not be run: {said[-200:].strip()}")
        return Outcome(removal.guard, failed[1] if failed else None)


def whole(frozen: Path, removals: Sequence[Removal]) -> str | None:
    """Run all the tests once without any removal; return what fails, since then nothing can be told.

    What Python compiles meanwhile is copied with each copy.
    """
    code, said = _tested(frozen, sorted({test for removal in removals for test in removal.tests}), WHOLE_SECONDS)
    return said[-2_000:] if code else None


def hunt(removals: Sequence[Removal], workers: int) -> int:
    """Try every removal, print guard and test, and return the exit code: 1 where a mutant survives."""
    with tempfile.TemporaryDirectory(prefix="alphagex-frozen-") as folder:
        frozen = Path(folder)
        _freeze(frozen)
        fault = whole(frozen, removals)
        if fault is not None:
            _say(f"mutants: the tests fail without any removal; mend that first\n{fault}")
            return 1
        survivors = 0
        with ThreadPoolExecutor(workers) as pool:
            for outcome in pool.map(partial(attempt, frozen), _cheapest_first(removals)):
                survivors += outcome.noticed_by is None
                _say(f"{outcome.guard:<52} {outcome.noticed_by or outcome.problem or 'SURVIVED'}")
    _say(f"\nmutants: {len(removals)} guards removed, {survivors} survived or could not be tried")
    return 1 if survivors else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Read the arguments and hunt."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--only", default="", help="only guards whose name contains this")
    parser.add_argument("--workers", type=int, default=WORKERS, help="how many are tried side by side")
    given = parser.parse_args()
    chosen = [removal for removal in CATALOGUE if given.only in removal.guard]
    if not chosen:
        _say(f"mutants: no guard's name contains {given.only!r}; leave --only out to see all")
        return 2
    return hunt(chosen, given.workers)


if __name__ == "__main__":
    sys.exit(main())
