"""Where results go: a place that cannot be written is told before the work is done, not after."""

import os
from pathlib import Path

from infra.local.errors import LocalStageError


def writable(option: str, path: Path) -> Path:
    """Make the folder of a file that is to be written, and return its path.

    Raises:
        LocalStageError: the file could not be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(option, path, error) from error
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise LocalStageError(f"{option} {path} cannot be written", "give another place")
    return path


def write(option: str, path: Path, text: str) -> None:
    """Write a result, making its folder where there is none.

    Raises:
        LocalStageError: the place could not be written after all, as on a full disk.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _refused(option, path, error) from error


def _refused(option: str, path: Path, error: OSError) -> LocalStageError:
    return LocalStageError(f"{option} {path} cannot be written: {error.strerror}", "give another place")
