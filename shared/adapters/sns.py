"""Alerts over SNS: written down first, sent once, and sent again if the sending failed."""

import json
import logging
import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.alerts import SMS_LIMIT, SUBJECT_LIMIT, Alert

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient

logger = logging.getLogger(__name__)

_PLAIN: Final = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "→": "->", "×": "x", "·": "-", "≤": "<=", "≥": ">=", "’": "'", "“": '"', "”": '"'}
)
AWAY: Final = timedelta(seconds=45)
"""How long SNS is not asked again after it failed: the rest of a run, and no longer."""
_CUT: Final = "..."
_LOOK_CLOSER: Final = "Look closer: "


class AlertLog(Protocol):
    """Remembers which events were told."""

    def claim(self, alert: Alert) -> bool:
        """Write an alert down as unsent; False when its event is known already."""

    def mark_sent(self, alert: Alert) -> None:
        """Remember that an alert went out."""


class SnsAlerts:
    """The way to the user: one message for each event.

    An alert that SNS did not take stays unsent in the log, is seen in the live state by every run that follows, and
    goes out through `resend`. A failing SNS therefore never stops an exit, and never loses a message.
    """

    def __init__(self, client: "SNSClient", topic_arn: str, log: AlertLog) -> None:
        """Publish to this topic what the log has not seen."""
        self._client = client
        self._topic_arn = topic_arn
        self._log = log
        self._away_from: datetime | None = None

    def send(self, alert: Alert) -> None:
        """Send one message; the same event id again sends nothing. Raises StoreError when the log cannot be kept."""
        if self._log.claim(alert) and not self._is_away(alert):
            self.resend(alert)

    def _is_away(self, alert: Alert) -> bool:
        """Tell whether SNS just failed: asking again for each message could take a whole run, exits and all."""
        return self._away_from is not None and timedelta(0) <= alert.at - self._away_from < AWAY

    def resend(self, alert: Alert) -> bool:
        """Send an alert that was claimed and never went out; False when SNS did not take it this time either."""
        if not self._published(alert):
            return False
        self._log.mark_sent(alert)
        return True

    def _published(self, alert: Alert) -> bool:
        try:
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=subject_line(alert.subject),
                Message=json.dumps({"default": alert.body, "sms": sms_text(alert)}),
                MessageStructure="json",
                MessageAttributes={"level": {"DataType": "String", "StringValue": alert.level.value}},
            )
        except (BotoCoreError, ClientError):
            logger.exception("alert %s stays unsent", alert.event_id)
            self._away_from = alert.at
            return False
        self._away_from = None
        return True


def sms_text(alert: Alert) -> str:
    """Return an alert as one text message: its level and subject, and the command to look closer where it fits."""
    told = f"{alert.level}: {subject_line(alert.subject)}"
    command = next((line for line in alert.body.splitlines() if line.startswith(_LOOK_CLOSER)), "")
    whole = f"{told}\n{_plain(command.removeprefix(_LOOK_CLOSER))}".strip()
    return whole if len(whole) <= SMS_LIMIT else told


def _plain(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text.translate(_PLAIN)).encode("ascii", "ignore").decode()
    return " ".join("".join(each if each.isprintable() else " " for each in ascii_only).split())


def subject_line(text: str) -> str:
    """Return what SNS takes as a subject: one line of at most 100 printable ASCII characters."""
    line = _plain(text)
    if len(line) > SUBJECT_LIMIT:
        line = line[: SUBJECT_LIMIT - len(_CUT)].rstrip() + _CUT
    return line or "AlphaGEX"
