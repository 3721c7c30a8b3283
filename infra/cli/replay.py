"""``alphagex replay``: decide the stored snapshots again and print every difference; none is expected."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

import typer
from rich.progress import track

from infra.cli.mistakes import FOUND, CommandError
from infra.cli.screen import BotOption, JsonOption, bots_of, console, day_of, table, write_json
from infra.cli.stage import Place
from infra.words import counted
from shared.domain.decisions import Decision, DecisionKind
from shared.domain.sessions import new_york_date, sessions_between
from shared.domain.vocabulary import Bot
from shared.phases.entry.replay import Difference, differences
from shared.views.snapshots import snapshot_of

DECIDED = (DecisionKind.ENTRY, DecisionKind.NO_ENTRY)


class Tally(NamedTuple):
    """What a replay counted; ``repeats`` are further snapshots that the same records answer."""

    decided: int
    repeats: int
    not_replayable: tuple[str, ...]
    differences: tuple[Difference, ...]


def replay(
    place: Place,
    *,
    first: Annotated[str | None, typer.Option("--from", help="First New York date; today by default.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last New York date; the first by default.")] = None,
    bot: BotOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide each stored snapshot again from the inputs and versions its decision names; 0 differences expected."""
    today = new_york_date(place.stage.clock.now())
    start = day_of("--from", first) if first else today
    end = day_of("--to", last) if last else (start if first else today)
    if end < start:
        raise CommandError(f"--to {end} is before --from {start}", "swap the two dates")
    tally = replayed(place, start, end, bots_of(bot), quiet=as_json)
    if as_json:
        write_json(tally)
    else:
        _show(tally)
    if tally.differences:
        raise SystemExit(FOUND)


def replayed(place: Place, start: date, end: date, bots: tuple[Bot, ...], *, quiet: bool) -> Tally:
    """Decide again everything these bots decided from one New York date to another."""
    screen = console(to_error=True)
    days = [(one, day) for day in sessions_between(start, end) for one in bots]
    decided = repeats = 0
    unable: list[str] = []
    found: list[Difference] = []
    for one, day in track(days, "Deciding again", console=screen, disable=quiet or not screen.is_terminal):
        for stored in place.stage.sources.decisions.of_day(one, day):
            if stored.kind not in DECIDED:
                continue
            missing = _missing(place, stored)
            if missing is not None:
                unable.append(f"{stored.decision_id}: {missing}")
                continue
            decided, repeats = decided + 1, repeats + stored.count - 1
            found += _compare(place, stored)
    return Tally(decided, repeats, tuple(unable), tuple(found))


def _missing(place: Place, stored: Decision) -> str | None:
    if stored.inputs is None:
        return "stored before inputs were kept"
    if snapshot_of(place.stage.snapshots, stored.snapshot_id) is None:
        return f"its snapshot {stored.snapshot_id} has expired"
    if place.stage.configurations.find(stored.bot, stored.config_digest) is None:
        return f"its configuration {stored.config_digest} is not kept"
    return None


def _compare(place: Place, stored: Decision) -> Iterator[Difference]:
    snapshot = snapshot_of(place.stage.snapshots, stored.snapshot_id)
    config = place.stage.configurations.find(stored.bot, stored.config_digest)
    if snapshot is not None and config is not None:
        yield from differences(config, snapshot, stored)


def _show(tally: Tally) -> None:
    screen = console()
    if tally.differences:
        made = table("Differences", "Decision", "Field", "Stored", "Again")
        for one in tally.differences:
            made.add_row(*one)
        screen.show(made)
    for line in tally.not_replayable:
        screen.say(f"not decided again: {line}")
    screen.say(
        f"{counted(tally.decided, 'decision')} made again ({counted(tally.repeats, 'repeat')} in the same records),"
        f" {counted(len(tally.differences), 'difference')}"
    )
