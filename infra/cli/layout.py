"""How a table is laid out in the columns that a terminal has: no word, number or time is broken in two."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

GAP = 2
INDENT = "  "
BETWEEN = " · "
HEADING_COLUMNS = 2


def laid_out(made: Table, width: int) -> RenderableType:
    """Return the table with the columns' widths set; where words would break, its rows one below the other."""
    room = width - GAP * (len(made.columns) - 1)
    if sum(map(_most, made.columns)) <= room:
        return made
    least = [_least(column) for column in made.columns]
    spare = room - sum(least)
    if spare < 0:
        return Group(*_records(made, width))
    wanted = [_most(column) - fixed for column, fixed in zip(made.columns, least, strict=True)]
    for left, place in zip(
        range(len(wanted), 0, -1), sorted(range(len(wanted)), key=lambda one: wanted[one]), strict=True
    ):
        more = min(wanted[place], spare // left)
        made.columns[place].width = least[place] + more
        spare -= more
    return made


def _texts(column: Column) -> Iterator[Text]:
    yield _text(column.header)
    for cell in column.cells:
        yield _text(cell)


def _text(cell: RenderableType) -> Text:
    return cell if isinstance(cell, Text) else Text(str(cell))


def _most(column: Column) -> int:
    return max(cell_len(line) for text in _texts(column) for line in (text.plain.splitlines() or [""]))


def _least(column: Column) -> int:
    """Return the width of the longest word; of the longest line where the column is never wrapped, as no number is."""
    if column.no_wrap:
        return _most(column)
    if column.justify == "right":
        lines = (line for cell in column.cells for line in _text(cell).plain.splitlines())
        return max(map(cell_len, (*lines, *_text(column.header).plain.split())))
    return max(cell_len(word) for text in _texts(column) for word in (text.plain.split() or [""]))


def _records(made: Table, width: int) -> Iterator[RenderableType]:
    """Yield each row as its first cells and, below, what else it says."""
    if made.title:
        yield Text(str(made.title), style="bold")
    names = [_text(column.header).plain for column in made.columns]
    for row in zip_longest(*(column.cells for column in made.columns), fillvalue=""):
        cells = [Text(" ").join(_text(cell).split()) for cell in row]
        if cells[0].plain:
            yield Text(INDENT).join(cell for cell in cells[:HEADING_COLUMNS] if cell.plain)
        pairs = zip(names[HEADING_COLUMNS:], cells[HEADING_COLUMNS:], strict=True)
        yield from _flowed([Text.assemble((name, "dim"), " ", cell) for name, cell in pairs if cell.plain], width)


def _flowed(pairs: Iterable[Text], width: int) -> Iterator[Text]:
    line = Text()
    for pair in pairs:
        if line and cell_len(f"{line.plain}{BETWEEN}{pair.plain}") > width:
            yield line
            line = Text()
        line = Text.assemble(line, BETWEEN, pair) if line else Text.assemble(INDENT, pair)
    if line:
        yield line
