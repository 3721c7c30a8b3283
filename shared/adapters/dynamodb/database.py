"""The connection to DynamoDB, shared by all tables of one composition; nothing is connected at import."""

from types import new_class
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pynamodb.connection import Connection

from shared.adapters.aws import ATTEMPTS, Aws
from shared.adapters.dynamodb.tables import STREAMS, Row
from shared.adapters.later import later

if TYPE_CHECKING:
    from collections.abc import Callable

    from pynamodb.connection._botocore_private import BotocoreBaseClientPrivate
    from types_boto3_dynamodb import DynamoDBClient

_Row = TypeVar("_Row", bound=Row)

CONTENTION_SECONDS = 0.05
_CONTENTION = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Why a whole transaction may be cancelled although no guard failed; botocore does not try these again by itself."""


class SharedConnection(Connection):
    """pynamodb's connection over the one client that all tables share."""

    def __init__(self, aws: Aws) -> None:
        super().__init__(region=aws.region)
        self.shared = later(lambda: _patient(aws.dynamodb()))

    @property
    def client(self) -> "BotocoreBaseClientPrivate":
        """The client, as pynamodb knows it."""
        return cast("BotocoreBaseClientPrivate", self.shared)

    def get_consumed_capacity_map(self, return_consumed_capacity: str) -> dict[str, str]:  # noqa: ARG002
        """Ask for no count of the capacity that a call took: pynamodb would, at every call, and nobody reads it."""
        return {}


class Database:
    """Binds row classes to the tables of one stage; several stages may live in one process."""

    def __init__(self, aws: Aws) -> None:
        """Share one client in this composition."""
        self.connection = SharedConnection(aws)
        self._bound: dict[str, type[Row]] = {}

    def table(self, row: type[_Row], name: str) -> type[_Row]:
        """Return the row class bound to the table of this name."""
        if name not in self._bound:
            self._bound[name] = self._bind(row, name)
        bound = self._bound[name]
        if not issubclass(bound, row):
            raise TypeError(f"the table {name} holds rows of {bound.__name__}, not of {row.__name__}")
        return bound

    def _bind(self, row: type[_Row], name: str) -> type[_Row]:
        options = {"table_name": name, "region": self.connection.region}
        if row in STREAMS:
            options["stream_view_type"] = STREAMS[row]
        namespace = {"Meta": type("Meta", (), options), "__module__": row.__module__}
        bound = cast("type[_Row]", new_class(row.__name__, (row,), exec_body=lambda body: body.update(namespace)))
        bound.attach(self.connection)
        return bound


def _patient(client: "DynamoDBClient") -> "DynamoDBClient":
    client.meta.events.register("needs-retry.dynamodb", cast("Callable[..., None]", _retry_contention))
    return client


def _retry_contention(response: tuple[object, dict[str, Any]] | None, attempts: int, **_: object) -> float | None:
    """Tell botocore to wait and try once more when a transaction met another one on the same item."""
    if response is None or attempts >= ATTEMPTS:
        return None
    codes = _cancellation_codes(response[1])
    return CONTENTION_SECONDS * attempts if codes and codes <= _CONTENTION else None


def _cancellation_codes(reply: dict[str, Any]) -> set[str]:
    code = reply.get("Error", {}).get("Code")
    if code == "TransactionConflictException":
        return {"TransactionConflict"}
    return {reason["Code"] for reason in reply.get("CancellationReasons", ()) if reason["Code"] != "None"}
