"""``alphagex alerts``: which alerts wait unsent, and one of each level to try the way to you."""

from typing import Annotated

import typer

from infra.cli.mistakes import FOUND
from infra.cli.screen import JsonOption, console, table, when, write_json
from infra.cli.stage import Place
from shared.domain.alerts import Alert
from shared.domain.vocabulary import AlertLevel, Bot

REACHES = {
    AlertLevel.INFO: "e-mail only",
    AlertLevel.WARNING: "e-mail only",
    AlertLevel.HIGH: "e-mail and text message",
    AlertLevel.CRITICAL: "e-mail and text message",
}


def alerts(
    place: Place,
    *,
    test: Annotated[bool, typer.Option("--test", help="Send one alert of each level to yourself.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the alerts that were not sent; with --test, send one of each level."""
    sent = _sent(place) if test else ()
    waiting = [one for bot in Bot for one in place.stage.book.live(bot).unsent_alerts]
    if as_json:
        write_json({"sent": [one for one in sent if one not in waiting], "waiting": waiting})
    else:
        _show(sent, waiting)
    if waiting:
        raise SystemExit(FOUND)


def _sent(place: Place) -> tuple[Alert, ...]:
    made = tuple(trial(place, level) for level in AlertLevel)
    for one in made:
        place.stage.alerts.send(one)
    return made


def trial(place: Place, level: AlertLevel) -> Alert:
    """Write a test of one level."""
    now = place.stage.clock.now()
    return Alert(
        event_id=f"test-{level}-{now:%Y-%m-%dT%H:%M:%SZ}",
        level=level,
        subject=f"Test: an alert of level {level}",
        body=f"What: a test\nWhy: you asked\nHow: {level} goes out by {REACHES[level]}\nLook closer: alphagex alerts",
        at=now,
    )


def _show(sent: tuple[Alert, ...], waiting: list[Alert]) -> None:
    screen = console()
    for one in sent:
        if one not in waiting:
            screen.say(f"sent {one.level}: {one.subject} ({REACHES[one.level]})")
    if sent:
        screen.say("what does not arrive: alphagex doctor")
    if not waiting:
        screen.say("no alert waits to be sent")
        return
    made = table("Not sent", "Since", "Level", "Subject")
    for one in waiting:
        made.add_row(when(one.at), one.level, one.subject)
    screen.show(made)
