"""Makes MiniStack's own Python environment, once; it pins an older botocore than ours."""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uv import find_uv_bin

from infra.local.errors import LocalStageError
from infra.local.pythons import find_python

PROJECT = Path(__file__).resolve().parents[2]
ENVIRONMENT = PROJECT / ".venv-ministack"
REQUIREMENTS = Path(__file__).with_name("ministack-requirements.txt")
PREFERRED_PYTHON = "3.13"
"""The version that the functions run on in AWS: deployed functions run under MiniStack's own interpreter."""


def ministack_python(environment: Path = ENVIRONMENT) -> Path:
    """The interpreter of MiniStack's environment, which is made first if it is missing or out of date."""
    python = environment / "bin" / "python"
    if not _is_ready(environment):
        with _lock(environment):
            if not _is_ready(environment):
                _make(environment, python)
    return python


def _is_ready(environment: Path) -> bool:
    stamp = environment / ".ready"
    return stamp.is_file() and stamp.read_text() == _fingerprint()


def _fingerprint() -> str:
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()


def _make(environment: Path, python: Path) -> None:
    if environment.is_symlink():
        raise LocalStageError(
            f"{environment} is a link to another tree's environment, and is missing or out of date",
            "run `make setup` in the tree that it belongs to; nothing is made through a link",
        )
    base = find_python(PREFERRED_PYTHON) or Path(sys.executable)
    _uv("venv", "--quiet", "--clear", "--no-python-downloads", "--python", str(base), str(environment))
    _uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(REQUIREMENTS))
    (environment / ".ready").write_text(_fingerprint())


def _uv(*arguments: str) -> None:
    done = subprocess.run([find_uv_bin(), *arguments], capture_output=True, text=True, check=False, cwd=PROJECT)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise LocalStageError(
            f"MiniStack's environment could not be made ({reason})",
            "check the connection to PyPI and the free space, then run the same command again",
        )


@contextmanager
def _lock(environment: Path) -> Iterator[None]:
    """Only one process makes the environment; others wait for it."""
    with environment.with_name(f"{environment.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Make the environment; the exit code is 2 if that is impossible."""
    try:
        ministack_python()
    except LocalStageError as error:
        sys.stderr.write(f"alphagex: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
