"""Does a stored decision come out again, exactly, from the inputs and versions it names?"""

from typing import NamedTuple

from shared.domain.config import BotConfig
from shared.domain.decisions import Decision, Gate
from shared.domain.market import Snapshot
from shared.phases.entry.inputs import decide_again

AFTERWARDS = frozenset({"count", "last_seen", "last_snapshot_id", "inputs", "schema_version"})
"""What is written into a record later, or is no answer."""


class Difference(NamedTuple):
    """One field that came out otherwise."""

    decision_id: str
    field: str
    stored: str
    again: str


def differences(config: BotConfig, snapshot: Snapshot, stored: Decision) -> tuple[Difference, ...]:
    """Decide again and return every field of the answer that differs; none is what is expected."""
    again = decide_again(config, snapshot, stored)
    if again is None:
        return (Difference(stored.decision_id, "inputs", "none", "cannot be decided again"),)
    found = []
    if config.digest != stored.config_digest:
        found.append(Difference(stored.decision_id, "configuration", stored.config_digest, config.digest))
    for name in type(stored).model_fields:
        before, after = getattr(stored, name), getattr(again, name)
        if name == "why":
            found += _gates(stored, again)
        elif name not in AFTERWARDS and before != after:
            found.append(Difference(stored.decision_id, name, str(before), str(after)))
    return tuple(found)


def _gates(stored: Decision, again: Decision) -> list[Difference]:
    found = []
    for number in range(max(len(stored.why), len(again.why))):
        before, after = _gate(stored.why, number), _gate(again.why, number)
        if before != after:
            found.append(Difference(stored.decision_id, f"why[{number}]", before, after))
    return found


def _gate(gates: tuple[Gate, ...], number: int) -> str:
    return str(gates[number]) if number < len(gates) else "absent"
