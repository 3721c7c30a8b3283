"""Which alerts exist and which of them are still to be sent: one for each event."""

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.guards import is_absent
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.tables import KEPT, PositionsRow
from shared.adapters.dynamodb.writes import Put, Update, Writer
from shared.domain.alerts import Alert
from shared.domain.errors import ConflictError
from shared.domain.values import SCHEMA_VERSION


class DynamoDbAlertLog:
    """Alerts by bot, or of all; an unsent one is live, a sent one only keeps its event from being told again."""

    def __init__(self, database: Database, *, positions: str) -> None:
        """Keep them in the positions table, which has this name."""
        self._table = database.table(PositionsRow, positions)
        self._writer = Writer(database.connection)

    def claim(self, alert: Alert) -> bool:
        """Write an alert down as unsent; False when its event was told, or claimed, before."""
        row = self._row(alert)
        row.kind = Kind.ALERT
        row.schema_version = SCHEMA_VERSION
        row.active = Kind.ALERT
        row.expires_at = alert.at + KEPT
        row.body = alert
        try:
            self._writer.write("claim alert", [Put("Alert", row, (is_absent(),))])
        except ConflictError:
            return False
        return True

    def mark_sent(self, alert: Alert) -> None:
        """Remember that an alert went out."""
        sent = (PositionsRow.active.remove(),)
        self._writer.write("mark alert sent", [Update("Alert", self._row(alert), sent, ())])

    def _row(self, alert: Alert) -> PositionsRow:
        return self._table(keys.account(alert.bot or keys.CARETAKER), keys.alert(alert.event_id))
