"""One function with its role, its log, its alias and the rule for events that fail."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.catalogue import FunctionSpec
from infra.aws.findings import explain
from infra.aws.settings import ProcessorArchitecture

LIVE_ALIAS: Final = "live"
MAX_EVENT_AGE: Final = Duration.seconds(60)
RETRIES: Final = 0
"""A tick that failed is not repeated: the next minute brings another."""

ARCHITECTURES: Final = {
    ProcessorArchitecture.ARM64: lambda_.Architecture.ARM_64,
    ProcessorArchitecture.X86_64: lambda_.Architecture.X86_64,
}


class LiveFunction(Construct):
    """A function that is only ever invoked by its alias `live`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        spec: FunctionSpec,
        code: lambda_.Code,
        environment: Mapping[str, str],
        architecture: ProcessorArchitecture,
        reserve_concurrency: bool,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            description=spec.purpose,
            code=code,
            handler=spec.handler,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=ARCHITECTURES[architecture],
            memory_size=spec.memory_mb,
            timeout=Duration.seconds(spec.timeout_seconds),
            environment=dict(environment),
            role=self.role,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            reserved_concurrent_executions=spec.concurrency if reserve_concurrency else None,
        )
        self.alias = lambda_.Alias(self, "Live", alias_name=LIVE_ALIAS, version=self.function.current_version)
        self.alias.configure_async_invoke(
            max_event_age=MAX_EVENT_AGE,
            retry_attempts=RETRIES,
            on_failure=destinations.SqsDestination(dead_letters),
        )
        self._explain_findings()

    def add_url(self) -> lambda_.FunctionUrl:
        """Give the alias an address that answers only what is signed with AWS Signature Version 4."""
        return self.alias.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)

    def _explain_findings(self) -> None:
        explain(
            self.function,
            "Python 3.13 is the newest runtime whose very bundle is also run in the tests",
            "AwsSolutions-L1",
            "Serverless-LambdaLatestVersion",
        )
        explain(
            self.function,
            "the alias, by which alone the function is invoked, sends failed events to the dead-letter queue",
            "Serverless-LambdaDLQ",
        )
        explain(
            self.function,
            "a correlation id in the logs follows a snapshot to its order; tracing adds 0.3 s to each cold start",
            "Serverless-LambdaTracing",
        )
