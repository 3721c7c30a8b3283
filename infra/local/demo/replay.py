"""The replay: in simulated New York time, every function is called as its schedule and its events would."""

import gc
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from infra.local.demo.laptop import Laptop
from infra.local.demo.mail import ClosedTrades, Mailbox, alert_of
from infra.local.demo.plan import DemoPlan
from infra.local.demo.sandboxes import Event, FunctionFailedError, Sandboxes
from infra.local.demo.summary import AlertLine
from shared.domain.book import LiveState
from shared.domain.config import bot_config
from shared.domain.errors import AlphaGexError, FeedError
from shared.domain.package import package_quote
from shared.domain.positions import Position
from shared.domain.sessions import NEW_YORK, new_york_date
from shared.domain.vocabulary import Bot, TradingMode, TradingState
from shared.phases.monitoring import open_pnl

AFTER_COLLECT = timedelta(seconds=2)
EVENING_LEARN = timedelta(minutes=90)
LEARN_WEEKDAY = 4
"""The schedule of learn is daily in AWS; in a replay Fridays do, because each closed trade wakes it besides."""
HEARTBEAT_WEEKDAY = 0
TRIPPED_SESSIONS = 2
TRIPPED = "Breaker REDUCING: the system"
COLLECTED_SESSIONS = 20


class Screen(Protocol):
    """Whoever watches the run."""

    def advance(self, at: datetime, spx: Decimal, vix: Decimal, equity: Decimal) -> None:
        """Show how far the run is."""

    def alert(self, line: AlertLine) -> None:
        """Show an alert as it arrives."""

    def note(self, text: str) -> None:
        """Show what the script does."""


@dataclass
class Replay:
    """Drives one run; what it remembers is only what a chart needs and no service keeps: equity over time."""

    laptop: Laptop
    traders: Sandboxes
    plan: DemoPlan
    screen: Screen
    equity: dict[datetime, dict[Bot, Decimal]] = field(default_factory=dict)
    alerts: list[AlertLine] = field(default_factory=list)
    flips: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    ticks: int = 0
    monitor_runs: int = 0

    def __post_init__(self) -> None:
        """Open the mailboxes."""
        self._alerts = Mailbox(self.laptop, "alerts")
        self._snapshots = Mailbox(self.laptop, "snapshots")
        self._closed = ClosedTrades(self.laptop)
        self.mailboxes = {"alerts": self._alerts, "snapshots": self._snapshots}
        self._capital = sum((bot_config(bot).capital for bot in self.plan.bots), Decimal(0))
        self._latest = {bot: Decimal(0) for bot in self.plan.bots}
        self._spx = self._vix = Decimal(0)
        self._live = 0
        self._held: dict[Bot, tuple[Position, ...]] = {}
        self._is_tripped = False
        self._next_ticks = dict(pairwise(at for day in self.plan.days for at in self.plan.ticks(day)))
        self._bots_on: dict[str, list[Bot]] = {}
        for bot in self.plan.bots:
            for underlying in bot_config(bot).underlyings:
                self._bots_on.setdefault(underlying, []).append(bot)

    def run(self) -> None:
        """Replay every session of the plan; garbage is collected between sessions, not in the midst of them."""
        gc.disable()
        gc.freeze()
        try:
            self._sessions()
        finally:
            gc.unfreeze()
            gc.enable()

    def _sessions(self) -> None:
        for number, day in enumerate(self.plan.days, start=1):
            if number % COLLECTED_SESSIONS == 0:
                gc.collect()
            self._day(day)

    def _day(self, day: date) -> None:
        self._flip(day)
        if self._is_tripped:
            self._clear_trips(day)
        self._session(day)

    def _flip(self, day: date) -> None:
        if self.plan.flips is None:
            return
        reducing, active = self.plan.flips
        if day == reducing:
            self._set_breaker(TradingState.REDUCING, day)
        elif day == active:
            self._set_breaker(TradingState.ACTIVE, day)

    def _clear_trips(self, day: date) -> None:
        """Act as the operator: a trip of the system is set back after two sessions, in view."""
        for bot in self.plan.bots:
            tripped = [trip for trip in self.laptop.stage.trips.read(bot) if trip.scope == bot]
            if not tripped or tripped[0].state is TradingState.ACTIVE:
                continue
            since = len([one for one in self.plan.days if new_york_date(tripped[0].at) < one <= day])
            if since > TRIPPED_SESSIONS:
                self.laptop.stage.operator.clear_trip(tripped[0], "the demo plays the operator")
                self._is_tripped = False
                self.flips.append(f"{day} {bot} ACTIVE again, by the operator")
                self.screen.note(f"{day}: the demo, as the operator, sets {bot}'s tripped breaker back to ACTIVE")

    def _set_breaker(self, state: TradingState, day: date) -> None:
        self.laptop.parameters.put_breaker(state)
        self.flips.append(f"{day} {state}")
        self.screen.note(f"{day}: the demo sets the breaker to {state} in SSM")

    def _session(self, day: date) -> None:
        ticks = self.plan.ticks(day)
        for at in sorted({*ticks, *self.plan.looks(day)}):
            self._go_to(at)
            if at in ticks:
                self._tick(at, is_first=at == ticks[0])
                if at == ticks[-1]:
                    self._value(at)
                if at == ticks[-1] and day.weekday() == HEARTBEAT_WEEKDAY:
                    self._heartbeats()
            elif self._live:
                self._monitor()
        self._go_to(self.plan.evening(day))
        if self._expires(day):
            self._monitor()
        self._go_to(self.plan.evening(day) + EVENING_LEARN)
        self._learn_of_closed()
        if day.weekday() == LEARN_WEEKDAY:
            self._invoke("learn", {})
        self._take_mail()

    def _expires(self, day: date) -> bool:
        return any(position.expiration <= day for positions in self._held.values() for position in positions)

    def _go_to(self, at: datetime) -> None:
        self.laptop.clock.set(max(at, self.laptop.clock.now()))

    def _tick(self, at: datetime, *, is_first: bool) -> None:
        self.ticks += 1
        self._invoke("collect", {})
        self._go_to(at + AFTER_COLLECT)
        events = [
            {"bot": bot.value, "snapshot": message["detail"]}
            for message in self._snapshots.bodies()
            for bot in self._bots_on.get(message["detail"]["underlying"], [])
        ]
        entries = self._trade(*events)
        if at in self._next_ticks:
            self.laptop.simulators.prepare(self._next_ticks[at])
        if self._live or entries or is_first:
            self._monitor()
        if is_first:
            self._read_market(at)
        self.screen.advance(at, self._spx, self._vix, self._capital + sum(self._latest.values()))

    def _heartbeats(self) -> None:
        """Wake trade as its schedule does; it finds every snapshot decided."""
        self._trade(*({"bot": bot.value} for bot in self.plan.bots))

    def _monitor(self) -> None:
        self.monitor_runs += 1
        before, counts = self._live, self._invoke("monitor", {})
        self._live = counts["live"] if counts else 1
        if self._live < before:
            self._learn_of_closed()
        self._take_mail()

    def _learn_of_closed(self) -> None:
        records = self._closed.records()
        if records:
            self._invoke("learn", {"Records": records})

    def _invoke(self, function: str, event: Event) -> dict[str, int] | None:
        """Call a function; its error is noted as Lambda notes it, and time goes on."""
        try:
            counts: dict[str, int] = self.laptop.invoke(function, event)
        except (AlphaGexError, ExceptionGroup) as error:
            self.errors.append(f"{self._wall()} {function}: {error}")
            return None
        return counts

    def _trade(self, *events: Event) -> int:
        """Wake trade once an event, side by side; return the entries."""
        entries = 0
        for answer in self.traders.invoke(events):
            if isinstance(answer, FunctionFailedError):
                self.errors.append(f"{self._wall()} trade: {answer}")
            else:
                entries += answer["entries"]
        return entries

    def _wall(self) -> str:
        return f"{self.laptop.clock.now().astimezone(NEW_YORK):%Y-%m-%d %H:%M}"

    def _take_mail(self) -> None:
        lines = [alert_of(body, self.laptop.clock.now()) for body in self._alerts.bodies()]
        for line in sorted(lines, key=lambda one: one.subject):
            self.alerts.append(line)
            self._is_tripped |= line.subject.startswith(TRIPPED)
            self.screen.alert(line)

    def _read_market(self, at: datetime) -> None:
        snapshot = self.laptop.stage.snapshots.get("SPX", at)
        if snapshot is not None and snapshot.spot is not None and snapshot.vix is not None:
            self._spx, self._vix = snapshot.spot.value, snapshot.vix.value

    def _value(self, at: datetime) -> None:
        """Value each bot from its ledger and the quotes of its open positions."""
        stage = self.laptop.stage
        for bot in self.plan.bots:
            live = stage.book.live(bot)
            self._held[bot] = live.positions
            self._latest[bot] = live.ledger(TradingMode.PAPER).realized_pnl + self._unrealized(live)
        self.equity[at] = dict(self._latest)

    def _unrealized(self, live: LiveState) -> Decimal:
        symbols = [leg.option_symbol for position in live.positions for leg in position.legs]
        if not symbols:
            return Decimal(0)
        try:
            quotes = self.laptop.stage.market_data.option_quotes(symbols)
        except FeedError:
            return Decimal(0)
        total = Decimal(0)
        for position in live.positions:
            package = package_quote(position.strategy, position.legs, quotes)
            if package is None or position.opened_at is None:
                continue
            total += open_pnl(position, package.mid)
        return total
