"""What a batch needs of a place where files are kept."""

from typing import Protocol


class Objects(Protocol):
    """Files by their keys."""

    def read(self, key: str) -> bytes:
        """Return a file. Raises StoreError."""

    def write(self, key: str, data: bytes) -> None:
        """Store a file, in place of an older one. Raises StoreError."""

    def keys(self, prefix: str) -> list[str]:
        """List the keys that begin so, ascending. Raises StoreError."""
