"""MiniStack, the AWS on a laptop: one process on loopback, started and always stopped again."""

import http.client
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from infra.local.errors import LocalStageError
from infra.local.ministack_environment import ministack_python
from infra.local.ports import LOOPBACK, free_port, is_free, require_free

LAUNCHER: Final = Path(__file__).with_name("ministack_launcher.py")
READY_PATH: Final = "/_ministack/ready"
POLL_SECONDS: Final = 0.02
REGION: Final = "us-east-1"
ACCOUNT_ID: Final = "000000000000"
CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


STARTS: Final = 3
"""So often is a port chosen that somebody else takes before MiniStack has it."""
RELEASED_SECONDS: Final = 2.0
"""How long a port may stay taken after its process was ended: a process it had begun may still be going."""


class PortLostError(LocalStageError):
    """Somebody took the port between its choice and its use."""


@dataclass(frozen=True, kw_only=True)
class MiniStackSettings:
    """How a MiniStack runs.

    `port` None takes a free one. `state_dir` None forgets everything at the end; a directory keeps it there for the
    next start. `log_file` None writes the log into the temporary directory that goes with the process.
    `save_seconds` is how often the state is written while it runs, zero only at the end. `enforce_iam` makes it check
    signatures and policies. `scratch_root` is where the temporary directory is made, which holds the unpacked bundle
    of every worker; None leaves it to the system.
    """

    port: int | None = None
    state_dir: Path | None = None
    log_file: Path | None = None
    save_seconds: float = 0.0
    scratch_root: Path | None = None
    enforce_iam: bool = False
    ready_seconds: float = 30.0
    stop_seconds: float = 10.0


@dataclass
class MiniStack:
    """One MiniStack process; a context manager that starts it on entering and stops it on leaving."""

    settings: MiniStackSettings = field(default_factory=MiniStackSettings)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _scratch: tempfile.TemporaryDirectory[str] | None = field(default=None, init=False, repr=False)
    _port: int = field(default=0, init=False, repr=False)

    @property
    def endpoint_url(self) -> str:
        """Where every service of this AWS answers."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that lead boto3, botocore and the CDK to this AWS."""
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.endpoint_url, "AWS_ENDPOINT_URL_S3": self.endpoint_url}

    @property
    def is_running(self) -> bool:
        """Whether its process has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int | None:
        """The process id, which is also the id of the process group; None while stopped."""
        return None if self._process is None else self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers; raise LocalStageError if it does not."""
        if self._process is not None:
            return None
        if self.settings.port is not None:
            require_free(self.settings.port)
        for _ in range(STARTS - 1):
            try:
                return self._start()
            except PortLostError:
                continue
        return self._start()

    def _start(self) -> None:
        python = ministack_python()
        self._port = self.settings.port or free_port()
        self._scratch = tempfile.TemporaryDirectory(prefix="alphagex-ministack-", dir=self.settings.scratch_root)
        try:
            self._process = self._spawn(python, Path(self._scratch.name))
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the process and all that it has started; harmless when it does not run."""
        process, self._process = self._process, None
        if process is not None:
            _end_group(process, self.settings.stop_seconds)
            _wait_until_released(self._port)
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            scratch.cleanup()

    def _spawn(self, python: Path, scratch: Path) -> subprocess.Popen[bytes]:
        log_file = self.settings.log_file or scratch / "ministack.log"
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("wb") as log:
            return subprocess.Popen(
                [python, "-I", LAUNCHER, scratch, str(self.settings.save_seconds)],
                env=self._server_environment(scratch),
                cwd=scratch,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _server_environment(self, scratch: Path) -> dict[str, str]:
        state = self.settings.state_dir
        data = scratch if state is None else state.resolve()
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SSL_CERT_FILE") if name in os.environ},
            **CREDENTIALS,
            "TMPDIR": str(scratch),
            "BIND_HOST": LOOPBACK,
            "MINISTACK_HOST": LOOPBACK,
            "GATEWAY_PORT": str(self._port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            "AUTH": "true" if self.settings.enforce_iam else "false",
            "PERSIST_STATE": "0" if state is None else "1",
            "S3_PERSIST": "0" if state is None else "1",
            "STATE_DIR": str(data / "state"),
            "S3_DATA_DIR": str(data / "s3"),
        }

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self.settings.ready_seconds
        while not _answers(self._port):
            if process.poll() is not None:
                ended = PortLostError if self.settings.port is None and not is_free(self._port) else LocalStageError
                raise ended(f"MiniStack ended at its start ({self._last_words()})", self._remedy())
            if time.monotonic() > deadline:
                seconds = self.settings.ready_seconds
                raise LocalStageError(f"MiniStack gave no answer in {seconds:.0f} s", self._remedy())
            time.sleep(POLL_SECONDS)

    def _last_words(self) -> str:
        log_file = self.settings.log_file
        if log_file is None and self._scratch is not None:
            log_file = Path(self._scratch.name) / "ministack.log"
        lines = [] if log_file is None else log_file.read_text(errors="replace").strip().splitlines()
        return next((line.strip() for line in lines if "ERROR" in line), lines[-1].strip() if lines else "no message")

    def _remedy(self) -> str:
        return "run the same command again; if it stays so, remove .venv-ministack, which is then made anew"


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=1.0)
    try:
        connection.request("GET", READY_PATH)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end_group(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask the whole process group to end, then end it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal_group(process.pid, number)
        try:
            process.wait(seconds)
            break
        except subprocess.TimeoutExpired:
            continue
    _signal_group(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        process.stdin.close()


def _wait_until_released(port: int) -> None:
    deadline = time.monotonic() + RELEASED_SECONDS
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
