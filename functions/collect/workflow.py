"""Collect one minute: read every vendor at once, judge, store, tell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.domain import messages
from shared.domain.errors import InvalidConfigurationError
from shared.domain.events import SnapshotCollected
from shared.domain.market import Snapshot
from shared.domain.ports import Alerts, Clock, Events, Feeds, Parameters, Snapshots
from shared.domain.sessions import is_open
from shared.phases import collection

TELLING_RUNS: Final = 3
"""So many runs tell of one row of invalid snapshots, under one event: any of them may end before it has."""


@dataclass(frozen=True, slots=True)
class Collect:
    """The order of work of a minute of data; `missing_key` says which key to store first, if any."""

    feeds: Feeds
    parameters: Callable[[], Parameters]
    snapshots: Snapshots
    events: Events
    alerts: Alerts
    clock: Clock
    missing_key: Callable[[], str | None] = lambda: None

    def run(self) -> tuple[Snapshot, ...]:
        """Collect the snapshots of this minute; outside the session there is nothing to collect."""
        now = self.clock.now()
        if not is_open(now):
            return ()
        missing = self.missing_key()
        if missing is not None:
            self.alerts.send(messages.missing_key(missing, now))
            return ()
        try:
            config = self.parameters().system()
        except InvalidConfigurationError as problem:
            self.alerts.send(messages.invalid_configuration("system", str(problem), now))
            return ()
        collected = collection.snapshots(self.feeds.collect(now, config), config)
        for snapshot in collected:
            self.snapshots.put(snapshot)
        self.events.publish([SnapshotCollected(underlying=one.underlying, snapshot_at=one.at) for one in collected])
        for snapshot in collected:
            if not snapshot.is_valid:
                self._warn(snapshot, config.invalid_snapshots_before_alert)
        return collected

    def _warn(self, snapshot: Snapshot, limit: int) -> None:
        """Tell of a row of invalid snapshots when it is long enough, or soon after where that run got no further."""
        recent = self.snapshots.recent(snapshot.underlying, limit + TELLING_RUNS)
        in_a_row = next((n for n, one in enumerate(recent) if one.is_valid), len(recent))
        if limit <= in_a_row < limit + TELLING_RUNS:
            first = recent[in_a_row - 1]
            self.alerts.send(messages.invalid_snapshots(first, snapshot, in_a_row, self.clock.now()))
