"""The breaker's items: the system's own trips, and the mirror of the user's switch."""

from datetime import datetime
from typing import Final

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from shared.adapters.dynamodb import guards, keys
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.keys import Kind, stamp
from shared.adapters.dynamodb.reading import require_known_schema
from shared.adapters.dynamodb.tables import StatsRow
from shared.adapters.dynamodb.writes import Update, Writer
from shared.domain.book import SWITCH_SCOPE, Trip
from shared.domain.errors import ConflictError, StoreError
from shared.domain.values import SCHEMA_VERSION
from shared.domain.vocabulary import Bot, TradingState

SWITCH_REASON: Final = "the user's switch"


class DynamoDbTrips:
    """Trips of one bot or of all, and the mirror."""

    def __init__(self, database: Database, *, stats: str) -> None:
        """Keep them in the stats table, which has this name."""
        self._table = database.table(StatsRow, stats)
        self._writer = Writer(database.connection)

    def read(self, bot: Bot) -> tuple[Trip, ...]:
        """Return the trips that concern a bot, strongly consistent: its own, those of all, and the mirror."""
        mine = [row for row in self._rows() if row.sk in (keys.ALL, bot)]
        return tuple(trip for row in mine for trip in _trips(row))

    def every(self) -> tuple[Trip, ...]:
        """Return all trips and the mirror, strongly consistent, in one read."""
        return tuple(trip for row in self._rows() for trip in _trips(row))

    def _rows(self) -> list[StatsRow]:
        with translated("the breaker's items"):
            return list(self._table.query(keys.BREAKER, consistent_read=True))

    def mirror(self, state: TradingState, at: datetime) -> bool:
        """Write the user's switch so that transactions can check it; False when it already said so."""
        actions = (StatsRow.switch.set(state.value), StatsRow.switch_at.set(stamp(at)))
        return self._changed("mirror the switch", keys.ALL, actions, guards.switch_differs(state))

    def trip(self, trip: Trip) -> bool:
        """Trip the breaker of a bot or of all (scope `ALL`); False when it was already as strict."""
        actions = (
            StatsRow.trip.set(trip.state.value),
            StatsRow.trip_reason.set(trip.reason),
            StatsRow.trip_at.set(stamp(trip.at)),
        )
        return self._changed("trip the breaker", trip.scope, actions, guards.is_less_strict(trip.state))

    def clear(self, trip: Trip) -> bool:
        """Set this trip back to ACTIVE, an operator's deed; False when another stands in its place, or none."""
        actions = (StatsRow.trip.remove(), StatsRow.trip_reason.remove(), StatsRow.trip_at.remove())
        return self._changed("clear the trip", trip.scope, actions, guards.is_this_trip(trip.state, stamp(trip.at)))

    def _changed(self, name: str, scope: str, actions: tuple[Action, ...], guard: Condition) -> bool:
        try:
            self._writer.write(name, [self._update(scope, actions, (guard,))])
        except ConflictError:
            return False
        return True

    def _update(self, scope: str, actions: tuple[Action, ...], conditions: tuple[Condition, ...]) -> Update:
        identity = (StatsRow.kind.set(Kind.BREAKER.value), StatsRow.schema_version.set(SCHEMA_VERSION))
        return Update("Trip", self._table(keys.BREAKER, scope), (*identity, *actions), conditions)


def _trips(row: StatsRow) -> list[Trip]:
    require_known_schema(row)
    trips = []
    if row.trip is not None:
        trips.append(Trip(row.sk, _state(row, row.trip), row.trip_reason or "", _moment(row, row.trip_at)))
    if row.switch is not None:
        trips.append(Trip(SWITCH_SCOPE, _state(row, row.switch), SWITCH_REASON, _moment(row, row.switch_at)))
    return trips


def _state(row: StatsRow, text: str) -> TradingState:
    try:
        return TradingState(text)
    except ValueError as error:
        raise StoreError(f"{row.pk} {row.sk}: {text!r} is no state of the breaker") from error


def _moment(row: StatsRow, text: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text or "")
    except ValueError as error:
        raise StoreError(f"{row.pk} {row.sk}: {text!r} is no time") from error
