"""What CloudWatch watches; every alarm goes to the topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.catalogue import FunctionName
from infra.aws.environment import Measure
from infra.aws.metrics import stage_metric

PERIOD: Final = Duration.minutes(5)
SILENT_PERIODS: Final = 3
"""A quarter of an hour without a sign of life: one lost tick outside the session is none."""
OLDEST_SECONDS: Final = 300
"""How old the data of an entry may be."""
MOST_TIME_PERCENT: Final = 95
"""Monitor watches closely for up to 50 of its 60 seconds; beyond this a run is about to be cut off."""

TRADING: Final = (FunctionName.COLLECT, FunctionName.TRADE, FunctionName.MONITOR)
"""The functions whose errors ring at once. What any of the others cannot do ends as a dead letter, which rings too."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A measure of the functions that rings from a value on.

    ``kept`` leaves the alarm as it is while nothing is measured; otherwise it then ends.
    """

    name: str
    measure: Measure
    statistic: str
    threshold: float
    kept: bool
    meaning: str


LIMITS: Final = (
    Limit(
        name="OrderUnknown",
        measure=Measure.ORDERS_UNKNOWN,
        statistic="Maximum",
        threshold=1,
        kept=True,
        meaning="an order may or may not be live; look at the broker's account",
    ),
    Limit(
        name="Breaker",
        measure=Measure.BREAKER,
        statistic="Maximum",
        threshold=1,
        kept=True,
        meaning="the breaker is not ACTIVE: no entries, and no exits either where it is HALTED",
    ),
    Limit(
        name="SnapshotAge",
        measure=Measure.SNAPSHOT_AGE,
        statistic="Minimum",
        threshold=OLDEST_SECONDS,
        kept=False,
        meaning="the market data is more than five minutes old; entries rest, see collect's log for the vendor",
    ),
    Limit(
        name="TimeUsed",
        measure=Measure.TIME_USED,
        statistic="Maximum",
        threshold=MOST_TIME_PERCENT,
        kept=False,
        meaning="a run took nearly all of its time limit and may be cut off",
    ),
)


class Alarms(Construct):
    """Silence, errors, dead letters, throttling, and what the functions measure of themselves: ten, which are free."""

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
            *(self._errors(name, functions[name]) for name in TRADING),
            self._dead_letters(dead_letters),
            self._throttles(),
            *(self._limit(stage, limit) for limit in LIMITS),
        ):
            alarm.add_alarm_action(actions.SnsAction(topic))
            alarm.add_ok_action(actions.SnsAction(topic))

    def _no_heartbeat(self, stage: str) -> cloudwatch.Alarm:
        return stage_metric(stage, Measure.HEARTBEAT, "Sum", PERIOD).create_alarm(
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
        return self._from(errors, f"{name.capitalize()}Errors", f"{name} failed; its log says why")

    def _dead_letters(self, queue: sqs.Queue) -> cloudwatch.Alarm:
        waiting = queue.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")
        return self._from(waiting, "DeadLetters", "an event could not be handled; it waits in the dead-letter queue")

    def _throttles(self) -> cloudwatch.Alarm:
        """Watch the whole account, for all functions of an account share one concurrency."""
        throttles = cloudwatch.Metric(namespace="AWS/Lambda", metric_name="Throttles", statistic="Sum", period=PERIOD)
        return self._from(throttles, "Throttles", "the account's concurrency is used up; ticks are late or lost")

    def _limit(self, stage: str, limit: Limit) -> cloudwatch.Alarm:
        missing = cloudwatch.TreatMissingData.IGNORE if limit.kept else cloudwatch.TreatMissingData.NOT_BREACHING
        measured = stage_metric(stage, limit.measure, limit.statistic, PERIOD)
        return self._from(measured, limit.name, f"{stage}: {limit.meaning}", limit.threshold, missing)

    def _from(
        self,
        metric: cloudwatch.IMetric,
        name: str,
        meaning: str,
        threshold: float = 1,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        """Ring from this value on, in one period."""
        return cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            alarm_description=f"AlphaGEX: {meaning}",
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=missing,
        )
