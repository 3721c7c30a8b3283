"""What the tests of the embedded AWS ask its DynamoDB with: a client that never tries twice, and a table."""

import uuid
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from infra.local.ministack import MiniStack

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

THREADS = 8
"""That ask at once."""


def client_of(stack: MiniStack) -> "DynamoDBClient":
    """Make a client that never tries twice."""
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=THREADS)
    return boto3.client("dynamodb", endpoint_url=stack.endpoint_url, config=config)


def create_table(dynamodb: "DynamoDBClient") -> str:
    """Make a new table with a partition key, a sort key and a sparse local index; return its name."""
    name = f"ministack-{uuid.uuid4()}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk", "active")],
        LocalSecondaryIndexes=[
            {
                "IndexName": "active",
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "active", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return name
