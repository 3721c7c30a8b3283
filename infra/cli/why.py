"""``alphagex why``: each question of a decision with its answer, and the nearest change that would have traded."""

from datetime import datetime
from typing import Annotated

import typer
from rich.text import Text

from infra.cli.mistakes import CommandError
from infra.cli.screen import (
    GOOD,
    JsonOption,
    Screen,
    bot_of,
    console,
    in_both_zones,
    moment_of,
    table,
    verdict,
    when,
    write_json,
)
from infra.cli.stage import Place
from infra.words import MEANINGS, NOTHING, plain, rule_words
from shared.domain.decisions import Decision, DecisionKind
from shared.domain.sessions import new_york_date, previous_session
from shared.domain.vocabulary import Bot
from shared.phases.entry.nearest import Alternative, nearest
from shared.views.decisions import decision_view
from shared.views.gates import question_of
from shared.views.snapshots import snapshot_of

SESSIONS_BACK = 10
SHOWN = 3


def why(
    place: Place,
    bot: Annotated[str | None, typer.Argument(help="ATLAS, PROMETHEUS or SOLOMON; all by default.")] = None,
    *,
    at: Annotated[str | None, typer.Option("--at", help="The decision that held at this time, New York.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show why a bot did or did not trade: every gate with value and limit, and the nearest change."""
    moment = moment_of("--at", at) if at else place.stage.clock.now()
    bots = (bot_of(bot),) if bot else tuple(Bot)
    found = [(one, _decision(place, one, moment)) for one in bots]
    if bot and found[0][1] is None:
        raise CommandError(f"{bots[0]} decided nothing up to {when(moment)}", "give a later --at, or see `doctor`")
    answers = [(one, changes_for(place, one)) for _, one in found if one is not None]
    if as_json:
        write_json([{"decision": decision_view(one), "nearest": near} for one, near in answers])
        return
    screen = console()
    for decided, near in answers:
        _show(screen, decided, near)
    for name, newest in found:
        if newest is None:
            screen.say(f"{name}: no decision in the last {SESSIONS_BACK} sessions before {when(moment)}")


def _decision(place: Place, bot: Bot, moment: datetime) -> Decision | None:
    """Return the decision about a snapshot that held at a moment: the newest made by then."""
    day, log = new_york_date(moment), place.stage.sources.decisions
    for _ in range(SESSIONS_BACK):
        made = [one for one in log.of_day(bot, day) if one.at <= moment]
        entries = [one for one in made if one.kind in (DecisionKind.ENTRY, DecisionKind.NO_ENTRY)]
        if entries:
            return max(entries, key=lambda one: (one.at, one.decision_id))
        day = previous_session(day)
    return None


def changes_for(place: Place, decision: Decision) -> tuple[Alternative, ...]:
    """Return the nearest changes that would have traded; none for an entry or where the inputs are gone."""
    if decision.kind is not DecisionKind.NO_ENTRY:
        return ()
    config = place.stage.configurations.find(decision.bot, decision.config_digest)
    snapshot = snapshot_of(place.stage.snapshots, decision.snapshot_id)
    if config is None or snapshot is None:
        return ()
    return nearest(config, snapshot, decision)


def _show(screen: Screen, decision: Decision, near: tuple[Alternative, ...]) -> None:
    screen.say(Text(f"{decision.bot} {decision.what}", style="bold"))
    until = f" to {when(decision.last_seen)}, {decision.count} snapshots" if decision.count > 1 else ""
    rule = rule_words(decision.rule) if decision.rule else "no rule"
    screen.say(f"{when(decision.at)}{until}; {rule}; action {decision.action or NOTHING}")
    made = table("", "Passed", "Gate", "Found", "Limit", "Meaning when refused")
    for gate in sorted(decision.why, key=lambda one: one.passed):
        meaning = "" if gate.passed else MEANINGS.get(gate.code, "")
        found, limit = in_both_zones(gate.value, decision.at), in_both_zones(gate.limit, decision.at)
        made.add_row(verdict(gate.passed), question_of(gate.code), found, limit, meaning)
    screen.show(made)
    screen.say(decision.how if decision.kind is DecisionKind.ENTRY else _nearest(decision, near))
    screen.say("")


def _nearest(decision: Decision, near: tuple[Alternative, ...]) -> Text:
    if decision.inputs is None:
        return Text("nearest change: not known; this decision was stored without its inputs")
    if not near:
        return Text("nearest change: no one or two changes of the inputs would have traded")
    lines = [f"nearest change that would have traded: {_words(near[0])}"]
    lines += [f"  or: {_words(one)}" for one in near[1:SHOWN]]
    return Text("\n".join(lines), style=GOOD)


def _words(one: Alternative) -> str:
    changes = " and ".join(f"{change.what} {change.needed} instead of {change.was}" for change in one.changes)
    lasting = f"for {one.snapshots} snapshots in a row" if one.snapshots > 1 else ""
    what = " ".join(part for part in (changes or "the same", lasting) if part)
    end = "" if one.is_certain else " would have been sought; whether its legs pass is not known, no chain was read"
    return f"{what} -> {plain(one.strategy)}{end}"
