"""Makes the code that Lambda gets: the locked run-time libraries, `functions/` and `shared/`, compiled."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from uv import find_uv_bin

from infra.aws.errors import StageError
from infra.aws.pythons import PYTHON_VERSION, lambda_python
from infra.aws.settings import ProcessorArchitecture
from infra.aws.trimming import AWS_SERVICES, OBJECT_STORE, trim

PROJECT: Final = Path(__file__).resolve().parents[2]
LOCK_FILE: Final = PROJECT / "uv.lock"
SOURCES: Final = ("functions", "shared")
LAMBDA_ROOT: Final = "/var/task"

_PROCESSORS: Final = {ProcessorArchitecture.ARM64: "aarch64", ProcessorArchitecture.X86_64: "x86_64"}
_RECIPE: Final = "7"
"""Raise it when the steps below change, so that no older bundle passes for a new one."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a bundle holds beside the run-time libraries: groups of the lock file, and all sources but those left out.

    ``system`` is the oldest C library that its wheels are built for; Lambda's Python has 2.34. ``is_left_ready`` where
    a cold start matters.
    """

    groups: Sequence[str] = ()
    left_out: Sequence[Path] = ()
    services: Sequence[str] = AWS_SERVICES
    system: str = "manylinux2014"
    is_left_ready: bool = True


TRADING: Final = Contents(left_out=(Path("shared/backtest"), Path("functions/calibrate")))
"""What all functions share that a minute of trading needs, and the page and the reports with them."""

CALIBRATION: Final = Contents(
    groups=("calibration",),
    services=(*AWS_SERVICES, OBJECT_STORE),
    system="manylinux_2_28",
    is_left_ready=False,
)
"""What calibrate alone has beside it: the backtest, numpy and S3."""


def digest(architecture: ProcessorArchitecture, contents: Contents = TRADING) -> str:
    """Return the name of the bundle that these sources and this lock file make."""
    parts = hashlib.sha256(f"{_RECIPE} {architecture} {PYTHON_VERSION} {contents}".encode())
    for file in (LOCK_FILE, *_source_files(contents)):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        parts.update(f"{file.relative_to(PROJECT)}\0{content}\n".encode())
    return parts.hexdigest()


def build(target: Path, architecture: ProcessorArchitecture, contents: Contents = TRADING) -> None:
    """Fill a directory with what runs, and nothing else.

    Raises:
        StageError: a library or Lambda's Python cannot be had.
    """
    python = lambda_python()
    _install(target, _of_lambda(architecture, contents), contents)
    trim(target, contents.services)
    for file in _source_files(contents):
        copy = target / file.relative_to(PROJECT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    _compile(python, target)
    if contents.is_left_ready:
        _leave_ready(python, target, contents)


def _source_files(contents: Contents) -> Iterator[Path]:
    left_out = tuple(PROJECT / path for path in contents.left_out)
    for folder in SOURCES:
        for file in sorted((PROJECT / folder).rglob("*")):
            kept = file.is_file() and "__pycache__" not in file.parts
            if kept and not any(file.is_relative_to(path) for path in left_out):
                yield file


def _of_lambda(architecture: ProcessorArchitecture, contents: Contents) -> tuple[str, ...]:
    """Return what names to uv the machine that the functions run on."""
    platform = f"{_PROCESSORS[architecture]}-{contents.system}"
    return ("--python-platform", platform, "--python-version", PYTHON_VERSION)


def _install(target: Path, machine: tuple[str, ...], contents: Contents) -> None:
    """Install exactly the locked run-time libraries, checked by their hashes."""
    requirements = _uv(
        (
            *("export", "--locked", "--quiet", "--no-default-groups", "--no-emit-project", "--no-annotate"),
            *("--no-header", *(f"--group={group}" for group in contents.groups)),
        )
    )
    _uv(
        (
            *("pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *machine,
            *("--target", str(target), "--link-mode", "copy", "--no-config", "--requirements", "-"),
        ),
        stdin=requirements,
    )


def _uv(arguments: tuple[str, ...], stdin: str | None = None) -> str:
    done = subprocess.run(
        [find_uv_bin(), *arguments], input=stdin, capture_output=True, text=True, check=False, cwd=PROJECT
    )
    if done.returncode != 0:
        reason = " ".join(done.stderr.split())[-300:] or "no message"
        raise StageError(
            f"the functions' libraries cannot be installed (uv: {reason})",
            "check the connection to PyPI, and that uv.lock fits pyproject.toml (uv lock), then try again",
        )
    return done.stdout


def _compile(python: Path, target: Path) -> None:
    """Compile all, and without time stamps: the packed files all carry the year 1980."""
    _run(
        python,
        *("-m", "compileall", "-q", "-f", "-j", "0"),
        *("--invalidation-mode", "unchecked-hash", "-s", str(target), "-p", LAMBDA_ROOT, str(target)),
    )


def _leave_ready(python: Path, target: Path, contents: Contents) -> None:
    """Let this machine import the functions once; it cannot import libraries that are for another processor."""
    with tempfile.TemporaryDirectory(prefix="alphagex-libraries-") as libraries:
        _install(Path(libraries), ("--python", str(python)), contents)
        _run(python, str(Path(__file__).with_name("ready.py")), str(target), libraries)


def _run(python: Path, *arguments: str) -> None:
    done = subprocess.run([str(python), "-I", "-B", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join((done.stdout + done.stderr).split())
        raise StageError(f"the functions cannot be compiled ({said[-300:]})", "correct the named file")
