"""Alerts: one message for each event, none lost."""

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from shared.adapters.aws import Aws
from shared.adapters.dynamodb.keys import CARETAKER
from shared.adapters.sns import SnsAlerts, sms_text, subject_line
from shared.domain.alerts import Alert
from shared.domain.vocabulary import Bot
from tests.store import BOT, Store, alert

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_topics = count()


class Inbox:
    """A queue subscribed to a topic of its own."""

    def __init__(self, aws: Aws) -> None:
        sns = aws.sns()
        self._sqs: SQSClient = boto3.client("sqs", region_name="us-east-1")
        name = f"alerts{next(_topics)}"
        self.topic_arn = sns.create_topic(Name=name)["TopicArn"]
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=self.topic_arn, Protocol="sqs", Endpoint=arn)

    def messages(self) -> list[dict[str, Any]]:
        reply = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in reply.get("Messages", [])]


@pytest.fixture
def inbox(aws: Aws) -> Inbox:
    return Inbox(aws)


@pytest.fixture
def alerts(aws: Aws, store: Store, inbox: Inbox) -> SnsAlerts:
    return SnsAlerts(aws.sns(), inbox.topic_arn, store.alert_log)


def unsent(store: Store, bot: Bot | None) -> tuple[Alert, ...]:
    return store.book.live(bot or CARETAKER).unsent_alerts


@pytest.mark.parametrize("bot", [pytest.param(BOT, id="of a bot"), pytest.param(None, id="of all")])
def test_an_event_is_told_once_with_its_level(alerts: SnsAlerts, inbox: Inbox, store: Store, bot: Bot | None) -> None:
    for _ in range(3):
        alerts.send(alert(bot=bot))
    (message,) = inbox.messages()
    assert message["Subject"] == "closed with a loss"
    assert message["Message"] == "what, why, how"
    assert message["MessageAttributes"] == {"level": {"Type": "String", "Value": "HIGH"}}
    assert unsent(store, bot) == ()


@pytest.mark.parametrize("bot", [pytest.param(BOT, id="of a bot"), pytest.param(None, id="of all")])
def test_what_sns_did_not_take_is_sent_later(aws: Aws, store: Store, inbox: Inbox, bot: Bot | None) -> None:
    missing = SnsAlerts(aws.sns(), f"{inbox.topic_arn}-gone", store.alert_log)
    missing.send(alert(bot=bot))
    assert unsent(store, bot) == (alert(bot=bot),)
    assert not missing.resend(alert(bot=bot))
    working = SnsAlerts(aws.sns(), inbox.topic_arn, store.alert_log)
    working.send(alert(bot=bot))
    assert inbox.messages() == []
    assert working.resend(alert(bot=bot))
    assert len(inbox.messages()) == 1
    assert unsent(store, bot) == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("ATLAS: 3 stops", "ATLAS: 3 stops", id="plain"),
        pytest.param("OPEN → CLOSED – loss × 2", "OPEN -> CLOSED - loss x 2", id="signs have plain forms"),
        pytest.param("café", "cafe", id="accents go"),
        pytest.param("two\nlines\tand  more", "two lines and more", id="one line"),
        pytest.param("a" * 101, "a" * 97 + "...", id="cut at a hundred"),
        pytest.param("a" * 100, "a" * 100, id="a hundred fit"),
        pytest.param("警報", "AlphaGEX", id="never empty"),
    ],
)
def test_a_subject_is_what_sns_takes(text: str, line: str) -> None:
    assert subject_line(text) == line


@pytest.mark.parametrize(
    ("subject", "body", "text"),
    [
        pytest.param(
            "near its stop",
            "What: x\nLook closer: alphagex positions",
            "HIGH: near its stop\nalphagex positions",
            id="with the command",
        ),
        pytest.param("s" * 100, f"Look closer: {'c' * 60}", f"HIGH: {'s' * 100}", id="without what does not fit"),
        pytest.param("loss − $5", "What: x", "HIGH: loss - $5", id="plain signs"),
    ],
)
def test_a_text_message_is_one_message(subject: str, body: str, text: str) -> None:
    assert sms_text(alert().model_copy(update={"subject": subject, "body": body})) == text
