"""Which alerts exist and which of them are still to be sent: one for each event."""

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.guards import is_absent
from shared.adapters.dynamodb.rows import alert_row
from shared.adapters.dynamodb.tables import PositionsRow
from shared.adapters.dynamodb.writes import Put, Update, Writer
from shared.domain.alerts import Alert
from shared.domain.errors import ConflictError


class DynamoDbAlertLog:
    """Alerts by bot, or of all; an unsent one is live, a sent one only keeps its event from being told again."""

    def __init__(self, database: Database, *, positions: str) -> None:
        """Keep them in the positions table, which has this name."""
        self._table = database.table(PositionsRow, positions)
        self._writer = Writer(database.connection)

    def claim(self, alert: Alert) -> bool:
        """Write an alert down as unsent; False when its event was told, or claimed, before."""
        try:
            self._writer.write("claim alert", [Put("Alert", alert_row(self._table, alert), (is_absent(),))])
        except ConflictError:
            return False
        return True

    def mark_sent(self, alert: Alert) -> None:
        """Remember that an alert went out."""
        sent = (PositionsRow.active.remove(),)
        row = self._table(keys.account(alert.bot or keys.CARETAKER), keys.alert(alert.event_id))
        self._writer.write("mark alert sent", [Update("Alert", row, sent, ())])
