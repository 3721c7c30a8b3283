"""The AWS on a laptop starts, keeps DynamoDB's promises under threads, and leaves nothing behind."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.errors import LocalStageError
from infra.local.ministack import MiniStack, MiniStackSettings
from infra.local.ports import LOOPBACK, free_port, require_free

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

THREADS = 8
ROUNDS = 5
GONE_SECONDS = 10.0
SAVED_SECONDS = 30.0
REFUSED = {"ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException"}


@pytest.fixture(scope="module")
def dynamodb(ministack: MiniStack) -> "DynamoDBClient":
    """A client that never tries twice."""
    return _client(ministack)


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> str:
    """A new table with a partition key, a sort key and a sparse local index."""
    return _create_table(dynamodb)


def _client(stack: MiniStack) -> "DynamoDBClient":
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=THREADS)
    return boto3.client("dynamodb", endpoint_url=stack.endpoint_url, config=config)


def _create_table(dynamodb: "DynamoDBClient") -> str:
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

    assert (table in caller.list_tables()["TableNames"]) is is_seen


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


def test_after_the_stop_no_process_is_left_and_the_port_is_free() -> None:
    with MiniStack() as stack:
        group = stack.process_id
        assert group is not None
        port = int(stack.endpoint_url.rpartition(":")[2])

    require_free(port)
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    os.mkfifo(log)
    reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
    script = tmp_path / "starter.py"
    script.write_text(
        "import os, pathlib, signal\n"
        "from infra.local.ministack import MiniStack, MiniStackSettings\n"
        f"stack = MiniStack(MiniStackSettings(log_file=pathlib.Path({str(log)!r})))\n"
        "stack.start()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    killed = subprocess.run([sys.executable, script], timeout=60, check=False)

    assert killed.returncode == -signal.SIGKILL
    assert _is_closed_by_all_writers(reader), "a process still holds the log open"
    os.close(reader)


def _is_closed_by_all_writers(reader: int) -> bool:
    """Read a pipe to its end, which comes when the last process that can write to it has ended."""
    while select.select([reader], [], [], GONE_SECONDS)[0]:
        if not os.read(reader, 65_536):
            return True
    return False


def test_what_was_kept_in_a_directory_is_there_after_the_next_start(tmp_path: Path) -> None:
    settings = MiniStackSettings(state_dir=tmp_path)
    with MiniStack(settings) as stack:
        table = _create_table(_client(stack))
        _client(stack).put_item(TableName=table, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})

    with MiniStack(settings) as stack:
        kept = _client(stack).scan(TableName=table)["Items"]

    assert kept == [{"pk": {"S": "a"}, "sk": {"S": "b"}}]


def test_what_was_saved_while_it_ran_outlives_a_kill(tmp_path: Path) -> None:
    settings = MiniStackSettings(state_dir=tmp_path, save_seconds=0.1)
    with MiniStack(settings) as stack:
        table = _create_table(_client(stack))
        _client(stack).put_item(TableName=table, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
        _wait_for(tmp_path / "state" / "dynamodb.json", '{"S": "b"}')
        _kill(stack)

    with MiniStack(settings) as stack:
        _wait_for(tmp_path / "state" / "dynamodb.json", '{"S": "b"}')
        kept = _client(stack).scan(TableName=table)["Items"]

    assert kept == [{"pk": {"S": "a"}, "sk": {"S": "b"}}]


def _kill(stack: MiniStack) -> None:
    assert stack.process_id is not None
    os.killpg(stack.process_id, signal.SIGKILL)


def _wait_for(file: Path, text: str) -> None:
    deadline = time.monotonic() + SAVED_SECONDS
    while not (file.exists() and text in file.read_text()):
        assert time.monotonic() < deadline, f"{text} was not saved in {SAVED_SECONDS} s"
        time.sleep(0.02)


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(LocalStageError, match=f"port {port} on {LOOPBACK} is taken") as refused:
            MiniStack(MiniStackSettings(port=port)).start()

    assert "--port" in refused.value.remedy
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "port", [pytest.param(0, id="none"), pytest.param(-1, id="negative"), pytest.param(65_536, id="above the last")]
)
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(LocalStageError, match="does not exist"):
        require_free(port)


def test_a_free_port_can_be_bound() -> None:
    require_free(free_port())
