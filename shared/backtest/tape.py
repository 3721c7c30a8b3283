"""How what was worked out of a market is kept: a line a moment, read when somebody asks for it."""

import gzip
from collections.abc import Mapping
from datetime import datetime

from shared.domain.errors import InvalidValueError

Lines = Mapping[str, str]
"""What was written down, by underlying and moment."""


def name_of(underlying: str, at: datetime) -> str:
    """Name a moment of an underlying; the moment is told in UTC."""
    return f"{underlying}@{at.isoformat()}"


def packed(lines: Lines) -> bytes:
    """Return lines as compact bytes, the same for the same lines."""
    text = "\n".join(f"{name}\n{written}" for name, written in sorted(lines.items()))
    return gzip.compress(text.encode(), mtime=0)


def unpacked(data: bytes) -> dict[str, str]:
    """Return the lines of packed bytes.

    Raises:
        InvalidValueError: the bytes are no tape.
    """
    try:
        text = gzip.decompress(data).decode()
        lines = text.split("\n") if text else []
        return dict(zip(lines[::2], lines[1::2], strict=True))
    except (OSError, EOFError, ValueError) as error:
        raise InvalidValueError("tape", f"{len(data)} bytes", "delete the file; it is made again") from error
