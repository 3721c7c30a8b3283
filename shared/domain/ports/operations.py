"""What the functions run by: the time, what the user set, and the ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shared.domain.alerts import Alert
    from shared.domain.config import BotConfig, SystemConfig
    from shared.domain.events import SnapshotCollected
    from shared.domain.vocabulary import Bot, TradingState


class Clock(Protocol):
    """The time, and waiting for it."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Configuration(Protocol):
    """What the user set."""

    def bot(self, bot: Bot) -> BotConfig:
        """Return a bot's configuration. Raises InvalidConfigurationError."""

    def system(self) -> SystemConfig:
        """Return the stage's configuration. Raises InvalidConfigurationError."""


class Breaker(Protocol):
    """The user's switch."""

    def state(self) -> TradingState:
        """Return the switch, never from a cache; REDUCING when it cannot be read or understood."""


class Parameters(Configuration, Breaker, Protocol):
    """The configuration and the switch as they stand now, read once for one run."""


class Alerts(Protocol):
    """The way to the user."""

    def send(self, alert: Alert) -> None:
        """Send one message; the same event id again sends nothing."""

    def resend(self, alert: Alert) -> bool:
        """Send a message that was claimed and never went out; False when it still could not go out."""


class Events(Protocol):
    """The way to the other functions."""

    def publish(self, events: Sequence[SnapshotCollected]) -> None:
        """Tell which snapshots were stored, at most ten at once. Raises StoreError."""
