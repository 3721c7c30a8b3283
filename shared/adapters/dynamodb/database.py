"""The connection to DynamoDB, shared by all tables of one composition; nothing is connected at import."""

from typing import TYPE_CHECKING, Any, TypeVar

from pynamodb.connection import Connection

from shared.adapters.aws import ATTEMPTS, Aws
from shared.adapters.dynamodb.tables import STREAMS, Row

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_Row = TypeVar("_Row", bound=Row)

CONTENTION_SECONDS = 0.05
_CONTENTION = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Why a whole transaction may be cancelled although no guard failed; botocore does not try these again by itself."""


class SharedConnection(Connection):
    """pynamodb's connection over the one client that all tables share."""

    def __init__(self, client: "DynamoDBClient") -> None:
        super().__init__(region=client.meta.region_name)
        self._shared = client

    @property
    def client(self) -> Any:
        """The client."""
        return self._shared


class Database:
    """Binds row classes to the tables of one stage; several stages may live in one process."""

    def __init__(self, aws: Aws) -> None:
        """Make the one client of this composition."""
        client = aws.dynamodb()
        client.meta.events.register("needs-retry.dynamodb", _retry_contention)
        self.connection = SharedConnection(client)
        self._bound: dict[tuple[type[Row], str], type[Row]] = {}

    def table(self, row: type[_Row], name: str) -> type[_Row]:
        """Return the row class bound to the table of this name."""
        bound = self._bound.get((row, name))
        if bound is None:
            bound = self._bound[row, name] = self._bind(row, name)
        if not issubclass(bound, row):
            raise TypeError(f"table {name} is bound to {bound.__name__}")
        return bound

    def _bind(self, row: type[_Row], name: str) -> type[_Row]:
        options = {"table_name": name, "region": self.connection.region}
        if row in STREAMS:
            options["stream_view_type"] = STREAMS[row]
        meta = type("Meta", (), options)
        bound = type(row)(row.__name__, (row,), {"Meta": meta, "__module__": row.__module__})
        bound.attach(self.connection)
        return bound


def _retry_contention(response: tuple[Any, dict[str, Any]] | None, attempts: int, **_: Any) -> float | None:
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
