"""A closed trade, written into stats, wakes learn."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.findings import explain
from infra.aws.function import LiveFunction
from infra.aws.tables import SORT_KEY

CLOSED_PREFIX: Final = "CLOSED#"
BATCH_SIZE: Final = 10
RETRIES: Final = 3
MAX_RECORD_AGE: Final = Duration.hours(1)


class ClosedTrades(Construct):
    """The table's stream, new closed trades only; what learn cannot digest is halved, repeated, then put aside."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stats: dynamodb.Table,
        learn: LiveFunction,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self._grant(stats, learn)
        lambda_.EventSourceMapping(
            self,
            "Stream",
            target=learn.alias,
            event_source_arn=stats.table_stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=BATCH_SIZE,
            bisect_batch_on_error=True,
            retry_attempts=RETRIES,
            max_record_age=MAX_RECORD_AGE,
            on_failure=event_sources.SqsDlq(dead_letters),
            filters=[
                lambda_.FilterCriteria.filter(
                    {
                        "eventName": lambda_.FilterRule.is_equal("INSERT"),
                        "dynamodb": {"Keys": {SORT_KEY: {"S": lambda_.FilterRule.begins_with(CLOSED_PREFIX)}}},
                    }
                )
            ],
        )

    @staticmethod
    def _grant(stats: dynamodb.Table, learn: LiveFunction) -> None:
        stats.grant_stream_read(learn.role)
        explain(
            learn.role,
            "AWS knows no narrower resource for dynamodb:ListStreams, which a stream's reader must have",
            "AwsSolutions-IAM5[Resource::*]",
        )
