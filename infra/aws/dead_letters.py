"""Where an event goes that nobody could handle."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.findings import explain

RETENTION: Final = Duration.days(14)


class DeadLetters(Construct):
    """One encrypted queue, reached over TLS only; each message names the function that failed."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=RETENTION,
        )
        explain(
            self.queue,
            "this queue is itself where the dead letters go",
            "AwsSolutions-SQS3",
            "Serverless-SQSRedrivePolicy",
        )
