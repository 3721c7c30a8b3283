"""What the services deliver: events of the bus, alerts of the topic, records of the stream."""

import json
from collections.abc import Iterator
from typing import Any, Final

from infra.local.demo.laptop import Laptop
from infra.local.demo.summary import AlertLine

AT_ONCE: Final = 10


class Mailbox:
    """Empties one queue; what was read is deleted ten at a time, long before it would be delivered again."""

    def __init__(self, laptop: Laptop, queue: str) -> None:
        """Read the queue of this name."""
        self._sqs = laptop.client("sqs")
        self._url = laptop.queues[queue]
        self._read: list[str] = []
        self.received = 0

    def bodies(self) -> Iterator[dict[str, Any]]:
        """Yield every waiting message."""
        while messages := self._receive():
            for message in messages:
                self.received += 1
                yield json.loads(message["Body"])
            if len(messages) < AT_ONCE:
                return

    def _receive(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=AT_ONCE, WaitTimeSeconds=0
        ).get("Messages", [])
        self._read += [one["ReceiptHandle"] for one in found]
        if len(self._read) >= AT_ONCE:
            self.delete()
        return found

    def delete(self) -> None:
        """Delete what was read."""
        while self._read:
            batch, self._read = self._read[:AT_ONCE], self._read[AT_ONCE:]
            entries = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(batch)]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def waiting(self) -> int:
        """Return how many messages the queue still holds."""
        self.delete()
        reply = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(reply["Attributes"]["ApproximateNumberOfMessages"])


def alert_of(body: dict[str, Any], at: Any) -> AlertLine:  # noqa: ANN401 - a datetime, validated by the model
    """Read an alert as it arrived."""
    level = body.get("MessageAttributes", {}).get("level", {}).get("Value", "INFO")
    return AlertLine(at=at, level=level, subject=body.get("Subject", ""), body=body.get("Message", ""))


class ClosedTrades:
    """Follows the stream of the stats table as Lambda's event source does: INSERT of ``CLOSED#`` only."""

    def __init__(self, laptop: Laptop) -> None:
        """Start at the beginning of the stream."""
        self._streams = laptop.client("dynamodbstreams")
        table = laptop.client("dynamodb").describe_table(TableName=laptop.names.stats)["Table"]
        self._arn = table["LatestStreamArn"]
        self._iterators: dict[str, str] = {}
        self._shards: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """Return the new closed trades, as records."""
        found: list[dict[str, Any]] = []
        for shard in self._shards or self._described():
            found += self._read(shard)
        return [one for one in found if _is_closed_trade(one)]

    def _described(self) -> tuple[str, ...]:
        shards = self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]
        self._shards = tuple(shard["ShardId"] for shard in shards)
        return self._shards

    def _read(self, shard: str) -> list[dict[str, Any]]:
        iterator = self._iterators.get(shard) or self._start(shard)
        reply = self._streams.get_records(ShardIterator=iterator)
        following = reply.get("NextShardIterator")
        if following:
            self._iterators[shard] = following
        records: list[dict[str, Any]] = reply["Records"]
        return records

    def _start(self, shard: str) -> str:
        reply = self._streams.get_shard_iterator(StreamArn=self._arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        iterator: str = reply["ShardIterator"]
        return iterator


def _is_closed_trade(record: dict[str, Any]) -> bool:
    key: str = record["dynamodb"]["Keys"]["sk"]["S"]
    return record["eventName"] == "INSERT" and key.startswith("CLOSED#")
