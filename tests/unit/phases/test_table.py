"""The table of the phases names what is really there."""

import importlib
import re

import pytest

import shared.phases

ROW = re.compile(r"^(\d) {5}.{45}(\w+) +(``.+)$")
CONTINUED = re.compile(r"^ {6}.{45} +(``.+)$")


def named() -> list[tuple[str, str, str]]:
    """Return phase, module and function of each name in the package's table."""
    found: list[tuple[str, str, str]] = []
    for line in (shared.phases.__doc__ or "").splitlines():
        row = ROW.match(line)
        if row:
            found += [(row[1], row[2], name) for name in re.findall(r"``(\w+)``", row[3])]
    return found


def test_the_table_has_seven_phases() -> None:
    assert sorted({phase for phase, _, _ in named()}) == list("1234567")


@pytest.mark.parametrize(("phase", "module", "name"), named())
def test_each_phase_has_the_function_its_row_names(phase: str, module: str, name: str) -> None:
    found = importlib.import_module(f"shared.phases.{module}")
    if not hasattr(found, name):
        found = importlib.import_module(f"shared.phases.{module}.{name}")
        return
    assert callable(getattr(found, name)) or importlib.import_module(f"shared.phases.{module}.{name}")
