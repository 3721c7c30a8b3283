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
from pathlib import Path
from typing import Final, NamedTuple

from tests.faults.removals import CATALOGUE, Removal

PROJECT: Final = Path(__file__).resolve().parents[2]
COPIED: Final = ("functions", "shared", "infra", "tests", "pyproject.toml", "README.md")
LENT: Final = (".venv", ".venv-ministack")
"""Environments that a copy shares; nothing is written into them."""
SECONDS: Final = 600
_FAILED: Final = re.compile(r"^FAILED (\S.*?)(?: - .*)?$", re.MULTILINE)


class Outcome(NamedTuple):
    """A removed guard and the test that noticed; None where nobody did, ``problem`` where it could not be tried."""

    guard: str
    noticed_by: str | None
    problem: str | None = None


def _copy(into: Path) -> None:
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


def _tested(tree: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    present = [test for test in tests if (tree / test).exists()]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        *present,
    ]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def attempt(removal: Removal) -> Outcome:
    """Remove one guard in a copy of its own and run the tests that are meant to notice."""
    with tempfile.TemporaryDirectory(prefix="alphagex-mutant-") as folder:
        tree = Path(folder)
        _copy(tree)
        problem = _remove(tree, removal)
        if problem is not None:
            return Outcome(removal.guard, None, problem)
        ran = _tested(tree, removal.tests)
        failed = _FAILED.search(ran.stdout)
        if failed is None and ran.returncode:
            return Outcome(removal.guard, None, f"its tests could not be run: {ran.stdout[-200:].strip()}")
        return Outcome(removal.guard, failed[1] if failed else None)


def whole(removals: Sequence[Removal]) -> str | None:
    """Run all the tests once without any removal; return what fails, since then nothing can be told."""
    tests = sorted({test for removal in removals for test in removal.tests})
    with tempfile.TemporaryDirectory(prefix="alphagex-mutant-") as folder:
        _copy(Path(folder))
        ran = _tested(Path(folder), tests)
    return None if ran.returncode == 0 else ran.stdout[-2_000:]


def hunt(removals: Sequence[Removal], workers: int) -> int:
    """Try every removal, print guard and test, and return the exit code: 1 where a mutant survives."""
    fault = whole(removals)
    if fault is not None:
        _say(f"mutants: the tests fail without any removal; mend that first\n{fault}")
        return 1
    survivors = 0
    with ThreadPoolExecutor(workers) as pool:
        for outcome in pool.map(attempt, removals):
            survivors += outcome.noticed_by is None
            said = outcome.noticed_by or outcome.problem or "SURVIVED"
            _say(f"{outcome.guard:<52} {said}")
    _say(f"\nmutants: {len(removals)} guards removed, {survivors} survived")
    return 1 if survivors else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Read the arguments and hunt."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--only", default="", help="only guards whose name contains this")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many are tried side by side")
    given = parser.parse_args()
    chosen = [removal for removal in CATALOGUE if given.only in removal.guard]
    if not chosen:
        _say(f"mutants: no guard's name contains {given.only!r}; leave --only out to see all")
        return 2
    return hunt(chosen, given.workers)


if __name__ == "__main__":
    sys.exit(main())
