"""``alphagex report``: the day in one page, as the function tells it after the close."""

from typing import Annotated

import typer
from rich.text import Text

from infra.cli.screen import JsonOption, console, day_of, write_json
from infra.cli.stage import Place
from shared.domain.sessions import new_york_date
from shared.views.day import day_alert, day_lines, day_view


def report(
    place: Place,
    *,
    day: Annotated[str | None, typer.Option("--day", help="A New York date; today by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the day: result, trades, what is open, regimes, decisions by reason, health."""
    wanted = day_of("--day", day) if day else new_york_date(place.stage.clock.now())
    found = day_view(place.stage.sources, wanted)
    if as_json:
        write_json(found)
        return
    screen = console()
    screen.say(Text(day_alert(found).subject, style="bold"))
    for line in day_lines(found)[:-1]:
        screen.say(line)
