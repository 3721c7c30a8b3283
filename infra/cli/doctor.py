"""``alphagex doctor``: the Troubleshooting section in its order, each check with its evidence and remedy."""

from typing import Final

from rich.progress import track
from rich.text import Text

from infra.cli.diagnosis import alerting, ground, positions, trading
from infra.cli.diagnosis.findings import Answer, Check, Patient, Verdict, examine
from infra.cli.mistakes import FOUND
from infra.cli.screen import BAD, GOOD, WARN, JsonOption, console, table, write_json
from infra.cli.stage import Place

NO_TRADES: Final = "No trades being placed"
WRONG: Final = "Wrong strategy selected"
NOT_CLOSING: Final = "Position not closing"
NOT_LEARNING: Final = "Statistics not updating"
DATA: Final = "Stale data"
ALERTS: Final = "Dead alerts"
GROUND: Final = "Clock, keys, permissions"

CHECKS: Final = (
    Check(NO_TRADES, "regime classification", trading.regime),
    Check(NO_TRADES, "what each bot decided last", trading.refusals),
    Check(NO_TRADES, "position count", trading.counts),
    Check(NO_TRADES, "what is at stake", trading.stakes),
    Check(NO_TRADES, "market open", trading.market),
    Check(NO_TRADES, "switches", trading.switches),
    Check(WRONG, "decision matrix", trading.matrix),
    Check(WRONG, "input data", trading.inputs),
    Check(WRONG, "IV rank", trading.iv_rank),
    Check(NOT_CLOSING, "monitor is running", positions.monitor),
    Check(NOT_CLOSING, "exit conditions", positions.exits),
    Check(NOT_CLOSING, "positions in the table", positions.states),
    Check(NOT_LEARNING, "closed trades and their count", positions.learnt),
    Check(NOT_LEARNING, "errors of learn", positions.dead_letters),
    Check(DATA, "age by the vendor's time", ground.freshness),
    Check(ALERTS, "unsent alerts", alerting.unsent),
    Check(ALERTS, "subscriptions", alerting.subscriptions),
    Check(ALERTS, "text messages", alerting.text_messages),
    Check(ALERTS, "alarms", alerting.alarms),
    Check(GROUND, "clock skew", ground.clocks),
    Check(GROUND, "keys", ground.keys),
    Check(GROUND, "permissions", ground.permissions),
)
STYLES: Final = {Verdict.WELL: GOOD, Verdict.NOTE: WARN, Verdict.ILL: f"bold {BAD}", Verdict.UNKNOWN: WARN}


def doctor(place: Place, *, as_json: JsonOption = False) -> None:
    """Examine the stage: what is wrong, by what evidence, and the command that mends it. Exit code 1 if anything is."""
    screen = console(to_error=True)
    patient = Patient(place)
    quiet = as_json or not screen.is_terminal
    answers = [
        answer
        for check in track(CHECKS, "Examining", console=screen, disable=quiet, transient=True)
        for answer in examine(patient, check)
    ]
    if as_json:
        write_json(answers)
    else:
        _show(answers)
    if any(one.finding.verdict in (Verdict.ILL, Verdict.UNKNOWN) for one in answers):
        raise SystemExit(FOUND)


def _show(answers: list[Answer]) -> None:
    screen, topic, question = console(), "", ""
    made = table("", "", "Check", "Evidence", "Remedy")
    for one in answers:
        if one.topic != topic:
            made.add_row("", Text(one.topic, style="bold"), "", "")
            topic = one.topic
        verdict = one.finding.verdict
        name = "" if one.question == question else one.question
        question = one.question
        made.add_row(Text(verdict, style=STYLES[verdict]), name, one.finding.evidence, one.finding.remedy)
    screen.show(made)
    wrong = sum(1 for one in answers if one.finding.verdict is Verdict.ILL)
    unknown = sum(1 for one in answers if one.finding.verdict is Verdict.UNKNOWN)
    screen.say(f"{wrong} ill, {unknown} not to be answered, of {len(answers)} findings")
