"""News over EventBridge."""

import json
from typing import Any

import pytest

from shared.adapters.aws import Aws
from shared.adapters.events import EventBridgeEvents
from shared.domain.errors import StoreError
from shared.domain.events import SnapshotCollected
from tests.store import NOON

NEWS = SnapshotCollected(underlying="SPY", snapshot_at=NOON)


class Bus:
    """EventBridge, as far as it is spoken to."""

    def __init__(self, failed: bool = False) -> None:
        self.entries: list[dict[str, Any]] = []
        self._failed = failed

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - AWS's own name
        self.entries += Entries
        reason = {"ErrorCode": "InternalFailure", "ErrorMessage": "try later"} if self._failed else {"EventId": "1"}
        return {"FailedEntryCount": int(self._failed), "Entries": [reason]}


def test_a_snapshot_is_told_with_its_time() -> None:
    bus = Bus()
    EventBridgeEvents(bus, "news").publish([NEWS])  # type: ignore[arg-type]
    (entry,) = bus.entries
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("news", "alphagex", "SnapshotCollected")
    assert SnapshotCollected.model_validate_json(entry["Detail"]) == NEWS
    assert json.loads(entry["Detail"])["snapshot_at"] == "2026-11-23T17:00:00Z"


def test_several_snapshots_are_told_in_one_call() -> None:
    bus = Bus()
    EventBridgeEvents(bus).publish([NEWS, NEWS.model_copy(update={"underlying": "SPX"})])  # type: ignore[arg-type]
    assert [json.loads(entry["Detail"])["underlying"] for entry in bus.entries] == ["SPY", "SPX"]


def test_a_bus_takes_it(aws: Aws) -> None:
    EventBridgeEvents(aws.events()).publish([NEWS])


def test_what_the_bus_did_not_take_is_an_error() -> None:
    with pytest.raises(StoreError, match="InternalFailure try later"):
        EventBridgeEvents(Bus(failed=True)).publish([NEWS])  # type: ignore[arg-type]


def test_a_refused_call_is_an_error(aws: Aws) -> None:
    with pytest.raises(StoreError, match="SnapshotCollected of SPY"):
        EventBridgeEvents(aws.events(), bus="no such bus!").publish([NEWS])
