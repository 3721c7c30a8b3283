"""What phase 1 made of a market, worked out once: no bot's configuration changes it."""

from datetime import datetime

from shared.backtest.tape import Lines, name_of, packed
from shared.domain.market import Snapshot


class SnapshotTape:
    """Snapshots by underlying and moment."""

    def __init__(self, known: Lines | None = None) -> None:
        """Take what the very same code made of the very same market before."""
        self._written = dict(known or {})

    def __len__(self) -> int:
        """Count the snapshots."""
        return len(self._written)

    def knows(self, underlying: str, at: datetime) -> bool:
        """Tell whether the snapshot of a moment was made before."""
        return name_of(underlying, at) in self._written

    def read(self, underlying: str, at: datetime) -> Snapshot | None:
        """Return the snapshot of a moment, None where nobody has made it."""
        written = self._written.get(name_of(underlying, at))
        return None if written is None else Snapshot.model_validate_json(written)

    def keep(self, snapshot: Snapshot, at: datetime) -> None:
        """Write a snapshot down under the moment it was asked for."""
        self._written[name_of(snapshot.underlying, at)] = snapshot.model_dump_json()

    def stored(self) -> bytes:
        """Return the tape as compact bytes."""
        return packed(self._written)
