"""The ground of every view: frozen, and exact where money is concerned (decimals travel as text)."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from shared.domain.values import to_cents


class View(BaseModel):
    """An answer to a reader; decimals are written as text, curves for drawing as plain numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def dollars(amount: Decimal) -> Decimal:
    """Round to cents; a negative nothing is nothing."""
    return to_cents(amount) + 0


def seconds_between(earlier: datetime, later: datetime) -> int:
    """Return whole seconds from one moment to another, negative when it lies ahead."""
    return round((later - earlier).total_seconds())
