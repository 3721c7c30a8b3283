"""The user hears of what matters, over encrypted ways."""

import pytest

from tests.infra.aws.synthesis import Resource, Template

FREE_ALARMS = 10


def topic_id(template: Template, name: str) -> str:
    (found,) = [one for one in template.named("AWS::SNS::Topic") if one.startswith(f"Topic{name}")]
    return found


def subscription(template: Template, protocol: str, topic: str) -> Resource:
    every = template.all("AWS::SNS::Subscription")
    wanted = {"Ref": topic_id(template, topic)}
    (found,) = [one for one in every if one["Protocol"] == protocol and one["TopicArn"] == wanted]
    return found


def alarm(template: Template, name: str) -> Resource:
    found: Resource = template.one("AWS::CloudWatch::Alarm", f"Alarms{name}")["Properties"]
    return found


def test_email_gets_every_alert(template: Template) -> None:
    found = subscription(template, "email", "Alerts")
    assert found["Endpoint"] == "trader@example.com"
    assert "FilterPolicy" not in found


def test_sms_gets_high_and_critical_alerts_and_the_silence_of_the_system(template: Template) -> None:
    alerts = subscription(template, "sms", "Alerts")
    assert alerts["Endpoint"] == subscription(template, "sms", "Silence")["Endpoint"] == "+12125550123"
    assert alerts["FilterPolicy"] == {"level": ["HIGH", "CRITICAL"]}
    assert "FilterPolicy" not in subscription(template, "sms", "Silence")


def denied_without_tls(policy: Resource) -> bool:
    return any(
        statement["Effect"] == "Deny" and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in policy["PolicyDocument"]["Statement"]
    )


def test_topics_and_queues_are_reached_over_tls_only(template: Template) -> None:
    topics, queues = template.all("AWS::SNS::TopicPolicy"), template.all("AWS::SQS::QueuePolicy")
    assert len(topics) == len(template.named("AWS::SNS::Topic"))
    assert len(queues) == len(template.named("AWS::SQS::Queue"))
    assert all(denied_without_tls(policy) for policy in topics + queues)


@pytest.mark.parametrize("name", ["Alerts", "Silence"])
def test_alarms_of_this_account_may_publish(template: Template, name: str) -> None:
    topic = topic_id(template, name)
    (policy,) = [one for one in template.all("AWS::SNS::TopicPolicy") if one["Topics"] == [{"Ref": topic}]]
    (allowed,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_dead_letters_are_encrypted_and_kept_for_two_weeks(template: Template) -> None:
    (queue,) = template.all("AWS::SQS::Queue")
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_silence_is_an_alarm_and_wakes_by_email_and_sms(template: Template) -> None:
    found = alarm(template, "NoHeartbeat")
    assert (found["Namespace"], found["MetricName"]) == ("AlphaGEX", "Heartbeat")
    assert {one["Name"]: one["Value"] for one in found["Dimensions"]} == {"stage": "paper", "service": "alphagex"}
    assert found["TreatMissingData"] == "breaching"
    assert (found["ComparisonOperator"], found["Threshold"]) == ("LessThanThreshold", 1)
    assert found["Period"] * found["EvaluationPeriods"] == 900
    assert {one["Ref"] for one in found["AlarmActions"]} == set(template.named("AWS::SNS::Topic"))


@pytest.mark.parametrize(
    ("name", "namespace", "metric"),
    [
        pytest.param("CollectErrors", "AWS/Lambda", "Errors", id="collect fails"),
        pytest.param("TradeErrors", "AWS/Lambda", "Errors", id="trade fails"),
        pytest.param("MonitorErrors", "AWS/Lambda", "Errors", id="monitor fails"),
        pytest.param("DeadLetters", "AWS/SQS", "ApproximateNumberOfMessagesVisible", id="an event is lost"),
        pytest.param("Throttles", "AWS/Lambda", "Throttles", id="the account's concurrency is used up"),
    ],
)
def test_an_alarm_rings_at_the_first_trouble(template: Template, name: str, namespace: str, metric: str) -> None:
    found = alarm(template, name)
    assert (found["Namespace"], found["MetricName"]) == (namespace, metric)
    assert (found["ComparisonOperator"], found["Threshold"]) == ("GreaterThanOrEqualToThreshold", 1)
    assert (found["EvaluationPeriods"], found["TreatMissingData"]) == (1, "notBreaching")
    assert found["AlarmActions"] == found["OKActions"] == [{"Ref": topic_id(template, "Alerts")}]


@pytest.mark.parametrize(
    ("name", "metric", "statistic", "threshold", "missing"),
    [
        pytest.param("OrderUnknown", "OrdersUnknown", "Maximum", 1, "ignore", id="nobody knows of an order"),
        pytest.param("Breaker", "Breaker", "Maximum", 1, "ignore", id="the breaker is not ACTIVE"),
        pytest.param("SnapshotAge", "SnapshotAge", "Minimum", 300, "notBreaching", id="the data is old"),
        pytest.param("TimeUsed", "TimeUsed", "Maximum", 95, "notBreaching", id="a run is nearly cut off"),
    ],
)
def test_an_alarm_rings_at_what_the_functions_measure(
    template: Template, name: str, metric: str, statistic: str, threshold: float, missing: str
) -> None:
    found = alarm(template, name)
    assert (found["Namespace"], found["MetricName"], found["Statistic"]) == ("AlphaGEX", metric, statistic)
    assert (found["ComparisonOperator"], found["Threshold"]) == ("GreaterThanOrEqualToThreshold", threshold)
    assert (found["EvaluationPeriods"], found["TreatMissingData"]) == (1, missing)
    assert found["AlarmActions"] == found["OKActions"] == [{"Ref": topic_id(template, "Alerts")}]


def test_alarms_cost_nothing(template: Template) -> None:
    every = template.all("AWS::CloudWatch::Alarm")
    assert len(every) <= FREE_ALARMS
    assert all("Metrics" not in one for one in every), "an alarm on several metrics is billed for each of them"
