"""Interpreters are found where they are kept, and only those that run."""

from pathlib import Path

import pytest

from infra.local.pythons import find_python


def _install(path: Path, *, answer: str, code: int = 0) -> Path:
    """A program that answers any call with a version and an exit code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {answer}\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any interpreter but those that a test installs."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    return tmp_path


def test_the_search_path_comes_first(machine: Path) -> None:
    _install(machine / ".pyenv/versions/3.98.1/bin/python", answer="3.98")
    first = _install(machine / "bin/python3.98", answer="3.98")

    assert find_python("3.98") == first


def test_a_shim_that_stands_for_no_interpreter_is_passed_over(machine: Path) -> None:
    _install(machine / "bin/python3.98", answer="command not found", code=127)
    kept = _install(machine / ".pyenv/versions/3.98.1/bin/python", answer="3.98")

    assert find_python("3.98") == kept


def test_what_says_another_version_is_not_taken(machine: Path) -> None:
    _install(machine / "bin/python3.98", answer="3.97")

    assert find_python("3.98") is None
