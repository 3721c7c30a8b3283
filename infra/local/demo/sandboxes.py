"""Sandboxes: processes that each run one invocation at a time, so that several run at once, as in Lambda.

One process imports the functions and forks once a sandbox. A sandbox lives for as long as its line is held open.
"""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, Pipe
from types import TracebackType
from typing import Any, Final, Self

from infra.local.errors import LocalStageError
from shared.adapters.aws import read_descriptions
from shared.domain.errors import AlphaGexError

STOP_SECONDS: Final = 5.0
GARBAGE_THRESHOLD: Final = 50_000

QUIET_LOGS: Final = {"LOG_LEVEL": "CRITICAL", "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
IN_EVERY_FUNCTION: Final = {
    "POWERTOOLS_SERVICE_NAME": "laptop",
    "POWERTOOLS_METRICS_NAMESPACE": "AlphaGEX",
    **QUIET_LOGS,
}
"""What a function's environment says wherever its tables are."""
USED_BY_ALL: Final = (
    "shared.adapters.dynamodb.book",
    "shared.adapters.dynamodb.configurations",
    "shared.adapters.dynamodb.snapshots",
    "shared.adapters.dynamodb.trade_history",
    "shared.adapters.dynamodb.trips",
    "shared.adapters.journal",
    "shared.adapters.tradier.market",
    "shared.desk",
)
"""What a function imports at its first invocation; imported before the fork, it is imported once."""
SERVICES: Final = ("dynamodb", "ssm", "sns")

Event = dict[str, Any]


@dataclass(frozen=True)
class Invocation:
    """The context of an invocation on a laptop."""

    function_name: str
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:laptop"
    aws_request_id: str = "laptop"

    def get_remaining_time_in_millis(self) -> int:
        """Return a minute: the laptop does not cut a function off."""
        return 60_000


class FunctionFailedError(Exception):
    """A function raised; the text is its error's."""


class Sandboxes:
    """Invokes one function, as many events at once as there are sandboxes."""

    def __init__(self, function: str, count: int) -> None:
        """Start importing, beside whatever else is starting; the sandboxes are usable after `open`."""
        self._function = function
        pairs = [Pipe() for _ in range(count)]
        self._lines: list[Connection] = [near for near, _ in pairs]
        far_ends = [far for _, far in pairs]
        handles = [far.fileno() for far in far_ends]
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, function, *map(str, handles)],
            pass_fds=handles,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **IN_EVERY_FUNCTION, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        for far in far_ends:
            far.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self, environment: Mapping[str, str]) -> None:
        """Give each sandbox the environment of its function."""
        for line in self._lines:
            line.send(dict(environment))

    def invoke(self, events: Sequence[Event]) -> list[dict[str, int] | FunctionFailedError]:
        """Invoke once an event, all at once; the answers stand in the events' order.

        Raises:
            LocalStageError: a sandbox ended in the midst of its work.
        """
        answers: list[dict[str, int] | FunctionFailedError] = []
        for start in range(0, len(events), len(self._lines)):
            answers += self._at_once(events[start : start + len(self._lines)])
        return answers

    def _at_once(self, events: Sequence[Event]) -> list[dict[str, int] | FunctionFailedError]:
        busy = list(zip(self._lines, events, strict=False))
        try:
            for line, event in busy:
                line.send(event)
            return [line.recv() for line, _ in busy]
        except (EOFError, OSError) as error:
            told = f"a sandbox of {self._function} ended in the midst of its work"
            raise LocalStageError(told, "see its error above, and run the same command again") from error

    def close(self) -> None:
        """End every sandbox; may be called twice."""
        for line in self._lines:
            line.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _serve(function: str, line: Connection) -> None:
    """Answer events until the line is closed."""
    os.environ.update(line.recv())
    handler = import_module(f"functions.{function}.handler").handler
    while True:
        event = line.recv()
        try:
            line.send(handler(event, Invocation(function)))
        except (AlphaGexError, ExceptionGroup) as error:
            line.send(FunctionFailedError(str(error)))


def _run(function: str, handles: Sequence[int]) -> None:
    """Import what the function needs, then fork a sandbox for each handle and wait for all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import_module(f"functions.{function}.handler")
    for module in USED_BY_ALL:
        import_module(module)
    read_descriptions(SERVICES)
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 100)
    lines = [Connection(handle) for handle in handles]
    for mine in lines:
        if os.fork():
            continue
        for other in lines:
            if other is not mine:
                other.close()
        try:
            _serve(function, mine)
        except (EOFError, OSError):
            os._exit(0)
    for line in lines:
        line.close()
    for _ in lines:
        os.wait()


if __name__ == "__main__":
    _run(sys.argv[1], [int(handle) for handle in sys.argv[2:]])
