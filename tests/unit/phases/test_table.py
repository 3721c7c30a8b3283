"""The table of the phases names what is really there."""

import re
from importlib import import_module
from types import ModuleType

import pytest

import shared.phases

ROW = re.compile(r"^(?:(\d) .*?(\w+))? +((?:``\w+``,? ?)+)")


def named() -> list[tuple[str, str, str]]:
    """Return phase, module and name of every name in the table of the package's docstring."""
    found, phase, module = [], "", ""
    for line in (shared.phases.__doc__ or "").splitlines():
        row = ROW.match(line)
        if row:
            phase, module = row[1] or phase, row[2] or module
            found += [(phase, module, name) for name in re.findall(r"``(\w+)``", row[3])]
    return found


def test_no_cell_is_wider_than_its_column() -> None:
    lines = (shared.phases.__doc__ or "").splitlines()
    rule = next(line for line in lines if line.startswith("====="))
    first, *_, last = [number for number, line in enumerate(lines) if line == rule]
    gaps = [match.start() for match in re.finditer(" ", rule)]
    assert all(line[gap : gap + 1] in ("", " ") for line in lines[first:last] for gap in gaps)


def test_the_table_has_seven_phases() -> None:
    assert sorted({phase for phase, _, _ in named()}) == list("1234567")


@pytest.mark.parametrize(("phase", "module", "name"), named())
def test_every_name_in_the_table_is_there(phase: str, module: str, name: str) -> None:
    package = import_module(f"shared.phases.{module}")
    found = getattr(package, name, None)
    assert callable(found) or isinstance(found, ModuleType), f"phase {phase}: {module} has no {name}"
