"""What is made when something of it is first asked for, because making it takes longer than most runs."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar, cast

_Made = TypeVar("_Made")


def later(make: Callable[[], _Made]) -> _Made:
    """Return what stands for the thing until then, and passes every question on to it.

    Threads that ask first at the same time share the one that is made.
    """
    return cast("_Made", _Later(make))


class _Later:
    """Stands for one thing."""

    __slots__ = ("_made", "_make", "_making")

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._making = Lock()
        self._made: object = None

    def __getattr__(self, name: str) -> object:
        """Make the thing when something of it is first asked for."""
        if self._made is None:
            with self._making:
                if self._made is None:
                    self._made = self._make()
        return getattr(self._made, name)
