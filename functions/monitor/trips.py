"""The system's own trips: what a bot's results, its failed orders and the account's day call for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from shared.domain import messages
from shared.domain.book import LiveState, Trip
from shared.domain.config import BotConfig
from shared.domain.errors import StoreError
from shared.domain.ports import Alerts, Clock, Configuration, Trips
from shared.domain.vocabulary import Bot, TradingMode, TradingState, stricter
from shared.phases.monitoring.trips import ALL, account_trip, bot_trips, failure_trip

SCOPES: Final = frozenset({ALL, *Bot})


@dataclass(frozen=True, slots=True)
class Breakers:
    """Reads the effective state, and trips it; ``told`` are the trips that this process has told of."""

    trips: Trips
    alerts: Alerts
    clock: Clock
    told: set[tuple[str, datetime]] = field(default_factory=set)

    def effective(self, bot: Bot, switch: TradingState) -> TradingState:
        """Return the stricter of the user's switch and the system's trips."""
        state = switch
        for trip in self.trips.read(bot):
            state = stricter(state, trip.state)
        return state

    def after_failures(self, config: BotConfig, live: LiveState, standing: dict[str, Trip]) -> None:
        """Trip all bots after too many failed orders in a row."""
        if live.counters.order_failures:
            self._set(failure_trip(config, live.counters, self.clock.now()), standing)

    def judge(
        self,
        configuration: Configuration,
        configs: Mapping[Bot, BotConfig],
        lives: Mapping[Bot, LiveState],
        standing: dict[str, Trip],
    ) -> None:
        """Trip what the ledgers of this moment call for, whoever booked what stands in them.

        ``standing`` are the trips by scope as known so far; what stands already is not written again.
        """
        now = self.clock.now()
        for bot, live in lives.items():
            config = configs[bot]
            for ledger in live.ledgers:
                if ledger.mode is config.mode or ledger.open_count:
                    for trip in bot_trips(config, ledger, live.counters, now):
                        self._set(trip, standing)
        for mode in dict.fromkeys(config.mode for config in configs.values()):
            self._set(self._of_account(configuration, configs, lives, mode), standing)

    def _of_account(
        self,
        configuration: Configuration,
        configs: Mapping[Bot, BotConfig],
        lives: Mapping[Bot, LiveState],
        mode: TradingMode,
    ) -> Trip | None:
        """Measure the day of all accounts of a mode against the capital of the bots in that mode."""
        ledgers = [live.ledger(mode) for live in lives.values()]
        capital = sum((config.capital for config in configs.values() if config.mode is mode), Decimal(0))
        try:
            limit = configuration.system().account_day_loss
        except StoreError:
            return None
        return account_trip(ledgers, capital, limit, self.clock.now())

    def tell_again(self, standing: Iterable[Trip]) -> None:
        """Tell of the system's trips, in case whoever set one ended before the alert; a repeat is silent."""
        for trip in standing:
            if trip.scope in SCOPES and not trip.is_by_hand and (trip.scope, trip.at) not in self.told:
                self._tell(trip)

    def _set(self, trip: Trip | None, standing: dict[str, Trip]) -> None:
        if trip is None or _is_as_strict(standing.get(trip.scope), trip.state):
            return
        is_new = self.trips.trip(trip)
        standing[trip.scope] = trip
        if is_new:
            self._tell(trip)

    def _tell(self, trip: Trip) -> None:
        self.alerts.send(messages.tripped(trip))
        self.told.add((trip.scope, trip.at))


def _is_as_strict(standing: Trip | None, state: TradingState) -> bool:
    return standing is not None and standing.state.severity >= state.severity
