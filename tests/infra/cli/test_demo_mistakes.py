"""A user's mistake ends in one line that says what and the remedy, exit code 2, and nothing left running."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import interruptible
from tests.patience import is_gone, until

ALPHAGEX = (sys.executable, "-m", "infra.cli")


def run(*arguments: str, report: Path) -> subprocess.CompletedProcess[str]:
    command = [*ALPHAGEX, "demo", *arguments, "--report", str(report)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("--from", "2017-13-01"), "--from 2017-13-01 is no date; write it as", id="no date"),
        pytest.param(("--from", "2013-01-02"), "outside the embedded history; choose a date from", id="before"),
        pytest.param(("--to", "2026-01-02"), "outside the embedded history; choose a date from", id="after"),
        pytest.param(("--from", "2018-01-05", "--to", "2018-01-02"), "swap the two dates", id="swapped"),
        pytest.param(("--from", "2017-12-25", "--to", "2017-12-25"), "no session from", id="a holiday"),
        pytest.param(("--bot", "ZEUS"), "ZEUS is no bot; choose one of ATLAS", id="no bot"),
        pytest.param(("--step", "0"), "--step 0 is no step; give 1 to 60 minutes", id="no step"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    ended = run(*arguments, report=tmp_path / "report.html")
    assert ended.returncode == 2
    assert says in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "report.html").exists()


def test_a_report_that_cannot_be_written_is_told_before_the_run() -> None:
    ended = run(report=Path("/proc/none/demo.html"))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--report /proc/none/demo.html cannot be written" in ended.stderr


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        day = ("--from", "2017-10-02", "--to", "2017-10-02")
        ended = run(*day, "--port", port, report=tmp_path / "report.html")
    assert ended.returncode == 2
    assert f"port {port} on 127.0.0.1 is taken" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_an_interrupted_demo_leaves_nothing_running(tmp_path: Path) -> None:
    command = [*interruptible.ALPHAGEX, "demo", "--report", str(tmp_path / "report.html")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        assert started.stdout is not None
        assert "starting" in started.stdout.readline()
        started.send_signal(signal.SIGINT)
        _, told = started.communicate(timeout=120)
    assert started.returncode == 130
    assert told.endswith("alphagex: stopped; nothing is left running\n")
    until(lambda: is_gone(started.pid), "the system to forget the last process")
