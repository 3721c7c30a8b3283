"""Finds Python interpreters on this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

PROBE = "import sys; print('%d.%d' % sys.version_info[:2])"
PROBE_SECONDS = 10.0


def find_python(version: str) -> Path | None:
    """An installed interpreter of exactly this `major.minor` version, or None.

    A pyenv shim that stands for no interpreter answers the probe with an error and is passed over.
    """
    return next((path for path in _candidates(version) if _answers(path, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    """Where to look: the search path, then the versions that pyenv and uv keep."""
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield Path(on_path)
    home = Path.home()
    kept = (
        (Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions", f"{version}.*/bin/python"),
        (home / ".local/share/uv/python", f"cpython-{version}.*/bin/python{version}"),
    )
    for folder, pattern in kept:
        yield from sorted(folder.glob(pattern), reverse=True)


def _answers(path: Path, version: str) -> bool:
    try:
        answer = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == version
