"""One bot over a stretch of a market: every minute that matters, by the same phases as the functions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from shared.backtest.runner.book import RunBook
from shared.backtest.runner.broker import RunBroker
from shared.backtest.runner.entries import Entries, Tally
from shared.backtest.runner.lessons import Lessons
from shared.backtest.runner.market import Market
from shared.backtest.runner.result import BacktestResult, DayPoint
from shared.backtest.runner.schedule import Step, evening, steps_of
from shared.backtest.runner.sending import Sender
from shared.backtest.runner.watch import Watch, is_working
from shared.domain.config import BotConfig, SystemConfig, bot_config
from shared.domain.decisions import DenialCode
from shared.domain.market import Snapshot
from shared.domain.positions import Position
from shared.domain.sessions import new_york_date, sessions_between
from shared.domain.vocabulary import Bot, TradingState
from shared.phases.monitoring import mark_of, open_pnl
from shared.phases.monitoring.trips import measured_anew

MINUTE = timedelta(minutes=1)
AFTER_COLLECT = timedelta(seconds=2)
ROUND_SECONDS = timedelta(seconds=5)
MONITOR_SECONDS = 50
WORKED_MINUTES = 30
"""How long an order is followed by the minute before the next step takes over."""
OPERATOR_SESSIONS = 2
"""After so many sessions the run plays the operator and sets a trip back."""

Progress = Callable[[date], None]


@dataclass
class Runner:
    """Drives one bot; ``now`` is its clock."""

    config: BotConfig
    system: SystemConfig
    market: Market
    keeps_all: bool = False
    monitor_seconds: int = MONITOR_SECONDS
    book: RunBook = field(default_factory=RunBook)
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        """Compose."""
        config, book = self.config, self.book
        self.broker = RunBroker(config, self.market)
        self.lessons = Lessons(config, self.system.feedback, book)
        sender = Sender(book, self.broker, config.fees)
        self._entries = Entries(config, book, self.market, sender, self.tally, self.keeps_all)
        others = sum((bot_config(bot).capital for bot in Bot if bot is not config.bot), Decimal(0))
        self._watch = Watch(config, book, self.market, sender, config.capital + others, self.system.account_day_loss)
        self.tripped: list[tuple[datetime, str, str]] = []

    def decide(self, snapshot: Snapshot, now: datetime) -> frozenset[DenialCode]:
        """Decide one snapshot; the refusals come back."""
        return self._entries.decide(snapshot, now)

    def monitor(self, started: datetime) -> datetime:
        """Watch for a minute as the function does, by rounds of five seconds; return when it ended."""
        now, last = started, started + timedelta(seconds=self.monitor_seconds) - ROUND_SECONDS
        trips = dict(self.book.trips)
        while self._watch.round(now) and now < last:
            now += ROUND_SECONDS
        self.lessons.learn(now)
        for scope, trip in self.book.trips.items():
            if trip.state is not TradingState.ACTIVE and trips.get(scope) != trip:
                self.tripped.append((trip.at, scope, trip.reason))
        return now

    def step(self, step: Step) -> None:
        """Look after what is live, decide, and follow the orders until they end."""
        self.follow_off(step)
        for underlying in self.config.underlyings:
            self._visit(underlying, step)

    def follow_off(self, step: Step) -> None:
        """Look after what is live, and enter nothing."""
        if self.book.live(self.config.bot).positions:
            self._follow(self.monitor(step.at))

    def _visit(self, underlying: str, step: Step) -> None:
        """Look once, and again by the minute while nothing but confirmation is missing."""
        at = step.at
        for _ in range(max(self.config.rails.confirmations, 1)):
            refused = self.decide(self.market.snapshot(underlying, at), at + AFTER_COLLECT)
            if refused != {DenialCode.NOT_CONFIRMED}:
                break
            at += MINUTE
        self._follow(at + AFTER_COLLECT)

    def _follow(self, now: datetime) -> None:
        for _ in range(WORKED_MINUTES):
            if not is_working(self.book.live(self.config.bot)):
                return
            now = now.replace(second=0, microsecond=0) + MINUTE
            self.monitor(now)

    def evening(self, day: date) -> None:
        """Settle what expired, learn what the day changed, and play the operator where he is due."""
        at = evening(day)
        if any(held.expiration <= day for held in self.book.live(self.config.bot).positions):
            self.monitor(at)
        self.lessons.learn_daily(at)
        self._operate(day)

    def _operate(self, day: date) -> None:
        for scope, trip in list(self.book.trips.items()):
            if trip.state is TradingState.ACTIVE:
                continue
            if len(sessions_between(new_york_date(trip.at), day)) > OPERATOR_SESSIONS:
                live = self.book.live(self.config.bot)
                self.book.commit("measure anew", measured_anew(live))
                self.book.clear(scope)

    def value(self, now: datetime) -> Decimal:
        """Return realized and unrealized result in dollars, open positions at their mid."""
        live = self.book.live(self.config.bot)
        total = live.ledger(self.config.mode).realized_pnl
        for position in live.positions:
            total += self._unrealized(position, now)
        return total

    def _unrealized(self, position: Position, now: datetime) -> Decimal:
        if position.opened_at is None:
            return Decimal(0)
        quotes = self.market.option_quotes([leg.option_symbol for leg in position.legs], now)
        mark = mark_of(position, quotes)
        return Decimal(0) if mark is None else open_pnl(position, mark)


def backtest(
    config: BotConfig,
    market: Market,
    days: tuple[date, ...],
    *,
    step_minutes: int | None = None,
    system: SystemConfig | None = None,
    progress: Progress | None = None,
) -> BacktestResult:
    """Run a bot over these sessions, one look a day or one every so many minutes."""
    runner = Runner(config, system or SystemConfig(), market)
    curve: list[DayPoint] = []
    for day in days:
        steps = steps_of(day, step_minutes)
        for step in steps:
            runner.step(step)
        last = steps[-1].at
        live = runner.book.live(config.bot)
        underlying = config.underlyings[0]
        ledger = live.ledger(config.mode)
        curve.append(
            DayPoint(
                day,
                config.capital + runner.value(last),
                market.official_close(underlying, day) or Decimal(0),
                ledger.open_risk,
                ledger.open_count,
            )
        )
        runner.evening(day)
        if progress is not None:
            progress(day)
    return BacktestResult(
        config=config,
        days=days,
        step_minutes=step_minutes,
        curve=tuple(curve),
        trades=tuple(runner.book.trades),
        decisions=tuple(runner.book.decisions.values()),
        kelly=tuple(runner.lessons.points),
        tally=runner.tally,
        tripped=tuple(runner.tripped),
        disabled=runner.lessons.disabled,
        slippage=runner.broker.slippage,
        open_positions=len(runner.book.live(config.bot).positions),
    )
