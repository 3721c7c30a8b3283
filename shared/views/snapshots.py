"""A snapshot by its name."""

from datetime import datetime

from shared.domain.market import Snapshot
from shared.domain.ports import Snapshots


def snapshot_of(snapshots: Snapshots, snapshot_id: str | None) -> Snapshot | None:
    """Return the snapshot that a decision names, None where it names none or it has expired."""
    underlying, _, minute = (snapshot_id or "").partition("@")
    return snapshots.get(underlying, datetime.fromisoformat(minute)) if minute else None
