"""News for the other functions, over EventBridge."""

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

    def publish(self, event: SnapshotCollected) -> None:
        """Tell that a snapshot was stored. Raises StoreError when the bus did not take it."""
        what = f"publish {SNAPSHOT_COLLECTED} of {event.underlying}"
        try:
            reply = self._client.put_events(
                Entries=[
                    {
                        "EventBusName": self._bus,
                        "Source": EVENT_SOURCE,
                        "DetailType": SNAPSHOT_COLLECTED,
                        "Detail": event.model_dump_json(),
                    }
                ]
            )
        except (BotoCoreError, ClientError) as error:
            raise StoreError(f"{what}: {error}") from error
        if reply["FailedEntryCount"]:
            entry = reply["Entries"][0]
            raise StoreError(f"{what}: {entry.get('ErrorCode')} {entry.get('ErrorMessage')}")
