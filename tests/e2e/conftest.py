"""The demo as a user runs it, twice over the shock of February 2018, once for all tests that look at it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SHOCK = ("--from", "2018-01-29", "--to", "2018-02-07")


def demo(report: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "infra.cli", "demo", *SHOCK, "--json", "--report", str(report)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    summary: dict[str, Any] = json.loads(ended.stdout)
    return summary


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [tmp_path_factory.mktemp("demo") / f"run-{run}.html" for run in (1, 2)]


@pytest.fixture(scope="session")
def runs(reports: list[Path]) -> list[dict[str, Any]]:
    return [demo(report) for report in reports]
