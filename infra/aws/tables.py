"""The four tables."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.aws.access import ACTIVE_INDEX, Access, TableName

PARTITION_KEY: Final = "pk"
SORT_KEY: Final = "sk"
EXPIRY_ATTRIBUTE: Final = "expires_at"
LEADING_KEYS: Final = "dynamodb:LeadingKeys"
ACTIVE_KEY: Final = "active"

_EXPIRING: Final = frozenset({TableName.POSITIONS, TableName.DECISIONS, TableName.SNAPSHOTS})


class Tables(Construct):
    """Positions, decisions, statistics and snapshots: on demand, recoverable, and never deleted with the stack."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self._tables = {name: self._table(name) for name in TableName}
        self[TableName.POSITIONS].add_local_secondary_index(
            index_name=ACTIVE_INDEX,
            sort_key=_text(ACTIVE_KEY),
            projection_type=dynamodb.ProjectionType.ALL,
        )

    def __getitem__(self, name: TableName) -> dynamodb.Table:
        return self._tables[name]

    def grant(self, grantee: iam.IGrantable, access: Access) -> None:
        """Allow exactly these actions on exactly this table, or its index."""
        table = self[access.table]
        arn = table.table_arn if access.index is None else f"{table.table_arn}/index/{access.index}"
        narrowed = {"ForAllValues:StringLike": {LEADING_KEYS: list(access.partitions)}} if access.partitions else None
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[f"dynamodb:{action}" for action in access.actions],
            resource_arns=[arn],
            conditions=narrowed,
        )

    def _table(self, name: TableName) -> dynamodb.Table:
        streamed = name is TableName.STATS
        return dynamodb.Table(
            self,
            name.capitalize(),
            partition_key=_text(PARTITION_KEY),
            sort_key=_text(SORT_KEY),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
            time_to_live_attribute=EXPIRY_ATTRIBUTE if name in _EXPIRING else None,
            stream=dynamodb.StreamViewType.NEW_IMAGE if streamed else None,
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
