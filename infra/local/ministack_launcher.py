"""Runs MiniStack, in its own environment, for exactly as long as the process that started it.

Standard input is a pipe that the starter holds open. When it closes, however the starter came to its end,
this process removes the temporary directory that it was given and ends its whole group: the server and the
workers of deployed functions.

MiniStack writes its state when it is told to end, and only then; asked for, this process writes it while the server
runs, so that a kill loses little. MiniStack's own ticker reads every schedule in UTC; it is left out, and whoever
runs a stage ticks it in New York time. MiniStack parses a query's key condition anew for every item of the partition,
0.1 ms each: after ten weeks a query of the newest snapshot would take seconds. Here it is parsed once. It copies an
item up to seven times to update it; here a copy goes through bytes, in a twentieth of the time. It looks at every
call as if it could be meant for any of its services; here a plain call goes to its service at once. It judges the text
of a condition and of a number at every call; here once. It unpacks a function's bundle for every process that runs it;
here once for all of them, which in AWS cannot write there either.
"""

import copy
import gc
import hashlib
import logging
import marshal
import os
import shutil
import signal
import sys
import threading
import time
import warnings
import zipfile
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import uvicorn

PROJECT = str(Path(__file__).resolve().parents[2])
GRACE_SECONDS = 5.0
GARBAGE_THRESHOLD = 50_000
"""Objects between two collections: a store that keeps everything has little garbage and much to look through."""
LONGEST_SAVE_SECONDS = 20.0
POLL_SECONDS = 0.05
TEXTS_KNOWN = 65_536
KEEP_ALIVE_SECONDS = 75
KEY_CONDITION = "KeyConditionExpression"
WHOLE_PARTITION = ["NAME_REF", "EQ", "VALUE_REF", "EOF"]
"""The condition that names a partition and nothing else."""

_Copied = TypeVar("_Copied")


def _end_with_starter(scratch: str) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    shutil.rmtree(scratch, ignore_errors=True)
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


def _save_often(server: "uvicorn.Server", seconds: float) -> None:
    """Save for ever, but never before the last state was read: it would be overwritten with nothing."""
    while True:
        time.sleep(seconds)
        if server.started:
            _save()


def _save() -> None:
    """Write what a copy of this process remembers: all tables as of one instant, while the server goes on."""
    from ministack.services import dynamodb

    with dynamodb._lock:  # noqa: SLF001 - MiniStack has no other way to hold still
        child = os.fork()
    if child == 0:
        _write_and_end()
    deadline = time.monotonic() + LONGEST_SAVE_SECONDS
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _write_and_end() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    logging.disable()
    try:
        from ministack import app
        from ministack.core import persistence

        states = app._build_persistence_save_dict()  # noqa: SLF001 - as it does itself when it ends
        persistence.save_all({"dynamodb": states.pop("dynamodb"), **states} if "dynamodb" in states else states)
    finally:
        os._exit(0)


def _server() -> "uvicorn.Server":
    """Make a server of MiniStack's application; its own needs twice the time for a request."""
    import uvicorn
    from ministack import app

    sys.path.append(PROJECT)
    from infra.local.ministack_line import PlainLine

    config = uvicorn.Config(
        app.app,
        host=os.environ["BIND_HOST"],
        port=int(os.environ["GATEWAY_PORT"]),
        http="httptools" if app.AUTH else PlainLine,
        loop="uvloop",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        proxy_headers=False,
        date_header=False,  # MiniStack adds one itself, and the CDK cannot read two
    )
    return uvicorn.Server(config)


def _leave_out_the_ticker() -> None:
    from ministack.services import scheduler

    scheduler.start_scheduler = lambda: None


def _parse_key_conditions_once() -> None:
    """Let a key condition be read once for all items; who asks for a whole partition has picked its items already."""
    from ministack.services import dynamodb

    whole = dynamodb._evaluate_condition  # noqa: SLF001 - it has no other way in
    parsed: dict[str, list[tuple[str, str]]] = {}
    of_partition: set[str] = set()

    def evaluate(
        condition: str, item: dict[str, object], values: object, names: object, slot: str = "ConditionExpression"
    ) -> bool:
        if condition in of_partition and slot == KEY_CONDITION:
            return True
        tokens = parsed.get(condition) if slot == KEY_CONDITION else None
        if tokens is not None:
            return bool(dynamodb._ExprEval(tokens, item, values, names).evaluate())  # noqa: SLF001
        answer = bool(whole(condition, item, values, names, slot))
        if slot == KEY_CONDITION:
            parsed[condition] = dynamodb._tokenize(condition)  # noqa: SLF001
            if [kind for kind, _ in parsed[condition]] == WHOLE_PARTITION:
                of_partition.add(condition)
        return answer

    dynamodb._evaluate_condition = evaluate  # noqa: SLF001


def _copied(value: _Copied) -> _Copied:
    """Return a deep copy; what is no plain JSON is copied the long way."""
    try:
        same: _Copied = marshal.loads(marshal.dumps(value))  # type: ignore[arg-type]
    except ValueError:
        return copy.deepcopy(value)
    return same


def _copy_items_quickly() -> None:
    """Copy items by way of bytes."""
    from ministack.services import dynamodb

    dynamodb.copy = SimpleNamespace(deepcopy=_copied, copy=copy.copy)


def _judge_once() -> None:
    """Keep what follows from the text of a number or of a condition alone."""
    from ministack.services import dynamodb

    for name in ("_number_size_bytes", "_number_error", "_ddb_canonicalize_number", "_condition_syntax_error"):
        setattr(dynamodb, name, lru_cache(TEXTS_KNOWN)(getattr(dynamodb, name)))


class _Bundle(zipfile.ZipFile):
    """A zip file whose contents are unpacked once; whoever unpacks it again is led to the same place."""

    home: Path
    unpacking = threading.Lock()

    def extractall(self, path: object = None, members: object = None, pwd: object = None) -> None:
        """Put a link to the unpacked files in the place of an empty directory."""
        del members, pwd
        with Path(str(self.filename)).open("rb") as file:
            unpacked = self.home / hashlib.file_digest(file, "sha256").hexdigest()
        with self.unpacking:
            if not unpacked.exists():
                fresh = unpacked.with_suffix(".new")
                super().extractall(fresh)
                fresh.rename(unpacked)
        place = Path(str(path))
        place.rmdir()
        place.symlink_to(unpacked, target_is_directory=True)


def _unpack_once(scratch: str) -> None:
    """Unpack each bundle once."""
    from ministack.core import lambda_runtime

    _Bundle.home = Path(scratch) / "bundles"
    _Bundle.home.mkdir()
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=_Bundle, BadZipFile=zipfile.BadZipFile, LargeZipFile=zipfile.LargeZipFile
    )


if __name__ == "__main__":
    threading.Thread(target=_end_with_starter, args=(sys.argv[1],), daemon=True).start()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 100)
    _leave_out_the_ticker()
    _parse_key_conditions_once()
    _copy_items_quickly()
    _judge_once()
    _unpack_once(sys.argv[1])
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    serving = _server()
    if float(sys.argv[2]) > 0:
        threading.Thread(target=_save_often, args=(serving, float(sys.argv[2])), daemon=True).start()
    serving.run()
