"""What the commands print: tables for people, JSON for machines, times in both zones."""

import json
import os
import re
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.cli.layout import laid_out
from infra.cli.mistakes import CommandError
from infra.words import NOTHING
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import Bot

WIDE: Final = 140
"""Columns where nobody's terminal says how many there are."""
UTC_TIME: Final = re.compile(r"\b(\d\d):(\d\d)Z")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
GOOD: Final = "green"
BAD: Final = "red"
WARN: Final = "yellow"

JsonOption = Annotated[bool, typer.Option("--json", help="Print for machines.")]
BotArgument = Annotated[str, typer.Argument(help="ATLAS, PROMETHEUS or SOLOMON.")]
BotOption = Annotated[list[str] | None, typer.Option("--bot", help="Only this bot; may be given again.")]


class Screen(Console):
    """The console: colours only on a terminal, and none where NO_COLOR is set."""

    def say(self, words: str | Text) -> None:
        """Print a line: a terminal folds it between words, a pipe keeps it whole."""
        self.print(words, soft_wrap=not self.is_terminal, markup=False)

    def show(self, made: Table) -> None:
        """Print a table as wide as there is room."""
        self.print(laid_out(made, self.width))


def console(*, to_error: bool = False) -> Screen:
    """Make the console of standard output, or of standard error."""
    stream = sys.stderr if to_error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDE
    return Screen(file=stream, highlight=False, width=width)


def table(title: str, *columns: str, right: Iterable[str] = (), whole: Iterable[str] = ()) -> Table:
    """Make an empty table; the columns named in ``right`` hold numbers, those in ``whole`` are never wrapped."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    numbers, unbroken = frozenset(right), frozenset(whole)
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in numbers else "left",
            header_style="dim",
            overflow="fold",
            no_wrap=column in unbroken,
        )
    return made


def write_json(answer: object) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json.dumps(plain(answer), indent=2, ensure_ascii=False) + "\n")


def plain(answer: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what JSON can hold; decimals and times become text."""
    match answer:
        case BaseModel():
            return answer.model_dump(mode="json")
        case Enum():
            return answer.value
        case Decimal() | datetime() | date():
            return str(answer) if isinstance(answer, Decimal) else answer.isoformat()
        case dict():
            return {str(key): plain(value) for key, value in answer.items()}
        case tuple() if hasattr(answer, "_asdict"):
            return plain(answer._asdict())
        case list() | tuple() | set() | frozenset():
            return [plain(one) for one in answer]
        case _:
            return answer


def when(at: datetime | None, *, seconds: bool = False) -> str:
    """Write a moment in the user's zone, with New York beside it where that is another."""
    if at is None:
        return NOTHING
    form = "%H:%M:%S" if seconds else "%H:%M"
    mine, there = at.astimezone(), at.astimezone(NEW_YORK)
    if mine.utcoffset() == there.utcoffset():
        return f"{mine:%Y-%m-%d {form}} New York"
    beside = f"{there:{form}}" if mine.date() == there.date() else f"{there:%m-%d {form}}"
    return f"{mine:%Y-%m-%d {form}} {mine:%Z} ({beside} New York)"


def both_zones() -> str:
    """Write the heading of a column of times: the user's zone, with New York in brackets where that is another."""
    mine = datetime.fromtimestamp(time.time()).astimezone()
    return "New York" if mine.utcoffset() == mine.astimezone(NEW_YORK).utcoffset() else "Local (New York)"


def briefly(at: datetime | None) -> str:
    """Write a moment for a column under that heading."""
    return NOTHING if at is None else when(at).replace(" New York", "").replace(f" {at.astimezone():%Z} ", " ")


def in_both_zones(text: str, at: datetime) -> str:
    """Write the UTC times of day in a text (``14:30Z``), on the day of a moment, in both zones."""
    if not UTC_TIME.search(text):
        return text

    def written(zone: tzinfo | None) -> str:
        def one(found: re.Match[str]) -> str:
            moment = at.astimezone(UTC).replace(hour=int(found[1]), minute=int(found[2]))
            return f"{moment.astimezone(zone):%H:%M}"

        return UTC_TIME.sub(one, text)

    mine, there = written(None), written(NEW_YORK)
    return f"{there} New York" if mine == there else f"{mine} ({there} New York)"


def age(seconds: float | None) -> str:
    """Write how long ago something was."""
    if seconds is None:
        return NOTHING
    whole = round(abs(seconds))
    if whole < 2 * MINUTE:
        return f"{whole} s"
    if whole < 2 * HOUR:
        return f"{whole // MINUTE} min"
    return f"{whole // HOUR} h" if whole < 2 * DAY else f"{whole // DAY} days"


def coloured(text: str, amount: Decimal | None) -> Text:
    """Colour a result by its sign; the sign itself is in the text."""
    if amount is None or amount == 0:
        return Text(text)
    return Text(text, style=GOOD if amount > 0 else BAD)


def verdict(passed: bool) -> Text:
    """Write the answer of a gate so that it can be read without colours."""
    return Text("yes", style=GOOD) if passed else Text("NO", style=f"bold {BAD}")


def bots_of(names: Sequence[str] | None) -> tuple[Bot, ...]:
    """Return the bots a user named, all where none was. Raises CommandError."""
    return tuple(dict.fromkeys(bot_of(name) for name in names)) if names else tuple(Bot)


def bot_of(name: str) -> Bot:
    """Return the bot a user named. Raises CommandError."""
    try:
        return Bot(name.upper())
    except ValueError as error:
        raise CommandError(f"{name} is no bot", f"choose one of {', '.join(Bot)}") from error


def day_of(option: str, text: str) -> date:
    """Read a New York date. Raises CommandError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{option} {text} is no date", "write it as 2026-11-23") from error


def moment_of(option: str, text: str) -> datetime:
    """Read a moment: with its zone, or in New York time. Raises CommandError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{option} {text} is no time", "write it as 2026-11-23T10:31, New York time") from error
    return found if found.tzinfo else found.replace(tzinfo=NEW_YORK)
