"""The clock of a replay: a file of eight bytes that one process sets and every other process reads."""

import mmap
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

CLOCK_BYTES = 8
"""One little-endian IEEE 754 double: epoch seconds, UTC."""


class ReplayClock:
    """A clock that stands still until it is set.

    The file holds one float64 of epoch seconds. It is mapped into memory and written with a single
    eight-byte store, so that a reader in another process sees either the old time or the new one.
    """

    def __init__(self, path: Path) -> None:
        """Map an existing clock file.

        Raises:
            FileNotFoundError: there is no such file; `create` makes one.
        """
        self.path = path
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), CLOCK_BYTES)
        self._bytes = memoryview(self._map)
        self._seconds = self._bytes.cast("d")

    @classmethod
    def create(cls, path: Path, at: datetime | None = None) -> Self:
        """Make the clock file, showing `at`, or 1970 until it is set."""
        path.write_bytes(bytes(CLOCK_BYTES))
        clock = cls(path)
        if at is not None:
            clock.set(at)
        return clock

    def set(self, at: datetime) -> None:
        """Show this aware instant from now on.

        Raises:
            ValueError: the instant has no time zone.
        """
        if at.tzinfo is None:
            raise ValueError(f"{at.isoformat()} has no time zone: pass an aware datetime")
        self._seconds[0] = at.timestamp()

    def now(self) -> datetime:
        """Return the instant shown, aware and in UTC."""
        return datetime.fromtimestamp(self._seconds[0], UTC)

    def close(self) -> None:
        """Let go of the file; it stays where it is."""
        self._seconds.release()
        self._bytes.release()
        self._map.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
