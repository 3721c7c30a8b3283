"""Every call that the workflows make of the outside world, numbered; at any of them something may happen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class CrashError(BaseException):
    """The process is gone: nothing of ours catches this."""


Happening = Callable[[str], None]


@dataclass
class Trail:
    """The calls so far by name (`book.commit`), and what happens just before one of them.

    ``crash_at`` is the number of the call, counted from 0, before which the process ends. Nothing but pure code lies
    between two calls, so ending before call n is also ending after call n - 1.
    """

    calls: list[str] = field(default_factory=list)
    crash_at: int | None = None
    before: dict[str, list[Happening]] = field(default_factory=dict)

    def restart(self, crash_at: int | None = None) -> None:
        """Count from 0 again."""
        self.calls.clear()
        self.crash_at = crash_at

    def just_before(self, name: str, happening: Callable[[], object], occasion: int = 1) -> None:
        """Let something happen once, before the call of this name (``occasion`` 2: before the second one)."""
        left = [occasion]

        def once(detail: str) -> None:
            left[0] -= 1
            if left[0] == 0:
                happening()

        self.before.setdefault(name, []).append(once)

    def crash_after(self, name: str) -> None:
        """End the process as soon as the next call of this name is made."""
        self.before.setdefault(name, []).append(lambda _: setattr(self, "crash_at", len(self.calls)))

    def pass_by(self, name: str, detail: str) -> None:
        """Note a call that is about to be made."""
        number = len(self.calls)
        self.calls.append(name)
        if number == self.crash_at:
            raise CrashError(f"before call {number}, {name}")
        for key in (name, f"{name} {detail}"):
            for happening in self.before.get(key, ()):
                happening(detail)


class Watched:
    """Any port, with each call noted on the trail; the first argument, where it is a text, is the call's detail."""

    def __init__(self, port: Any, name: str, trail: Trail) -> None:
        self._port = port
        self._name = name
        self._trail = trail

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            detail = arguments[0] if arguments and isinstance(arguments[0], str) else ""
            self._trail.pass_by(f"{self._name}.{name}", detail)
            return found(*arguments, **named)

        return call
