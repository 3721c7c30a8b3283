"""A table in a terminal: every word, number and time stays whole, however narrow it is."""

from io import StringIO

import pytest
from rich.text import Text

from infra.cli.screen import Screen, table

ROW = ("p1234567", "PROMETHEUS", "2018-02-05 16:00 (10:00)", "SPY bull put spread", "−$1,939.20 (−303.0%)")


def shown(width: int) -> list[str]:
    made = table("Trades", "Id", "Bot", "Closed", "Strategy", "P&L", right=("P&L",), whole=("Closed",))
    made.add_row(*ROW[:-1], Text(ROW[-1], style="red"))
    made.add_row("p7654321", "ATLAS", ROW[2], "SPX cash secured put", "")
    screen = Screen(file=StringIO(), width=width, force_terminal=False)
    screen.show(made)
    assert isinstance(screen.file, StringIO)
    return [line.rstrip() for line in screen.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [40, 60, 80, 85, 90, 100, 120, 200])
def test_nothing_is_broken_in_two(width: int) -> None:
    told = shown(width)
    assert max(map(len, told)) <= max(width, 40)
    words = " ".join(told).split()
    for cell in ROW:
        assert all(word in words for word in cell.split())


@pytest.mark.parametrize("width", [85, 120])
def test_what_fits_is_a_table(width: int) -> None:
    told = shown(width)
    assert told[0] == "Trades"
    assert told[1].split() == ["Id", "Bot", "Closed", "Strategy", "P&L"]
    assert any(ROW[2] in line and "PROMETHEUS" in line for line in told)


def test_what_does_not_fit_is_told_row_by_row() -> None:
    assert shown(60) == [
        "Trades",
        "p1234567  PROMETHEUS",
        "  Closed 2018-02-05 16:00 (10:00)",
        "  Strategy SPY bull put spread · P&L −$1,939.20 (−303.0%)",
        "p7654321  ATLAS",
        "  Closed 2018-02-05 16:00 (10:00)",
        "  Strategy SPX cash secured put",
    ]
