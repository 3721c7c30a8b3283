"""What trade says of a decision: its line in the log, and how long the data took to become an order."""

from datetime import datetime

from shared.domain.decisions import Decision


def seconds_to_order(entry: Decision, now: datetime) -> float:
    """Return the seconds from the minute of the snapshot to now, when its order has left."""
    minute = (entry.snapshot_id or "").rpartition("@")[2]
    return (now - datetime.fromisoformat(minute)).total_seconds()


def line_of(decision: Decision) -> dict[str, object]:
    """Return the named values of a decision's line in the log."""
    return {
        "correlation_id": decision.snapshot_id,
        "bot": decision.bot,
        "mode": decision.mode,
        "kind": decision.kind,
        "decision_id": decision.decision_id,
        "intent_id": decision.intent_id,
        "position_id": decision.position_id,
        "regime": decision.regime,
        "rule": decision.rule,
        "action": decision.action,
        "strategy": decision.strategy,
        "reason": decision.denials[0].code if decision.denials else decision.kind,
        "denials": [denial.code for denial in decision.denials],
    }
