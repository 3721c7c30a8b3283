"""The DynamoDB on a laptop keeps its promises under threads, and tells accounts and regions apart."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.ministack import MiniStack
from tests.infra.ministack_tables import THREADS, client_of, create_table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ROUNDS = 5
REFUSED = {"ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException"}


@pytest.fixture(scope="module")
def dynamodb(ministack: MiniStack) -> "DynamoDBClient":
    """A client that never tries twice."""
    return client_of(ministack)


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> str:
    """A new table with a partition key, a sort key and a sparse local index."""
    return create_table(dynamodb)


def _winners(attempt: Callable[[int], object]) -> list[int]:
    """The threads whose attempt was accepted, when all of them try at once."""
    barrier = Barrier(THREADS)

    def contend(thread: int) -> bool:
        barrier.wait()
        try:
            attempt(thread)
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSED:
                raise
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        accepted = list(pool.map(contend, range(THREADS)))
    return [thread for thread, won in enumerate(accepted) if won]


@pytest.mark.parametrize("key", range(ROUNDS))
def test_of_many_conditional_writes_of_one_item_exactly_one_wins(
    dynamodb: "DynamoDBClient", table: str, key: int
) -> None:
    def put(thread: int) -> None:
        dynamodb.put_item(
            TableName=table,
            Item={"pk": {"S": "race"}, "sk": {"S": str(key)}, "winner": {"N": str(thread)}},
            ConditionExpression="attribute_not_exists(pk)",
        )

    winners = _winners(put)

    stored = dynamodb.get_item(TableName=table, Key={"pk": {"S": "race"}, "sk": {"S": str(key)}})["Item"]
    assert winners == [int(stored["winner"]["N"])]


@pytest.mark.parametrize("key", range(ROUNDS))
def test_of_many_transactions_for_one_slot_exactly_one_wins_with_all_that_it_writes(
    dynamodb: "DynamoDBClient", table: str, key: int
) -> None:
    slot, ledger = {"pk": {"S": "bot"}, "sk": {"S": f"SLOT#{key}"}}, {"pk": {"S": "bot"}, "sk": {"S": "LEDGER"}}

    def claim(thread: int) -> None:
        dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": table,
                        "Key": ledger,
                        "UpdateExpression": "ADD entries :one",
                        "ExpressionAttributeValues": {":one": {"N": "1"}},
                    }
                },
                {
                    "Put": {
                        "TableName": table,
                        "Item": {**slot, "winner": {"N": str(thread)}},
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                },
            ]
        )

    winners = _winners(claim)

    assert winners == [int(dynamodb.get_item(TableName=table, Key=slot)["Item"]["winner"]["N"])]
    assert dynamodb.get_item(TableName=table, Key=ledger)["Item"]["entries"]["N"] == "1"


@pytest.mark.parametrize(
    ("account", "region", "is_seen"),
    [
        pytest.param("test", "us-east-1", True, id="its own"),
        pytest.param("111122223333", "us-east-1", False, id="another account"),
        pytest.param("test", "eu-west-1", False, id="another region"),
    ],
)
def test_a_table_is_seen_in_its_account_and_region_alone(
    ministack: MiniStack, table: str, account: str, region: str, is_seen: bool
) -> None:
    caller = boto3.client(
        "dynamodb",
        endpoint_url=ministack.endpoint_url,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="test",
    )

    seen = [name for page in caller.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    assert (table in seen) is is_seen


def test_no_increment_is_lost(dynamodb: "DynamoDBClient", table: str) -> None:
    def increment(_: int) -> None:
        dynamodb.update_item(
            TableName=table,
            Key={"pk": {"S": "counter"}, "sk": {"S": "orders"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    for _ in range(ROUNDS):
        _winners(increment)

    counter = dynamodb.get_item(TableName=table, Key={"pk": {"S": "counter"}, "sk": {"S": "orders"}})["Item"]
    assert counter["n"]["N"] == str(THREADS * ROUNDS)


def test_a_refused_transaction_says_which_condition_failed_on_what(dynamodb: "DynamoDBClient", table: str) -> None:
    ledger = {"pk": {"S": "bot"}, "sk": {"S": "LEDGER"}, "version": {"N": "7"}}
    dynamodb.put_item(TableName=table, Item=ledger)

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as refused:
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": {"pk": {"S": "bot"}, "sk": {"S": "INT#1"}}}},
                {
                    "Put": {
                        "TableName": table,
                        "Item": {**ledger, "version": {"N": "3"}},
                        "ConditionExpression": "version = :expected",
                        "ExpressionAttributeValues": {":expected": {"N": "2"}},
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
            ]
        )

    first, second = refused.value.response["CancellationReasons"]
    assert (first["Code"], second["Code"], second["Item"]) == ("None", "ConditionalCheckFailed", ledger)
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"pk": {"S": "bot"}, "sk": {"S": "INT#1"}})


def test_the_sparse_local_index_shows_live_items_only(dynamodb: "DynamoDBClient", table: str) -> None:
    for number in range(5):
        live = {"active": {"S": str(number)}} if number % 2 else {}
        dynamodb.put_item(TableName=table, Item={"pk": {"S": "bot"}, "sk": {"S": f"POS#{number}"}, **live})

    found = dynamodb.query(
        TableName=table,
        IndexName="active",
        ConsistentRead=True,
        KeyConditionExpression="pk = :bot",
        ExpressionAttributeValues={":bot": {"S": "bot"}},
    )

    assert [item["sk"]["S"] for item in found["Items"]] == ["POS#1", "POS#3"]
