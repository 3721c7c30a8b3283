"""``python -m tests.benchmarks [name …]``: run the benchmarks and print their tables."""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from rich.console import Console
from rich.table import Table

from tests import benchmarks
from tests.benchmarks.figures import QUIET_LOOP_S, Figure, loop_seconds

WIDTH = 150


def found(names: Sequence[str]) -> Iterator[tuple[str, ModuleType]]:
    """Return the benchmarks of these names, all where none is given: the modules that have a ``measure``."""
    for module in iter_modules(benchmarks.__path__):
        if module.name.startswith("_") or (names and module.name not in names):
            continue
        loaded = import_module(f"{benchmarks.__name__}.{module.name}")
        if hasattr(loaded, "measure"):
            yield module.name, loaded


def _number(value: float | None, unit: str = "") -> str:
    if value is None:
        return ""
    digits = 0 if abs(value) >= 1_000 else 1 if abs(value) >= 100 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def table(name: str, module: ModuleType, figures: Sequence[Figure]) -> Table:
    """Lay out what a benchmark measured."""
    title = f"{name}: {(module.__doc__ or '').strip().splitlines()[0]}"
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("", "figure", "limit", "", "peer", "its figure", "ratio", ""):
        made.add_column(column, justify="right" if column in ("figure", "limit", "its figure", "ratio") else "left")
    for one in figures:
        sign = "≥" if one.at_least else "≤"
        made.add_row(
            one.what,
            _number(one.value, one.unit),
            "" if one.limit is None else f"{sign} {_number(one.limit, one.unit)}",
            {None: "", True: "holds", False: "MISSED"}[one.holds],
            one.peer or "",
            _number(one.peer_value, one.unit),
            "" if one.ratio is None else f"{one.ratio:.1f} ×",
            one.note,
        )
    return made


def main(names: Sequence[str]) -> int:
    """Measure and print; the exit code tells only whether there was something to measure."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    factor = loop_seconds() / QUIET_LOOP_S
    console.print(f"This machine now: {factor:.2f} × the time of the quiet machine that the limits were set on.\n")
    measured = 0
    for name, module in found(names):
        figures = tuple(module.measure())
        console.print(table(name, module, figures), "")
        measured += 1
    missing = set(names) - {name for name, _ in found(names)}
    for name in sorted(missing):
        sys.stderr.write(f"there is no benchmark {name}; there are: {', '.join(one for one, _ in found(()))}\n")
    return 2 if missing or not measured else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
