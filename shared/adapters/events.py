"""News for the other functions, over EventBridge."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.errors import StoreError
from shared.domain.events import EVENT_SOURCE, SNAPSHOT_COLLECTED, SnapshotCollected

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

DEFAULT_BUS: Final = "default"


class EventBridgeEvents:
    """Publishes to one bus."""

    def __init__(self, client: "EventBridgeClient", bus: str = DEFAULT_BUS) -> None:
        """Publish over this client to the bus of this name."""
        self._client = client
        self._bus = bus

    def publish(self, events: Sequence[SnapshotCollected]) -> None:
        """Tell which snapshots were stored. Raises StoreError when the bus did not take one."""
        what = f"publish {SNAPSHOT_COLLECTED} of {', '.join(event.underlying for event in events)}"
        try:
            reply = self._client.put_events(
                Entries=[
                    {
                        "EventBusName": self._bus,
                        "Source": EVENT_SOURCE,
                        "DetailType": SNAPSHOT_COLLECTED,
                        "Detail": event.model_dump_json(),
                    }
                    for event in events
                ]
            )
        except (BotoCoreError, ClientError) as error:
            raise StoreError(f"{what}: {error}") from error
        if reply["FailedEntryCount"]:
            entry = next(one for one in reply["Entries"] if "ErrorCode" in one)
            raise StoreError(f"{what}: {entry.get('ErrorCode')} {entry.get('ErrorMessage')}")
