"""The parameters that a new stage starts with, which no later deploy changes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aws_cdk import CustomResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.aws.findings import explain
from infra.aws.grants import parameter_arn

SEED_FOLDER: Final = Path(__file__).with_name("seed")
BREAKER_PATTERN: Final = "^(ACTIVE|REDUCING|HALTED)$"
RESOURCE_TYPE: Final = "Custom::FirstParameters"
TIMEOUT: Final = Duration.seconds(30)
MEMORY_MB: Final = 256


class FirstParameters(Construct):
    """Parameters created where absent, outside CloudFormation's reach: it neither updates nor deletes them.

    The user flips the breaker and edits the documents. A parameter resource would be set back whenever its template
    changes; here the role itself is denied to overwrite.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parameters: Mapping[str, str],
        patterns: Mapping[str, str],
        architecture: lambda_.Architecture,
    ) -> None:
        super().__init__(scope, construct_id)
        function = self._function(self._role(parameters), architecture)
        CustomResource(
            self,
            "Seed",
            resource_type=RESOURCE_TYPE,
            service_token=function.function_arn,
            service_timeout=Duration.minutes(2),
            removal_policy=RemovalPolicy.RETAIN,
            properties={
                "Parameters": {
                    name: {"Value": value} | ({"AllowedPattern": patterns[name]} if name in patterns else {})
                    for name, value in parameters.items()
                }
            },
        )

    def _role(self, parameters: Mapping[str, str]) -> iam.Role:
        arns = [parameter_arn(Stack.of(self), name) for name in parameters]
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=["ssm:PutParameter"], resources=arns))
        role.add_to_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=["ssm:PutParameter"],
                resources=arns,
                conditions={"StringEquals": {"ssm:Overwrite": "true"}},
            )
        )
        return role

    def _function(self, role: iam.Role, architecture: lambda_.Architecture) -> lambda_.Function:
        log_group = logs.LogGroup(
            self, "Log", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        log_group.grant_write(role)
        function = lambda_.Function(
            self,
            "Function",
            description="Creates a new stage's first parameters",
            code=lambda_.Code.from_asset(str(SEED_FOLDER), exclude=["**/__pycache__"]),
            handler="handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=architecture,
            memory_size=MEMORY_MB,
            timeout=TIMEOUT,
            role=role,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
        )
        explain(
            function,
            "Python 3.13 is the runtime of all functions",
            "AwsSolutions-L1",
            "Serverless-LambdaLatestVersion",
        )
        explain(
            function,
            "it runs in a deploy only, synchronously, and its failure fails the deploy",
            "Serverless-LambdaDLQ",
            "Serverless-LambdaTracing",
        )
        return function
