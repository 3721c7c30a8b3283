"""The one seam where an error nobody expected is logged, told and let go on its way."""

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from aws_lambda_powertools import Logger

from shared.domain import messages
from shared.domain.errors import AlphaGexError
from shared.domain.ports import Alerts, Clock


class Seam:
    """Wraps the work of a handler; an error is never swallowed here, and telling of it never hides it."""

    def __init__(self, function: str, logger: Logger, voice: Callable[[], tuple[Alerts, Clock]]) -> None:
        """Speak for this function; ``voice`` opens the way to the user when it is needed."""
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
            alerts, clock = self._voice()
            alerts.send(messages.function_failed(self._function, f"{type(error).__name__}: {error}"[:500], clock.now()))
