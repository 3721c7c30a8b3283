"""A snapshot: the newest of an underlying, or one by its name, and what is wrong with it."""

from datetime import datetime

from shared.domain.errors import FeedUnavailableError
from shared.domain.market import FaultCode, Snapshot
from shared.domain.ports import Snapshots
from shared.views.sources import Sources, configurations
from shared.views.underlyings import known_underlying
from shared.views.view import View


class FaultView(View):
    """Why a snapshot cannot be traded on."""

    code: FaultCode
    value: str | None
    limit: str | None


class NoSnapshotError(FeedUnavailableError):
    """Nothing was collected of an underlying yet."""


def newest_snapshot(sources: Sources, underlying: str) -> Snapshot:
    """Return the newest snapshot.

    Raises:
        UnknownUnderlyingError: no data of this underlying is collected.
        NoSnapshotError: none was collected yet.
    """
    known_underlying(underlying, configurations(sources)[0])
    snapshot = sources.snapshots.latest(underlying)
    if snapshot is None:
        raise NoSnapshotError(f"no snapshot of {underlying} yet; collect stores one a minute of the session")
    return snapshot


def snapshot_of(snapshots: Snapshots, snapshot_id: str | None) -> Snapshot | None:
    """Return the snapshot that a decision names, None where it names none or it has expired."""
    underlying, _, minute = (snapshot_id or "").partition("@")
    return snapshots.get(underlying, datetime.fromisoformat(minute)) if minute else None
