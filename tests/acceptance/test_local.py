"""`alphagex local` as a user types it: the deployed stack ticks here, survives the death of its AWS, and ends whole."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.local.errors import LocalStageError
from infra.local.ports import require_free
from infra.local.stage_file import FILE_VARIABLE, StageFile
from infra.local.stage_folder import StageFolder
from infra.local.stage_options import DEFAULT_DAY, SIMULATORS_ABOVE, StageOptions, weeks_since
from infra.local.vendors.stage import PORTS
from tests import interruptible
from tests.acceptance.cloud import wait_for_a_snapshot
from tests.patience import until

SAVE_SECONDS = 1.0
FASTEST = 60


class Laptop:
    """A machine with a local stage of its own, worked with by commands only."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "stage.json"
        self.state = StageFolder(folder / "stage-state")
        self.state.make()
        self.port = _free_ports()
        now = datetime.fromtimestamp(time.time(), UTC)
        StageOptions(
            port=self.port, speed=FASTEST, save_seconds=SAVE_SECONDS, weeks_back=weeks_since(DEFAULT_DAY, now)
        ).write(self.state.options)

    def alphagex(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "infra.cli", *arguments],
            env={**os.environ, FILE_VARIABLE: str(self.file)},
            capture_output=True,
            text=True,
            check=False,
        )

    def done(self, *arguments: str) -> str:
        """Run a command that must succeed; return what it printed."""
        ended = self.alphagex(*arguments)
        assert ended.returncode == 0, (arguments, ended.stdout, ended.stderr)
        return ended.stdout

    def breaker(self) -> str:
        found: dict[str, Any] = json.loads(self.done("breaker", "--json", "--stage", "local"))
        return str(found["switch"])

    @property
    def process_id(self) -> int:
        return StageFile.model_validate_json(self.file.read_text()).process_id

    def aws_process(self) -> int:
        """Return the process that is the AWS: a child of the stage's own."""
        (found,) = (pid for pid in children(self.process_id) if "ministack_launcher" in command_of(pid))
        return found

    def wait_until_saved(self) -> None:
        """Wait for a snapshot that was begun after this moment."""
        wait_for_a_snapshot(self.state.aws)


def _free_ports() -> int:
    """Return a port that is free together with those that the simulators take above it.

    It lies below those that the system gives to outgoing connections, any of which would take one of the row.
    """
    for _ in range(50):
        port = random.randrange(10_000, 30_000)
        try:
            require_all_free(port)
        except LocalStageError:
            continue
        return port
    raise AssertionError("no row of free ports was found")


def require_all_free(port: int) -> None:
    for one in (port, *range(port + SIMULATORS_ABOVE, port + SIMULATORS_ABOVE + len(PORTS))):
        require_free(one)


def children(process_id: int) -> list[int]:
    found = (Path("/proc") / str(process_id) / "task").glob("*/children")
    return [int(one) for file in found for one in told(file).split()]


def command_of(process_id: int) -> str:
    return told(Path("/proc") / str(process_id) / "cmdline").replace("\0", " ")


def is_alive(process_id: int) -> bool:
    status = told(Path("/proc") / str(process_id) / "status")
    return bool(status) and "State:\tZ" not in status


def told(file: Path) -> str:
    """Return what the system tells of a process or thread; nothing where it ends in this very moment."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(tmp_path)
    yield made
    if made.alphagex("local", "status").returncode == 0:
        made.done("local", "down")


def test_a_start_that_is_interrupted_leaves_nothing_running(laptop: Laptop) -> None:
    command = [*interruptible.ALPHAGEX, "local", "up"]
    environment = {**os.environ, FILE_VARIABLE: str(laptop.file)}
    up = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log = laptop.state.stage_log
    until(lambda: log.exists() and "preparing AWS" in log.read_text(), "the AWS to run")
    (stage,) = children(up.pid)
    running = (stage, *children(stage))
    up.send_signal(signal.SIGINT)
    _, told = up.communicate()
    assert (up.returncode, told) == (130, "alphagex: stopped; nothing is left running\n")
    until(lambda: not any(map(is_alive, running)), "Python's own helpers of processes to notice that theirs is gone")
    require_all_free(laptop.port)


def test_a_local_stage_lives_through_the_death_of_its_aws(laptop: Laptop) -> None:
    started = laptop.done("local", "up")
    assert "deploying the stack" in started
    assert f"running: stage local at http://127.0.0.1:{laptop.port}" in started
    assert "running since" in laptop.done("local", "status")
    assert laptop.alphagex("local", "up").returncode == 2

    until(lambda: laptop.done("local", "logs", "monitor") != "", "a minute that ticked")
    assert "the clock runs" in laptop.done("local", "logs")
    health = json.loads(laptop.alphagex("status", "--json", "--stage", "local").stdout)["health"]
    assert health["heartbeat"]["at"] is not None

    laptop.done("breaker", "REDUCING", "--reason", "it is about to be killed", "--stage", "local")
    laptop.wait_until_saved()
    os.killpg(laptop.aws_process(), signal.SIGKILL)
    until(lambda: laptop.alphagex("local", "status").returncode == 1, "the stage to notice that its AWS is gone")
    until(lambda: "its AWS has ended" in laptop.done("local", "logs"), "the reason in the log")

    again = laptop.done("local", "up")
    assert "deploying the stack" not in again
    assert laptop.breaker() == "REDUCING"
    kept = json.loads(laptop.alphagex("status", "--json", "--stage", "local").stdout)["health"]["heartbeat"]["at"]
    assert kept >= health["heartbeat"]["at"]

    running = (laptop.process_id, laptop.aws_process(), *children(laptop.process_id))
    assert "stopped" in laptop.done("local", "down")
    until(lambda: not any(map(is_alive, running)), "Python's own helpers of processes to notice that theirs are gone")
    require_all_free(laptop.port)
    assert laptop.alphagex("local", "status").returncode == 1
