"""The doctor on what only a stage in AWS has: text messages, alarms, dead letters, permissions."""

from dataclasses import replace
from typing import Any

import pytest

from infra.cli.diagnosis import alerting, ground, positions
from infra.cli.diagnosis.findings import Verdict
from tests.functions.house import House
from tests.infra.cli.conftest import Opened
from tests.infra.cli.examined import Question, asked


class FakeAws:
    """SNS, SQS, CloudWatch, Lambda and IAM of a stage in AWS, as their owner's account has them."""

    def __init__(self) -> None:
        self.subscriptions = [("email", "you@example.com", "arn:1"), ("sms", "+12125550123", "arn:2")]
        self.in_sandbox = True
        self.verified = ["+12125550123"]
        self.origination = ["+18885550123"]
        self.limit = "1"
        self.letters = "0"
        self.alarm = "OK"
        self.actions = ["dynamodb:*", "ssm:GetParameters", "sns:Publish", "events:PutEvents"]

    def __call__(self, service: str) -> "FakeAws":
        return self

    def list_subscriptions_by_topic(self, TopicArn: str) -> dict[str, Any]:  # noqa: N803 - as AWS writes it
        names = ("Protocol", "Endpoint", "SubscriptionArn")
        return {"Subscriptions": [dict(zip(names, one, strict=True)) for one in self.subscriptions]}

    def get_sms_sandbox_account_status(self) -> dict[str, Any]:
        return {"IsInSandbox": self.in_sandbox}

    def list_sms_sandbox_phone_numbers(self) -> dict[str, Any]:
        return {"PhoneNumbers": [{"PhoneNumber": one, "Status": "Verified"} for one in self.verified]}

    def list_origination_numbers(self) -> dict[str, Any]:
        return {"PhoneNumbers": self.origination}

    def get_sms_attributes(self, attributes: list[str]) -> dict[str, Any]:
        return {"attributes": {attributes[0]: self.limit}}

    def get_queue_attributes(self, **asked_for: Any) -> dict[str, Any]:
        return {"Attributes": {"ApproximateNumberOfMessages": self.letters}}

    def describe_alarms(self, **asked_for: Any) -> dict[str, Any]:
        return {"MetricAlarms": [{"AlarmName": "silence", "StateValue": self.alarm, "StateReason": "no datapoint"}]}

    def get_function_configuration(self, **asked_for: Any) -> dict[str, Any]:
        return {"Role": "arn:aws:iam::000000000000:role/trade"}

    def list_role_policies(self, **asked_for: Any) -> dict[str, Any]:
        return {"PolicyNames": ["inline"]}

    def get_role_policy(self, **asked_for: Any) -> dict[str, Any]:
        return {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": self.actions, "Resource": "*"}]}}


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("question", "break_it", "evidence", "remedy"),
    [
        pytest.param(
            alerting.subscriptions,
            {"subscriptions": [("email", "you@example.com", "PendingConfirmation")]},
            "email you@example.com is not confirmed",
            "confirm the mail of AWS",
            id="unconfirmed e-mail",
        ),
        pytest.param(
            alerting.subscriptions,
            {"subscriptions": []},
            "nobody is subscribed",
            "make deploy STAGE=demo EMAIL=",
            id="nobody listens",
        ),
        pytest.param(
            alerting.text_messages,
            {"verified": []},
            "in its sandbox and +12125550123 is not verified",
            "aws sns create-sms-sandbox-phone-number --phone-number +12125550123",
            id="unverified number",
        ),
        pytest.param(
            alerting.text_messages, {"origination": []}, "no origination number", "toll-free", id="no origination"
        ),
        pytest.param(alerting.text_messages, {"limit": "0"}, "is $0", "MonthlySpendLimit=1", id="nothing may be spent"),
        pytest.param(alerting.alarms, {"alarm": "ALARM"}, "silence: no datapoint", "log", id="an alarm rings"),
        pytest.param(
            positions.dead_letters, {"letters": "3"}, "3 events in the dead-letter", "receive-message", id="dead letter"
        ),
        pytest.param(
            ground.permissions,
            {"actions": ["dynamodb:Query", "ssm:GetParameters"]},
            "trade may not dynamodb:BatchGetItem",
            "make deploy STAGE=demo, with its EMAIL and PHONE,",
            id="missing permission",
        ),
    ],
)
def test_what_is_broken_in_aws_is_found(
    opened: Opened, question: Question, break_it: dict[str, object], evidence: str, remedy: str
) -> None:
    functions = ("Collect", "Trade", "Monitor", "Learn", "Report", "Api")
    outputs = {f"{name}Function": "arn:1" for name in functions} | {"DeadLettersUrl": "https://queue"}
    place, aws = replace(opened(), outputs=outputs, endpoint_url=None), FakeAws()
    assert [one for one in asked(place, question, aws) if one.verdict in (Verdict.ILL, Verdict.UNKNOWN)] == []
    for name, value in break_it.items():
        setattr(aws, name, value)
    found = [one for one in asked(place, question, aws) if one.verdict is Verdict.ILL]
    assert any(evidence in one.evidence and remedy in one.remedy for one in found), found


@pytest.mark.usefixtures("house")
def test_a_phone_is_added_to_this_stage_without_losing_its_e_mail(opened: Opened) -> None:
    aws = FakeAws()
    aws.subscriptions = aws.subscriptions[:1]
    (found,) = asked(replace(opened(), endpoint_url=None), alerting.text_messages, aws)
    assert found.remedy == "make deploy STAGE=demo EMAIL=you@example.com PHONE=+12125550123"


def test_a_silent_monitor_is_deployed_again(house: House, opened: Opened) -> None:
    house.later(1_200)
    (found,) = asked(replace(opened(), endpoint_url=None), positions.monitor, FakeAws())
    assert (found.verdict, "make deploy STAGE=demo" in found.remedy) == (Verdict.ILL, True)
