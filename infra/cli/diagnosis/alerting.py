"""Dead alerts: unsent messages, subscriptions nobody confirmed, text messages that cannot go out, alarms."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from infra.cli.diagnosis.findings import Finding, Patient, ill, note, well
from infra.cli.screen import when
from shared.domain.vocabulary import Bot

PENDING = "PendingConfirmation"
SMS_DOLLARS = Decimal(1)
"""SNS spends a dollar a month on text messages unless it is allowed more."""


def unsent(patient: Patient) -> Iterator[Finding]:
    """Look for alerts that were written down and never went out."""
    waiting = [alert for bot in Bot for alert in patient.place.stage.book.live(bot).unsent_alerts]
    for alert in waiting:
        evidence = f"unsent since {when(alert.at)}: {alert.subject}"
        yield ill(evidence, "monitor sends it again each run; see the topic below")
    if not waiting:
        yield well("no alert waits to be sent")


def subscriptions(patient: Patient) -> Iterator[Finding]:
    """Look at who hears the topic, and who did not confirm."""
    found = _subscriptions(patient)
    if not found:
        yield ill("nobody is subscribed to the alerts", f"{patient.place.deploying} EMAIL=you@example.com")
        return
    for one in found:
        name = f"{one['Protocol']} {one['Endpoint']}"
        if one["SubscriptionArn"] == PENDING:
            again = f"aws sns subscribe --topic-arn {patient.place.settings.topic_arn}"
            remedy = f"confirm the mail of AWS; again: {again} --protocol {one['Protocol']} "
            yield ill(
                f"{name} is not confirmed: it hears nothing", f"{remedy}--notification-endpoint {one['Endpoint']}"
            )
        else:
            yield well(f"{name} is subscribed")


def _subscriptions(patient: Patient) -> list[Mapping[str, str]]:
    client, topic = patient.client("sns"), patient.place.settings.topic_arn
    reply: dict[str, Any] = client.list_subscriptions_by_topic(TopicArn=topic)
    return list(reply["Subscriptions"])


def text_messages(patient: Patient) -> Iterator[Finding]:
    """Look for what keeps text messages from going out: the sandbox, no origination number, the spending limit."""
    subscribed = _subscriptions(patient)
    phones = [one["Endpoint"] for one in subscribed if one["Protocol"] == "sms"]
    if not phones:
        kept = "".join(f" EMAIL={one['Endpoint']}" for one in subscribed if one["Protocol"] == "email")
        yield note("no phone is subscribed", f"{patient.place.deploying}{kept} PHONE=+12125550123")
        return
    client = patient.client("sns")
    yield from _sandbox(client, phones)
    yield from _origination(client, phones)
    yield from _spending(client)


def _sandbox(client: Any, phones: list[str]) -> Iterator[Finding]:  # noqa: ANN401 - a client of SNS
    if not client.get_sms_sandbox_account_status()["IsInSandbox"]:
        yield well("text messages have left the sandbox")
        return
    known = client.list_sms_sandbox_phone_numbers()["PhoneNumbers"]
    verified = {one["PhoneNumber"] for one in known if one["Status"] == "Verified"}
    for phone in phones:
        if phone in verified:
            yield well(f"{phone} is verified; SMS is in its sandbox, which is enough for your own phone")
        else:
            remedy = f"aws sns create-sms-sandbox-phone-number --phone-number {phone}, then verify it with the code"
            yield ill(f"SMS is in its sandbox and {phone} is not verified: no text arrives", remedy)


def _origination(client: Any, phones: list[str]) -> Iterator[Finding]:  # noqa: ANN401 - a client of SNS
    american = [phone for phone in phones if phone.startswith("+1")]
    if american and not client.list_origination_numbers()["PhoneNumbers"]:
        remedy = "request a toll-free number in AWS End User Messaging (Phone numbers), and register it"
        yield ill(f"there is no origination number, without which no text reaches {american[0]}", remedy)


def _spending(client: Any) -> Iterator[Finding]:  # noqa: ANN401 - a client of SNS
    attributes = client.get_sms_attributes(attributes=["MonthlySpendLimit"])["attributes"]
    try:
        limit = Decimal(attributes.get("MonthlySpendLimit", str(SMS_DOLLARS)))
    except InvalidOperation:
        limit = SMS_DOLLARS
    if limit <= 0:
        remedy = "aws sns set-sms-attributes --attributes MonthlySpendLimit=1"
        yield ill(f"the monthly limit for text messages is ${limit}", remedy)
    else:
        yield well(f"up to ${limit} a month may be spent on text messages")


def alarms(patient: Patient) -> Iterator[Finding]:
    """Look for CloudWatch alarms of this stage that are ringing."""
    if patient.place.is_local:
        yield note("a laptop has no alarms")
        return
    reply = patient.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"alphagex-{patient.place.name}")
    ringing = [one for one in reply["MetricAlarms"] if one["StateValue"] == "ALARM"]
    for one in ringing:
        yield ill(f"{one.get('AlarmDescription') or one['AlarmName']}: {one['StateReason'][:160]}", "see its log")
    if not ringing:
        yield well(f"{len(reply['MetricAlarms'])} alarms, none ringing")
