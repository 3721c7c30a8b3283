"""Watch every bot: reconcile first, then work the orders, then close what must close."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from functions.monitor.exits import Exits
from functions.monitor.reconcile import Reconciler
from functions.monitor.walk import Walker
from shared.domain import messages
from shared.domain.book import LiveState, Trip
from shared.domain.config import BotConfig, bot_config
from shared.domain.errors import AlphaGexError, FeedError, InvalidConfigurationError, OrderError
from shared.domain.options import OptionQuote
from shared.domain.ports import Alerts, Book, Broker, Clock, Heartbeat, Parameters, Quotes, Trips
from shared.domain.sessions import is_open
from shared.domain.vocabulary import Bot, TradingMode, TradingState, stricter
from shared.phases.monitoring.trips import account_trip, bot_trips, failure_trip

LOOP_SECONDS = 5
RUN_SECONDS = 50


class Watched(NamedTuple):
    """How many positions and intents of a bot are live, and whether to look again in seconds."""

    live: int
    is_busy: bool


def _busy(watched: Mapping[Bot, Watched]) -> tuple[Bot, ...]:
    return tuple(bot for bot, one in watched.items() if one.is_busy)


@dataclass(frozen=True, slots=True)
class Monitor:
    """The order of work of a minute of watching."""

    parameters: Callable[[], Parameters]
    book: Book
    quotes: Quotes
    broker: Callable[[BotConfig, TradingMode], Broker]
    trips: Trips
    reconciler: Reconciler
    walker: Walker
    exits: Exits
    alerts: Alerts
    heartbeat: Heartbeat
    clock: Clock
    seconds: int = RUN_SECONDS

    def run(self) -> dict[str, int]:
        """Watch all bots once, and again every 5 seconds while something is near an edge or working.

        One bot's trouble never stops the others; after all are looked after it is raised as a group.
        """
        started = self.clock.now()
        parameters = self.parameters()
        self._mirror(parameters.state(), started)
        problems: list[AlphaGexError] = []
        watched = self._round(parameters, tuple(Bot), problems)
        rounds = 1
        while (busy := _busy(watched)) and self.clock.now() - started < timedelta(seconds=self.seconds - LOOP_SECONDS):
            self.clock.sleep(LOOP_SECONDS)
            watched |= self._round(parameters, busy, problems)
            rounds += 1
        self.heartbeat.beat(self.clock.now(), {"rounds": str(rounds), "problems": str(len(problems))})
        if problems:
            raise ExceptionGroup("monitor could not look after everything", problems)
        return {"rounds": rounds, "live": sum(one.live for one in watched.values())}

    def _mirror(self, switch: TradingState, now: datetime) -> None:
        if not self.trips.mirror(switch, now):
            return
        is_first_run = self.heartbeat.last() is None
        if switch is not TradingState.ACTIVE or not is_first_run:
            reason = "the switch in SSM was set, or could not be read"
            self.alerts.send(messages.breaker_changed(switch, "the user's switch", reason, now))

    def _round(self, parameters: Parameters, bots: Iterable[Bot], problems: list[AlphaGexError]) -> dict[Bot, Watched]:
        watched = {}
        for bot in bots:
            try:
                watched[bot] = self._watch(parameters, bot)
            except AlphaGexError as problem:
                problems.append(problem)
                self.alerts.send(messages.could_not_watch(bot, str(problem), self.clock.now()))
                watched[bot] = Watched(1, is_busy=False)
        return watched

    def _config(self, parameters: Parameters, bot: Bot) -> BotConfig:
        try:
            return parameters.bot(bot)
        except InvalidConfigurationError as problem:
            self.alerts.send(messages.invalid_configuration(bot, str(problem), self.clock.now()))
            return bot_config(bot)

    def _watch(self, parameters: Parameters, bot: Bot) -> Watched:
        live = self.book.live(bot)
        for alert in live.unsent_alerts:
            self.alerts.resend(alert)
        if live.counters.order_failures:
            self._trip_failures(self._config(parameters, bot), live)
        if not live.positions and not live.intents:
            return Watched(0, is_busy=False)
        config = self._config(parameters, bot)
        if self._reconcile(config, live):
            before, live = live, self.book.live(bot)
            if len(live.positions) < len(before.positions):
                self._trip(config, live)
        if not is_open(self.clock.now()):
            self._settle(config, live)
            return Watched(len(live.positions) + len(live.intents), is_busy=False)
        state = cache(lambda: self._effective(bot, parameters.state()))
        quotes = self._quotes(live)
        for intent in live.intents:
            broker = self.broker(config, intent.mode)
            self.walker.work(config, live, intent, broker, quotes, state)
        looked = [self.exits.look_after(config, position, quotes, state) for position in live.positions]
        return Watched(len(live.positions) + len(live.intents), is_busy=any(looked))

    def _reconcile(self, config: BotConfig, live: LiveState) -> bool:
        changed = False
        for mode in {intent.mode for intent in live.intents}:
            try:
                orders = self.broker(config, mode).orders()
            except (FeedError, OrderError) as problem:
                self.alerts.send(messages.could_not_watch(config.bot, f"orders: {problem}", self.clock.now()))
                continue
            changed |= self.reconciler.match(config, live, orders)
        return changed

    def _settle(self, config: BotConfig, live: LiveState) -> None:
        for position in live.positions:
            if self.exits.settle(config, live, position):
                live = self.book.live(config.bot)
                self._trip(config, live)

    def _quotes(self, live: LiveState) -> Mapping[str, OptionQuote]:
        symbols = {leg.option_symbol for position in live.positions for leg in position.legs}
        try:
            return self.quotes.option_quotes(sorted(symbols)) if symbols else {}
        except FeedError as problem:
            self.alerts.send(messages.could_not_watch(live.bot, f"quotes: {problem}", self.clock.now()))
            return {}

    def _effective(self, bot: Bot, switch: TradingState) -> TradingState:
        state = switch
        for trip in self.trips.read(bot):
            state = stricter(state, trip.state)
        return state

    def _trip(self, config: BotConfig, live: LiveState) -> None:
        now = self.clock.now()
        found: list[Trip] = []
        for ledger in live.ledgers:
            found += bot_trips(config, ledger, live.counters, now)
            found += self._account_trips(config, live, ledger.mode, now)
        for trip in found:
            if self.trips.trip(trip):
                self.alerts.send(messages.tripped(trip))

    def _trip_failures(self, config: BotConfig, live: LiveState) -> None:
        trip = failure_trip(config, live.counters, self.clock.now())
        if trip is not None and self.trips.trip(trip):
            self.alerts.send(messages.tripped(trip))

    def _account_trips(self, config: BotConfig, live: LiveState, mode: TradingMode, now: datetime) -> tuple[Trip, ...]:
        parameters = self.parameters()
        others = [bot for bot in Bot if bot is not config.bot]
        ledgers = [live.ledger(mode), *(self.book.live(bot).ledger(mode) for bot in others)]
        capital = config.capital + sum((self._config(parameters, bot).capital for bot in others), Decimal(0))
        trip = account_trip(ledgers, capital, parameters.system().account_day_loss, now)
        return (trip,) if trip else ()
