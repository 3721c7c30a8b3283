"""Chance that is the same on every run: a property of a text, not a draw."""

from functools import lru_cache
from zlib import crc32


@lru_cache(maxsize=131_072)
def luck(text: str, sides: int) -> int:
    """Return a number from 0 to sides - 1 that belongs to this text."""
    return crc32(text.encode()) % sides
