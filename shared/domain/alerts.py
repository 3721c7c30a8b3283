"""A message to the user."""

from shared.domain.values import UtcTime, Value
from shared.domain.vocabulary import AlertLevel, Bot

SUBJECT_LIMIT = 100
"""The longest subject SNS takes."""
SMS_LIMIT = 160
"""The longest text message that stays one message."""


class Alert(Value):
    """One message for one event; ``event_id`` makes a repeat silent."""

    event_id: str
    level: AlertLevel
    subject: str
    body: str
    at: UtcTime
    bot: Bot | None = None
