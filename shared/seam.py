"""The one seam where an error nobody expected is logged, told and let go on its way."""

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Protocol

from aws_lambda_powertools import Logger

from shared.domain import messages
from shared.domain.errors import AlphaGexError
from shared.domain.ports import Alerts, Clock


class Voice(Protocol):
    """Who can speak to the user, and knows what time it is."""

    @property
    def alerts(self) -> Alerts:
        """The way to the user."""

    @property
    def clock(self) -> Clock:
        """The time."""


class Seam:
    """Wraps the work of a handler; an error is never swallowed here, and telling of it never hides it."""

    def __init__(self, function: str, logger: Logger, voice: Callable[[], Voice]) -> None:
        """Speak for this function; ``voice`` is opened when there is something to tell."""
        self._function = function
        self._logger = logger
        self._voice = voice

    def __enter__(self) -> "Seam":
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Log and tell; the error goes on."""
        if not isinstance(error, Exception):
            return
        self._logger.error("failed", exc_info=error)
        with suppress(AlphaGexError):
            voice, problem = self._voice(), f"{type(error).__name__}: {error}"[:500]
            voice.alerts.send(messages.function_failed(self._function, problem, voice.clock.now()))
