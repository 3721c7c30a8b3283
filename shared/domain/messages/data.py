"""What the traders live on: snapshots, configuration, keys, and functions that failed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.alerts import Alert
from shared.domain.messages.wording import LOG, alert_of
from shared.domain.vocabulary import AlertLevel

if TYPE_CHECKING:
    from shared.domain.market import Snapshot


def invalid_snapshots(first: Snapshot, snapshot: Snapshot, in_a_row: int, at: datetime) -> Alert:
    """Tell, once for a row of them that began with `first`, that the data cannot be traded on."""
    reasons = ", ".join(f"{fault.code} {fault.value or ''}".strip() for fault in snapshot.faults)
    return alert_of(
        f"invalid-{first.underlying}-{first.at:%Y-%m-%dT%H:%MZ}",
        AlertLevel.HIGH,
        f"{snapshot.underlying}: {in_a_row} invalid snapshots in a row",
        (
            f"What: no entry is decided on {snapshot.underlying}",
            f"Why: {reasons}",
            "How: exits go on with what is known; entries resume with the first valid snapshot",
            f"Look closer: alphagex regime {snapshot.underlying}; alphagex check vendors",
        ),
        at,
    )


def invalid_configuration(name: str, problem: str, at: datetime) -> Alert:
    """Tell that a configuration document cannot be used."""
    return alert_of(
        f"configuration-{name}-{at:%Y-%m-%d}",
        AlertLevel.HIGH,
        f"The configuration of {name} is invalid: no entries",
        (
            f"What: {problem}",
            "Why: a field is unknown, impossible or missing",
            "How: entries stop; exits go on by the rules stamped on each position",
            f"Look closer: alphagex config show {name}",
        ),
        at,
    )


def missing_key(problem: str, at: datetime) -> Alert:
    """Tell, once, that nothing is traded for want of a vendor's key."""
    return alert_of(
        "missing-key",
        AlertLevel.HIGH,
        "A vendor's key is missing: nothing is traded",
        (
            f"What: {problem}",
            "Why: without market data nothing is decided, and a position could not be valued",
            "How: store the key with `alphagex secrets set`; it is taken up within a minute or so",
            "Look closer: alphagex secrets check",
        ),
        at,
    )


def function_failed(function: str, problem: str, at: datetime) -> Alert:
    """Tell that a function ended with an error nobody expected."""
    return alert_of(
        f"failed-{function}-{at:%Y-%m-%dT%H}",
        AlertLevel.HIGH,
        f"{function} failed",
        (
            f"What: {problem}",
            "Why: see the log",
            "How: the next run tries again",
            LOG,
        ),
        at,
    )
