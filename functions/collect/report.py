"""What collect says of a minute: a line for each snapshot, and how old its newest sound data is."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from shared.domain.market import Snapshot
from shared.domain.sessions import new_york_date, session

LOOKED_BACK: Final = 10
"""So many stored snapshots are asked for sound data by a process that has seen none of its own."""


class Freshness:
    """Remembers the vendor's time of the newest valid data of each underlying, as long as the process lives."""

    def __init__(self, recent: Callable[[str, int], Sequence[Snapshot]]) -> None:
        """Ask ``recent`` for the newest stored snapshots of an underlying where this process knows of none."""
        self._recent = recent
        self._newest: dict[str, datetime] = {}

    def age(self, collected: Iterable[Snapshot], now: datetime) -> float | None:
        """Return the age in seconds of the underlying that is worst off, of this session; None if none was collected.

        Where no sound data is known at all, it is as old as the oldest unsound that was looked at.
        """
        today = session(new_york_date(now))
        ages = []
        for snapshot in collected:
            newest = self._newest_of(snapshot)
            ages.append((now - (max(newest, today.opens_at) if today else newest)).total_seconds())
        return max(ages, default=None)

    def _newest_of(self, snapshot: Snapshot) -> datetime:
        if snapshot.is_valid and snapshot.spot is not None:
            self._newest[snapshot.underlying] = snapshot.spot.as_of
        if snapshot.underlying not in self._newest:
            stored = self._recent(snapshot.underlying, LOOKED_BACK)
            sound = (one.spot.as_of for one in stored if one.is_valid and one.spot is not None)
            self._newest[snapshot.underlying] = next(sound, min([snapshot.at, *(one.at for one in stored)]))
        return self._newest[snapshot.underlying]


def line_of(snapshot: Snapshot) -> dict[str, object]:
    """Return the named values of a snapshot's line in the log."""
    return {
        "correlation_id": snapshot.snapshot_id,
        "underlying": snapshot.underlying,
        "valid": snapshot.is_valid,
        "faults": [fault.code for fault in snapshot.faults],
        "passed_over": [f"{one.need}: {one.source}" for one in snapshot.fallbacks],
        "spot": None if snapshot.spot is None else snapshot.spot.value,
        "vix": None if snapshot.vix is None else snapshot.vix.value,
        "net_gex": None if snapshot.gamma is None else snapshot.gamma.net_gex,
    }
