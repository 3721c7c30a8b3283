"""What phase 1 made of a market, worked out once: no bot's configuration changes it."""

import gzip
from collections.abc import Mapping
from datetime import datetime

from shared.domain.errors import InvalidValueError
from shared.domain.market import Snapshot


class SnapshotTape:
    """Snapshots by underlying and moment, each left as it was written until somebody asks for it."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        """Take what the very same code made of the very same market before."""
        self._written = dict(known or {})

    def __len__(self) -> int:
        """Count the snapshots."""
        return len(self._written)

    def read(self, underlying: str, at: datetime) -> Snapshot | None:
        """Return the snapshot of a moment, None where nobody has made it."""
        written = self._written.get(_name(underlying, at))
        return None if written is None else Snapshot.model_validate_json(written)

    def keep(self, snapshot: Snapshot, at: datetime) -> None:
        """Write a snapshot down under the moment it was asked for."""
        self._written[_name(snapshot.underlying, at)] = snapshot.model_dump_json()

    def stored(self) -> bytes:
        """Return the tape as compact bytes."""
        lines = (f"{name} {written}" for name, written in sorted(self._written.items()))
        return gzip.compress("\n".join(lines).encode(), mtime=0)


def restored_snapshots(data: bytes) -> dict[str, str]:
    """Read a stored tape.

    Raises:
        InvalidValueError: the bytes are no tape.
    """
    try:
        lines = gzip.decompress(data).decode().splitlines()
        return dict(line.split(" ", 1) for line in lines)
    except (OSError, ValueError) as error:
        raise InvalidValueError("tape", f"{len(data)} bytes", "delete the file; it is made again") from error


def _name(underlying: str, at: datetime) -> str:
    return f"{underlying}@{at.isoformat()}"
