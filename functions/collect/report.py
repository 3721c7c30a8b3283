"""What collect says of a minute: a line for each snapshot, and how old its newest sound data is."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.market import Snapshot


class Freshness:
    """Remembers the vendor's time of the newest valid data of each underlying, as long as the process lives."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._newest: dict[str, datetime] = {}

    def age(self, collected: Iterable[Snapshot], now: datetime) -> float | None:
        """Return the age in seconds of the underlying that is worst off; None where nothing was collected or known."""
        ages = []
        for snapshot in collected:
            if snapshot.is_valid and snapshot.spot is not None:
                self._newest[snapshot.underlying] = snapshot.spot.as_of
            newest = self._newest.get(snapshot.underlying)
            if newest is not None:
                ages.append((now - newest).total_seconds())
        return max(ages, default=None)


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
