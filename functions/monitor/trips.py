"""The system's own trips: what a bot's results, its failed orders and the account's day call for."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from shared.domain import messages
from shared.domain.book import EVERY_BOT, SWITCH_SCOPE, Trip
from shared.domain.errors import StoreError
from shared.domain.vocabulary import Bot, stricter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.domain.book import LiveState
    from shared.domain.config import BotConfig
    from shared.domain.ledgers import Counters, Ledger
    from shared.domain.ports import Alerts, Clock, Configuration, Trips
    from shared.domain.vocabulary import TradingMode, TradingState

SCOPES: Final = frozenset({EVERY_BOT, *Bot})


@dataclass(frozen=True, slots=True)
class Breakers:
    """Reads the effective state, and trips it.

    ``standing`` are the trips and the mirror of the user's switch by scope, as this run found and set them;
    ``told`` the trips that this process has told of.
    """

    trips: Trips
    alerts: Alerts
    clock: Clock
    standing: dict[str, Trip] = field(default_factory=dict)
    told: set[tuple[str, datetime]] = field(default_factory=set)

    def begin(self) -> None:
        """Read everything that stands, once for a run, and tell of what may have been set without an alert."""
        self.standing.clear()
        self.standing.update({trip.scope: trip for trip in self.trips.every()})
        self._tell_again()

    @property
    def mirrored(self) -> TradingState | None:
        """The user's switch as the transactions see it; None before it was ever mirrored."""
        mirror = self.standing.get(SWITCH_SCOPE)
        return None if mirror is None else mirror.state

    def mirror(self, switch: TradingState, now: datetime) -> None:
        """Let the transactions see the user's switch."""
        self.trips.mirror(switch, now)
        self.standing[SWITCH_SCOPE] = Trip(SWITCH_SCOPE, switch, "the user's switch", now)

    def effective(self, bot: Bot, switch: TradingState) -> TradingState:
        """Return the stricter of the user's switch and the system's trips."""
        state = switch
        for trip in self.trips.read(bot):
            state = stricter(state, trip.state)
        return state

    def after_failures(self, config: BotConfig, live: LiveState) -> None:
        """Trip all bots after too many failed orders in a row."""
        if live.counters.order_failures:
            from shared.phases.monitoring.trips import failure_trip

            self._set(failure_trip(config, live.counters, self.clock.now()))

    def judge(
        self,
        configuration: Configuration,
        configs: Mapping[Bot, BotConfig],
        lives: Mapping[Bot, LiveState],
    ) -> None:
        """Trip what the ledgers of this moment call for, whoever booked what stands in them."""
        now = self.clock.now()
        for bot, live in lives.items():
            for ledger in live.ledgers:
                self._judge_bot(configs[bot], ledger, live.counters, now)
        for mode in dict.fromkeys(config.mode for config in configs.values()):
            self._set(self._of_account(configuration, configs, lives, mode))

    def _judge_bot(self, config: BotConfig, ledger: Ledger, counters: Counters, now: datetime) -> None:
        from shared.phases.monitoring.trips import bot_trips

        if ledger.mode is config.mode or ledger.open_count:
            for trip in bot_trips(config, ledger, counters, now):
                self._set(trip)

    def _of_account(
        self,
        configuration: Configuration,
        configs: Mapping[Bot, BotConfig],
        lives: Mapping[Bot, LiveState],
        mode: TradingMode,
    ) -> Trip | None:
        """Measure the day of all accounts of a mode against the capital of the bots in that mode."""
        ledgers = [ledger for live in lives.values() for ledger in live.ledgers if ledger.mode is mode]
        capital = sum((config.capital for config in configs.values() if config.mode is mode), Decimal(0))
        try:
            limit = configuration.system().account_day_loss
        except StoreError:
            return None
        if not ledgers:
            return None
        from shared.phases.monitoring.trips import account_trip

        return account_trip(ledgers, capital, limit, self.clock.now())

    def _tell_again(self) -> None:
        """Tell of the system's trips, in case whoever set one ended before the alert; a repeat is silent."""
        for trip in self.standing.values():
            if trip.scope in SCOPES and not trip.is_by_hand and (trip.scope, trip.at) not in self.told:
                self._tell(trip)

    def _set(self, trip: Trip | None) -> None:
        if trip is None or _is_as_strict(self.standing.get(trip.scope), trip.state):
            return
        is_new = self.trips.trip(trip)
        self.standing[trip.scope] = trip
        if is_new:
            self._tell(trip)

    def _tell(self, trip: Trip) -> None:
        self.alerts.send(messages.tripped(trip))
        self.told.add((trip.scope, trip.at))


def _is_as_strict(standing: Trip | None, state: TradingState) -> bool:
    return standing is not None and standing.state.severity >= state.severity
