"""Finds the Python that compiles the bundle: the version that Lambda runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from uv import find_uv_bin

from infra.aws.errors import StageError

PYTHON_VERSION: Final = "3.13"
_PROBE: Final = "import sys; print('%d.%d' % sys.version_info[:2])"
_PROBE_SECONDS: Final = 10.0


def lambda_python() -> Path:
    """Return an interpreter of Lambda's version; uv installs one where there is none.

    Raises:
        StageError: there is none, and none can be installed.
    """
    found = next(_installed(), None)
    if found is not None:
        return found
    subprocess.run([find_uv_bin(), "python", "install", "--quiet", PYTHON_VERSION], capture_output=True, check=False)
    installed = _from_uv()
    if installed is None:
        raise StageError(
            f"no Python {PYTHON_VERSION}, which compiles the functions as Lambda runs them",
            f"install it (pyenv install {PYTHON_VERSION}, or: uv python install {PYTHON_VERSION}) and try again",
        )
    return installed


def _installed() -> Iterator[Path]:
    for candidate in _candidates():
        if candidate is not None and _answers(candidate):
            yield candidate


def _candidates() -> Iterator[Path | None]:
    yield Path(sys.executable)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from sorted(pyenv.glob(f"{PYTHON_VERSION}.*/bin/python"), reverse=True)
    yield _from_uv()


def _from_uv() -> Path | None:
    command = [find_uv_bin(), "python", "find", "--quiet", "--no-project", "--no-python-downloads", PYTHON_VERSION]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def _answers(path: Path) -> bool:
    try:
        done = subprocess.run([path, "-c", _PROBE], capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == PYTHON_VERSION
