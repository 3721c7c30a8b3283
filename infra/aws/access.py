"""What may be done to what: the words of a function's permissions."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ACTIVE_INDEX: Final = "active"


class TableName(StrEnum):
    """A table of the system."""

    POSITIONS = "positions"
    DECISIONS = "decisions"
    STATS = "stats"
    SNAPSHOTS = "snapshots"


@dataclass(frozen=True)
class Access:
    """Actions of DynamoDB on one table, or on one index of it; `partitions` narrow them to keys of these patterns."""

    table: TableName
    actions: tuple[str, ...]
    index: str | None = None
    partitions: tuple[str, ...] = ()


class Parameters(StrEnum):
    """A group of parameters that is read together."""

    BREAKER = "circuit-breaker"
    BOTS = "bots"
    SYSTEM = "system"
    SECRETS = "secrets"
