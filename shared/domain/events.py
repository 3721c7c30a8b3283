"""What wakes a function."""

from pydantic import BaseModel, ConfigDict

from shared.domain.values import UtcTime, Value
from shared.domain.vocabulary import Bot

SNAPSHOT_COLLECTED = "SnapshotCollected"
EVENT_SOURCE = "alphagex"


class SnapshotCollected(Value):
    """The news that a snapshot was stored, valid or not."""

    underlying: str
    snapshot_at: UtcTime


class TradeRequest(BaseModel):
    """What wakes trade: which bot, and the snapshot that caused it; none when the schedule did."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    bot: Bot
    snapshot: SnapshotCollected | None = None
