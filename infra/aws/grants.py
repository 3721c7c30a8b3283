"""Gives each function exactly what its row of the catalogue says."""

from typing import Final

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns

from infra.aws.access import Parameters
from infra.aws.catalogue import FunctionSpec
from infra.aws.documents import BOTS, SECRETS, bot_name, breaker_name, system_name
from infra.aws.environment import parameter_prefix
from infra.aws.findings import explain
from infra.aws.tables import Tables

_SECRETS_ARN: Final = f"arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter{{prefix}}/{SECRETS}/*"
"""As cdk-nag names it in a finding."""


def grant_all(
    role: iam.Role, *, spec: FunctionSpec, stage: str, tables: Tables, topic: sns.Topic, bus: events.EventBus
) -> None:
    """Allow a function its tables, parameters, alerts and events."""
    for access in spec.access:
        tables.grant(role, access)
    _grant_parameters(role, spec, stage)
    if spec.publishes_alerts:
        topic.grant_publish(role)
    if spec.publishes_events:
        bus.grant_put_events_to(role)


def _grant_parameters(role: iam.Role, spec: FunctionSpec, stage: str) -> None:
    names = [name for group in spec.parameters for name in _parameter_names(group, stage)]
    if names:
        iam.Grant.add_to_principal(
            grantee=role,
            actions=["ssm:GetParameters"],
            resource_arns=[parameter_arn(role.stack, name) for name in names],
        )
    told = [name for group in spec.histories for name in _parameter_names(group, stage)]
    if told:
        iam.Grant.add_to_principal(
            grantee=role,
            actions=["ssm:GetParameterHistory"],
            resource_arns=[parameter_arn(role.stack, name) for name in told],
        )
    if Parameters.SECRETS in spec.parameters:
        explain(
            role,
            "which vendors the user has keys of is not known at deploy; only the secrets of this stage are meant",
            f"AwsSolutions-IAM5[Resource::{_SECRETS_ARN.format(prefix=parameter_prefix(stage))}]",
        )


def _parameter_names(group: Parameters, stage: str) -> tuple[str, ...]:
    match group:
        case Parameters.BREAKER:
            return (breaker_name(stage),)
        case Parameters.SYSTEM:
            return (system_name(stage),)
        case Parameters.BOTS:
            return tuple(bot_name(stage, bot) for bot in BOTS)
        case Parameters.SECRETS:
            return (f"{parameter_prefix(stage)}/{SECRETS}/*",)


def parameter_arn(stack: Stack, name: str) -> str:
    """Return the ARN of a parameter of this account and region."""
    return stack.format_arn(
        service="ssm",
        resource="parameter",
        resource_name=name.removeprefix("/"),
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )
