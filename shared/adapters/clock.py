"""The time: the machine's own, or that of a replay."""

import mmap
import time
from datetime import UTC, datetime
from pathlib import Path
from struct import Struct
from typing import Final, Protocol

from shared.domain.errors import InvalidValueError
from shared.domain.ports import Clock

_SECONDS: Final = Struct("<d")


class Now(Protocol):
    """Whoever knows the present moment; the Clock port does."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class FileClock:
    """The clock of a replay: history is traded through the very functions, which must then believe its time.

    The instant stands in a file of eight bytes (epoch seconds as a little-endian double), mapped into memory and
    shared by all processes of one machine. Whoever drives the replay sets it; sleeping moves it on at once.
    """

    def __init__(self, path: Path) -> None:
        """Map an existing clock file. Raises InvalidValueError when it is none."""
        try:
            with path.open("r+b") as file:
                self._map = mmap.mmap(file.fileno(), _SECONDS.size)
        except (OSError, ValueError) as error:
            raise InvalidValueError("CLOCK_FILE", str(path), "name an existing file of eight bytes") from error

    def now(self) -> datetime:
        """Return the instant of the replay, in UTC."""
        return datetime.fromtimestamp(self._read(), UTC)

    def sleep(self, seconds: float) -> None:
        """Move the replay on, without waiting."""
        _SECONDS.pack_into(self._map, 0, self._read() + seconds)

    def _read(self) -> float:
        seconds: float = _SECONDS.unpack_from(self._map)[0]
        return seconds


def clock_for(clock_file: str | None) -> Clock:
    """Return the clock that the setting `CLOCK_FILE` chooses: the machine's where it is not given."""
    return FileClock(Path(clock_file)) if clock_file else SystemClock()
