"""What all alerts share: how one is made, and where to look closer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.alerts import SUBJECT_LIMIT, Alert
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import AlertLevel, Bot

if TYPE_CHECKING:
    from shared.domain.positions import Position

POSITIONS = "Look closer: alphagex positions"
LOG = "Look closer: alphagex doctor; the log of the function in CloudWatch"


def alert_of(
    event_id: str, level: AlertLevel, subject: str, lines: tuple[str, ...], at: datetime, bot: Bot | None = None
) -> Alert:
    """Make an alert; `lines` are What, Why, How and where to look closer."""
    return Alert(event_id=event_id, level=level, subject=subject[:SUBJECT_LIMIT], body="\n".join(lines), at=at, bot=bot)


def decisions_at(bot: Bot, at: datetime) -> str:
    """Name the command that shows the decision of a moment."""
    return f"Look closer: alphagex why {bot} --at {at.astimezone(NEW_YORK):%Y-%m-%dT%H:%M:%S}"


def legs_of(position: Position) -> str:
    """Name the legs of a position."""
    return ", ".join(f"{leg.side} {leg.option_symbol}" for leg in position.legs)
