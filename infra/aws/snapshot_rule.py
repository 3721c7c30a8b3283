"""A new snapshot wakes trade at once, once for each bot."""

from typing import Final

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.documents import BOTS
from infra.aws.function import MAX_EVENT_AGE, RETRIES

EVENT_SOURCE: Final = "alphagex"
SNAPSHOT_COLLECTED: Final = "SnapshotCollected"


class SnapshotRule(Construct):
    """From the stage's bus to trade; which bot trades which underlying is decided there."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bus: events.EventBus,
        trade: lambda_.Alias,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        rule = events.Rule(
            self,
            "Rule",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[EVENT_SOURCE], detail_type=[SNAPSHOT_COLLECTED]),
        )
        for bot in BOTS:
            event = {"bot": str(bot), "snapshot": events.EventField.from_path("$.detail")}
            rule.add_target(
                targets.LambdaFunction(
                    trade,
                    event=events.RuleTargetInput.from_object(event),
                    retry_attempts=RETRIES,
                    max_event_age=MAX_EVENT_AGE,
                    dead_letter_queue=dead_letters,
                )
            )
