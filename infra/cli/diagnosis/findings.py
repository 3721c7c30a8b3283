"""What a check finds: how it is, by what evidence, and the command that mends it."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from infra.cli.mistakes import explained
from infra.cli.stage import Place
from shared.domain.errors import AlphaGexError
from shared.views.health import HealthView, health_view


class Verdict(StrEnum):
    """How a check came out."""

    WELL = "well"
    NOTE = "note"
    ILL = "ILL"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """One check's answer; ``remedy`` is a command or the next step, empty where nothing is to be done."""

    verdict: Verdict
    evidence: str
    remedy: str = ""


class Patient:
    """A stage under examination; ``client`` makes AWS clients, what is read twice is read once."""

    def __init__(self, place: Place, client: Callable[[str], Any] | None = None) -> None:
        """Examine this stage."""
        self.place = place
        self.client = client or place.client

    @cached_property
    def health(self) -> HealthView:
        """The state of the stage."""
        return health_view(self.place.stage.sources)


class Check(NamedTuple):
    """One question of the examination."""

    topic: str
    question: str
    ask: Callable[[Patient], Iterator[Finding]]


class Answer(NamedTuple):
    """A check with one of its findings."""

    topic: str
    question: str
    finding: Finding


def examine(patient: Patient, check: Check) -> tuple[Answer, ...]:
    """Ask one question; what keeps it from being answered is a finding of its own."""
    try:
        found = tuple(check.ask(patient))
    except (AlphaGexError, BotoCoreError, ClientError) as error:
        line, _ = explained(error)
        found = (Finding(Verdict.UNKNOWN, line, "mend this first, then run doctor again"),)
    return tuple(Answer(check.topic, check.question, one) for one in found)


def well(evidence: str) -> Finding:
    """Say that it is as it should be."""
    return Finding(Verdict.WELL, evidence)


def note(evidence: str, remedy: str = "") -> Finding:
    """Say something that explains, and is no fault."""
    return Finding(Verdict.NOTE, evidence, remedy)


def ill(evidence: str, remedy: str) -> Finding:
    """Say what is wrong and what mends it."""
    return Finding(Verdict.ILL, evidence, remedy)
