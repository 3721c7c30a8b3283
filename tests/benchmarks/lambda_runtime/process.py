"""One execution environment: a process of Lambda's Python that runs a bundle's handler."""

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from infra.aws.environment import LOG_LEVEL, TIME_ZONES
from infra.aws.pythons import lambda_python
from tests.benchmarks.lambda_runtime.api import Reply, RuntimeApi

REPLY_SECONDS: Final = 60.0
END_SECONDS: Final = 5.0
NANOSECONDS: Final = 1_000_000_000
PROBE: Final = Path(__file__).with_name("probe")


@dataclass
class ExecutionEnvironment:
    """A cold start on entering; each call is an invocation.

    ``probe`` wraps the handler in one that also returns the processor time spent and the peak of memory.
    """

    bundle: Path
    runtime_client: Path
    handler: str
    environment: Mapping[str, str]
    probe: bool = False
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        self._api = RuntimeApi().__enter__()
        self._started = time.monotonic()
        entry = "probe.handler" if self.probe else self.handler
        self._process = subprocess.Popen(
            [lambda_python(), "-m", "awslambdaric", entry],
            cwd=self.bundle,
            env={
                **self.environment,
                "LOG_LEVEL": LOG_LEVEL,
                "POWERTOOLS_LOG_LEVEL": LOG_LEVEL,
                "PYTHONTZPATH": TIME_ZONES,
                "AWS_LAMBDA_RUNTIME_API": self._api.address,
                "AWS_LAMBDA_FUNCTION_NAME": "bench",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                "LAMBDA_TASK_ROOT": str(self.bundle),
                "_HANDLER": entry,
                "PROBED": self.handler,
                "PYTHONPATH": f"{self.runtime_client}:{self.bundle}" + (f":{PROBE}" if self.probe else ""),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(END_SECONDS)
        self._api.__exit__(kind, error, trace)

    def first(self, event: Mapping[str, Any]) -> float:
        """Return the seconds from the start of the process to its first reply."""
        return self._api.ask(event, REPLY_SECONDS).at - self._started

    def processor_seconds(self) -> float:
        """Return the processor time, user's and system's, of all its threads since the process began."""
        if self._process is None:
            raise RuntimeError("the environment was not entered")
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / NANOSECONDS

    def call(self, event: Mapping[str, Any]) -> tuple[float, Reply]:
        """Return the seconds that a warm invocation took, and its reply."""
        began = time.monotonic()
        reply = self._api.ask(event, REPLY_SECONDS)
        return reply.at - began, reply
