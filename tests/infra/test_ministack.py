"""The AWS on a laptop starts, keeps what it was given, and leaves nothing behind."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.local.errors import LocalStageError
from infra.local.ministack import MiniStack, MiniStackSettings
from infra.local.ports import LOOPBACK, free_port, require_free
from tests.infra.ministack_tables import client_of, create_table
from tests.patience import is_gone, until

GONE_SECONDS = 10.0
SAVED_SECONDS = 30.0


def test_after_the_stop_no_process_is_left_and_the_port_is_free() -> None:
    with MiniStack() as stack:
        group = stack.process_id
        assert group is not None
        port = int(stack.endpoint_url.rpartition(":")[2])

    require_free(port)
    until(lambda: is_gone(group), "the system to forget the last process")


def test_a_port_that_somebody_takes_first_is_left_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        ports = iter((taken.getsockname()[1], free_port()))
        monkeypatch.setattr("infra.local.ministack.free_port", lambda: next(ports))
        with MiniStack() as stack:
            assert client_of(stack).list_tables()["TableNames"] == []
    assert list(ports) == []


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    os.mkfifo(log)
    reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
    script = tmp_path / "starter.py"
    script.write_text(
        "import os, pathlib, signal\n"
        "from infra.local.ministack import MiniStack, MiniStackSettings\n"
        f"stack = MiniStack(MiniStackSettings(log_file=pathlib.Path({str(log)!r})))\n"
        "stack.start()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    killed = subprocess.run([sys.executable, script], timeout=60, check=False)

    assert killed.returncode == -signal.SIGKILL
    assert _is_closed_by_all_writers(reader), "a process still holds the log open"
    os.close(reader)


def _is_closed_by_all_writers(reader: int) -> bool:
    """Read a pipe to its end, which comes when the last process that can write to it has ended."""
    while select.select([reader], [], [], GONE_SECONDS)[0]:
        if not os.read(reader, 65_536):
            return True
    return False


def test_what_was_kept_in_a_directory_is_there_after_the_next_start(tmp_path: Path) -> None:
    settings = MiniStackSettings(state_dir=tmp_path)
    with MiniStack(settings) as stack:
        table = create_table(client_of(stack))
        client_of(stack).put_item(TableName=table, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})

    with MiniStack(settings) as stack:
        kept = client_of(stack).scan(TableName=table)["Items"]

    assert kept == [{"pk": {"S": "a"}, "sk": {"S": "b"}}]


def test_what_was_saved_while_it_ran_outlives_a_kill(tmp_path: Path) -> None:
    settings = MiniStackSettings(state_dir=tmp_path, save_seconds=0.1)
    with MiniStack(settings) as stack:
        table = create_table(client_of(stack))
        client_of(stack).put_item(TableName=table, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
        _wait_for(tmp_path / "state" / "dynamodb.json", '{"S": "b"}')
        _kill(stack)

    with MiniStack(settings) as stack:
        _wait_for(tmp_path / "state" / "dynamodb.json", '{"S": "b"}')
        kept = client_of(stack).scan(TableName=table)["Items"]

    assert kept == [{"pk": {"S": "a"}, "sk": {"S": "b"}}]


def _kill(stack: MiniStack) -> None:
    assert stack.process_id is not None
    os.killpg(stack.process_id, signal.SIGKILL)


def _wait_for(file: Path, text: str) -> None:
    deadline = time.monotonic() + SAVED_SECONDS
    while not (file.exists() and text in file.read_text()):
        assert time.monotonic() < deadline, f"{text} was not saved in {SAVED_SECONDS} s"
        time.sleep(0.02)


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(LocalStageError, match=f"port {port} on {LOOPBACK} is taken") as refused:
            MiniStack(MiniStackSettings(port=port)).start()

    assert "--port" in refused.value.remedy
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "port", [pytest.param(0, id="none"), pytest.param(-1, id="negative"), pytest.param(65_536, id="above the last")]
)
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(LocalStageError, match="does not exist"):
        require_free(port)


def test_a_free_port_can_be_bound() -> None:
    require_free(free_port())
