"""How tests ask the doctor one question."""

from collections.abc import Callable, Iterator
from typing import Any

from infra.cli.diagnosis.findings import Check, Finding, Patient, examine
from infra.cli.stage import Place

Question = Callable[[Patient], Iterator[Finding]]


def asked(place: Place, question: Question, client: Callable[[str], Any] | None = None) -> list[Finding]:
    return [one.finding for one in examine(Patient(place, client), Check("topic", "question", question))]
