"""The system's own trips: what a bot's results, its failed orders and the account's day call for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shared.domain import messages
from shared.domain.book import LiveState, Trip
from shared.domain.config import BotConfig
from shared.domain.ports import Alerts, Clock, Configuration, Trips
from shared.domain.vocabulary import Bot, TradingMode, TradingState, stricter
from shared.phases.monitoring.trips import account_trip, bot_trips, failure_trip


@dataclass(frozen=True, slots=True)
class Breakers:
    """Reads the effective state, and trips it."""

    trips: Trips
    alerts: Alerts
    clock: Clock

    def effective(self, bot: Bot, switch: TradingState) -> TradingState:
        """Return the stricter of the user's switch and the system's trips."""
        state = switch
        for trip in self.trips.read(bot):
            state = stricter(state, trip.state)
        return state

    def after_failures(self, config: BotConfig, live: LiveState) -> None:
        """Trip all bots after too many failed orders in a row."""
        if live.counters.order_failures:
            self._set(failure_trip(config, live.counters, self.clock.now()))

    def after_close(
        self,
        configuration: Configuration,
        configs: Mapping[Bot, BotConfig],
        lives: Mapping[Bot, LiveState],
        bot: Bot,
    ) -> None:
        """Trip what a bot's closed position calls for, its own and the account's."""
        now, live = self.clock.now(), lives[bot]
        for ledger in live.ledgers:
            for trip in bot_trips(configs[bot], ledger, live.counters, now):
                self._set(trip)
            self._set(self._of_account(configuration, configs, lives, ledger.mode))

    def _of_account(
        self,
        configuration: Configuration,
        configs: Mapping[Bot, BotConfig],
        lives: Mapping[Bot, LiveState],
        mode: TradingMode,
    ) -> Trip | None:
        ledgers = [live.ledger(mode) for live in lives.values()]
        capital = sum((config.capital for config in configs.values()), Decimal(0))
        return account_trip(ledgers, capital, configuration.system().account_day_loss, self.clock.now())

    def _set(self, trip: Trip | None) -> None:
        if trip is not None and self.trips.trip(trip):
            self.alerts.send(messages.tripped(trip))
