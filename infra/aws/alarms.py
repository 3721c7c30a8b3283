"""What CloudWatch watches; every alarm goes to the topic."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.catalogue import FunctionName
from infra.aws.environment import HEARTBEAT_METRIC, METRICS_NAMESPACE, SERVICE_DIMENSION, STAGE_DIMENSION

PERIOD: Final = Duration.minutes(5)
SILENT_PERIODS: Final = 3
"""A quarter of an hour without a sign of life: one lost tick outside the session is none."""


class Alarms(Construct):
    """Silence, errors, dead letters and throttling."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: str,
        functions: Mapping[FunctionName, lambda_.Function],
        dead_letters: sqs.Queue,
        topic: sns.Topic,
        silence: sns.Topic | None,
    ) -> None:
        super().__init__(scope, construct_id)
        no_heartbeat = self._no_heartbeat(stage)
        if silence is not None:
            no_heartbeat.add_alarm_action(actions.SnsAction(silence))
        for alarm in (
            no_heartbeat,
            *(self._errors(name, function) for name, function in functions.items()),
            self._dead_letters(dead_letters),
            self._throttles(),
        ):
            alarm.add_alarm_action(actions.SnsAction(topic))
            alarm.add_ok_action(actions.SnsAction(topic))

    def _no_heartbeat(self, stage: str) -> cloudwatch.Alarm:
        beats = cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name=HEARTBEAT_METRIC,
            dimensions_map={STAGE_DIMENSION: stage, SERVICE_DIMENSION: FunctionName.MONITOR},
            statistic="Sum",
            period=PERIOD,
        )
        return beats.create_alarm(
            self,
            "NoHeartbeat",
            alarm_description=f"AlphaGEX {stage}: no sign of life; positions are not watched. See the monitor's log.",
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            evaluation_periods=SILENT_PERIODS,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )

    def _errors(self, name: FunctionName, function: lambda_.Function) -> cloudwatch.Alarm:
        errors = function.metric_errors(period=PERIOD, statistic="Sum")
        return self._any(errors, f"{name.capitalize()}Errors", f"{name} failed; its log says why")

    def _dead_letters(self, queue: sqs.Queue) -> cloudwatch.Alarm:
        waiting = queue.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")
        return self._any(waiting, "DeadLetters", "an event could not be handled; it waits in the dead-letter queue")

    def _throttles(self) -> cloudwatch.Alarm:
        """Watch the whole account, for all functions of an account share one concurrency."""
        throttles = cloudwatch.Metric(namespace="AWS/Lambda", metric_name="Throttles", statistic="Sum", period=PERIOD)
        return self._any(throttles, "Throttles", "the account's concurrency is used up; ticks are late or lost")

    def _any(self, metric: cloudwatch.IMetric, name: str, meaning: str) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            alarm_description=f"AlphaGEX: {meaning}",
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
