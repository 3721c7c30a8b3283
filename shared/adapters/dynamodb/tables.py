"""The four tables: keys, index, and the attributes that guards and expiry look at; `body` is the whole document."""

from datetime import timedelta
from typing import Any, Final, Self

from pynamodb._schema import ModelSchema
from pynamodb.attributes import BooleanAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.constants import STREAM_NEW_IMAGE
from pynamodb.indexes import AllProjection, LocalSecondaryIndex
from pynamodb.models import Model

from shared.adapters.dynamodb.attributes import DecimalAttribute, DocumentAttribute
from shared.adapters.dynamodb.documents import AttributeValue

KEPT: Final = timedelta(days=400)
"""How long decisions, snapshots and sent alerts stay."""


class Row(Model):
    """What all items share: keys, kind, schema version, the commit that wrote it last, document."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    schema_version = NumberAttribute()
    commit_id = UnicodeAttribute(null=True)
    body = DocumentAttribute(null=True)
    raw: dict[str, AttributeValue]
    fault: str | None

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """Return an item together with all that was stored; one that cannot be read says so in `fault`."""
        try:
            row, fault = super().from_raw_data(data), None
        except (TypeError, ValueError, ArithmeticError) as error:
            row, fault = cls(data["pk"]["S"], data["sk"]["S"]), str(error)
        row.raw = data
        row.fault = fault
        return row

    @classmethod
    def find(cls, pk: str, sk: str) -> Self | None:
        """Return one item, strongly consistent, or None."""
        try:
            return cls.get(pk, sk, consistent_read=True)
        except cls.DoesNotExist:
            return None

    @classmethod
    def attach(cls, connection: Connection) -> None:
        """Let this table speak over a shared connection."""
        table = cls._get_connection()
        connection.add_meta_table(table.get_meta_table())
        table.connection = connection

    @classmethod
    def schema(cls) -> ModelSchema:
        """Return keys, indexes and the definitions of their attributes."""
        return cls._get_schema()


class ExpiringRow(Row):
    """An item that DynamoDB removes after its time."""

    expires_at = TTLAttribute(null=True)


class ActiveIndex(LocalSecondaryIndex["PositionsRow"]):  # type: ignore[no-untyped-call]
    """What is live of a bot: an item is here only while it has the attribute `active`."""

    class Meta:
        index_name = "active"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    active = UnicodeAttribute(range_key=True)


class PositionsRow(ExpiringRow):
    """Intents, positions, slots, ledgers, counters, last decisions, alerts and the heartbeat."""

    active_index = ActiveIndex()
    active = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    state = UnicodeAttribute(null=True)
    owner = UnicodeAttribute(null=True)
    lease_until = UnicodeAttribute(null=True)
    closing_intent = UnicodeAttribute(null=True)
    holder = UnicodeAttribute(null=True)
    open_count = NumberAttribute(null=True)
    open_risk = DecimalAttribute(null=True)
    secured_cash = DecimalAttribute(null=True)
    snapshot_at = UnicodeAttribute(null=True)


class DecisionsRow(ExpiringRow):
    """Decisions."""


class StatsRow(Row):
    """Closed trades, the statistics made of them, and the breaker."""

    version = NumberAttribute(null=True)
    disabled = BooleanAttribute(null=True)
    switch = UnicodeAttribute(null=True)
    switch_at = UnicodeAttribute(null=True)
    trip = UnicodeAttribute(null=True)
    trip_reason = UnicodeAttribute(null=True)
    trip_at = UnicodeAttribute(null=True)


class SnapshotsRow(ExpiringRow):
    """Snapshots, the daily history of the day, and the vendor rate budgets."""

    version = NumberAttribute(null=True)
    bars = UnicodeAttribute(null=True)


STREAMS: Final[dict[type[Row], str]] = {StatsRow: STREAM_NEW_IMAGE}
"""Which tables tell of their changes, and how much: a closed trade wakes learn."""
