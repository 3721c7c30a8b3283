"""The functions over fakes in memory, driven by the runner's own schedule."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

from functions.collect.workflow import Collect
from functions.learn.workflow import Learn
from functions.monitor.accounts import Accounts
from functions.monitor.exits import Exits
from functions.monitor.ledger import LegLedger
from functions.monitor.reconcile import Reconciler
from functions.monitor.shares import Deliveries
from functions.monitor.tools import Tools
from functions.monitor.trips import Breakers
from functions.monitor.walk import Walker
from functions.monitor.workflow import Monitor
from functions.trade.workflow import Trade
from shared.adapters.paper import PaperBroker
from shared.backtest.runner.book import RunBook
from shared.backtest.runner.lessons import Lessons
from shared.backtest.runner.market import ModelMarket
from shared.backtest.runner.run import Runner
from shared.desk import Desk
from shared.domain.book import Flip, Trip
from shared.domain.config import BotConfig, Feedback, SystemConfig, bot_config
from shared.domain.decisions import DenialCode
from shared.domain.events import SnapshotCollected, TradeRequest
from shared.domain.market import BrokerClock, DailyBar, Quote, Snapshot
from shared.domain.options import OptionQuote
from shared.domain.paper import PaperAccount
from shared.domain.positions import ClosedTrade
from shared.domain.readings import Readings
from shared.domain.sessions import is_open, new_york_date
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, Source, Strategy, TradingMode, TradingState
from shared.phases.execution import paper_fill
from shared.phases.monitoring.trips import ALL

_Made = TypeVar("_Made")


def composed(what: type[_Made], ports: Mapping[str, Any]) -> _Made:
    """Make a workflow of the ports it names."""
    return what(**{field.name: ports[field.name] for field in fields(what) if field.name in ports})  # type: ignore[arg-type]


PARTS: Final[tuple[tuple[str, type[Any]], ...]] = (
    ("reconciler", Reconciler),
    ("deliveries", Deliveries),
    ("ledger", LegLedger),
    ("accounts", Accounts),
    ("breakers", Breakers),
    ("walker", Walker),
    ("exits", Exits),
    ("tools", Tools),
)
"""What monitor is made of, each part from those before it."""


class AtOnce(Executor):
    """Answers while it is asked."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        answered: Future[Any] = Future()
        answered.set_result(fn(*args, **kwargs))
        return answered


class Hands:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.at = datetime.fromisoformat("2000-01-03T15:00:00+00:00")

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Deaf:
    """Whoever is told things that change nothing here: alerts, heartbeat, events, configurations."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class World:
    """Every port in memory: configuration, market, paper account, trips and history of one run."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.time = Hands()
        self._snapshots: dict[tuple[str, datetime], Snapshot] = {}
        self._accounts: dict[str, PaperAccount] = {}

    def bot(self, bot: Bot) -> BotConfig:
        return self._runner.config if bot is self._runner.config.bot else bot_config(bot)

    def system(self) -> SystemConfig:
        return self._runner.system

    def state(self) -> TradingState:
        return self._runner.book.switch

    def clock(self) -> BrokerClock:
        return BrokerClock(now=self.time.at, is_open=is_open(self.time.at), skew=Decimal(0))

    def collect(self, now: datetime, config: SystemConfig) -> Readings:
        assert isinstance(self._runner.market, ModelMarket)
        return self._runner.market.readings(self._runner.config.underlyings, now)

    def put(self, snapshot: Snapshot) -> None:
        self._snapshots[snapshot.underlying, snapshot.at] = snapshot

    def get(self, underlying: str, at: datetime) -> Snapshot | None:
        return self._snapshots.get((underlying, at))

    def latest(self, underlying: str) -> Snapshot | None:
        known = [at for name, at in self._snapshots if name == underlying]
        return self._snapshots[underlying, max(known)] if known else None

    def recent(self, underlying: str, count: int) -> tuple[Snapshot, ...]:
        known = sorted((at for name, at in self._snapshots if name == underlying), reverse=True)
        return tuple(self._snapshots[underlying, at] for at in known[:count])

    def expirations(self, underlying: str) -> tuple[date, ...]:
        return self._runner.market.expirations(underlying, new_york_date(self.time.at))

    def option_chain(self, underlying: str, expiration: date) -> tuple[OptionQuote, ...]:
        return self._runner.market.option_chain(underlying, expiration, self.time.at)

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        return self._runner.market.option_quotes(option_symbols, self.time.at)

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        values = {symbol: self._runner.market.spot(symbol, self.time.at) for symbol in symbols}
        return {
            symbol: Quote(symbol=symbol, last=value, as_of=self.time.at, source=Source.TRADIER)
            for symbol, value in values.items()
        }

    def daily_bars(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        close = self._runner.market.official_close(symbol, end)
        return () if close is None else (DailyBar(day=end, open=close, high=close, low=close, close=close),)

    def broker(self, config: BotConfig, mode: TradingMode) -> PaperBroker:
        return PaperBroker(config, self, self, self, self.time, paper_fill)

    def load(self, account_id: str) -> PaperAccount | None:
        return self._accounts.get(account_id)

    def save(self, before: Any, after: Any) -> None:
        """Store an account or statistics; nobody else writes here."""
        if isinstance(after, StrategyStatistics):
            self._runner.book.statistics[after.mode, after.strategy] = after
        else:
            self._accounts[after.account_id] = after

    def read(self, bot: Bot) -> tuple[Trip, ...]:
        return tuple(self._runner.book.trips[scope] for scope in (bot.value, ALL) if scope in self._runner.book.trips)

    def every(self) -> tuple[Trip, ...]:
        return tuple(self._runner.book.trips.values())

    def mirror(self, state: TradingState, at: datetime) -> bool:
        return False

    def trip(self, trip: Trip) -> bool:
        return self._runner.book.trip(trip)

    def closed_trades(self, mode: TradingMode, strategy: Strategy, since: datetime) -> tuple[ClosedTrade, ...]:
        wanted = (mode, strategy)
        return tuple(
            one for one in self._runner.book.trades if (one.mode, one.strategy) == wanted and one.closed_at >= since
        )

    def statistics(self, mode: TradingMode, strategy: Strategy) -> StrategyStatistics | None:
        return self._runner.book.statistics.get((mode, strategy))

    def statistics_by_pair(self) -> Mapping[tuple[TradingMode, Strategy], StrategyStatistics]:
        return self._runner.book.statistics


class FunctionsRunner(Runner):
    """The runner's schedule with the functions in the place of its phases, over its own book in memory."""

    def __post_init__(self) -> None:
        super().__post_init__()
        world = self._world = World(self)
        self._ports: dict[str, Any] = {
            "parameters": lambda: world,
            "configuration": world,
            "book": self.book,
            "desk": self._desk,
            "clock": world.time,
            "background": AtOnce(),
            "last_flip": lambda: Flip(self.book.switch, "nobody", world.time.at),
            "seconds": self.monitor_seconds,
            "broker": world.broker,
            **dict.fromkeys(("snapshots", "chains", "quotes", "market_clock", "history", "trips", "feeds"), world),
            **dict.fromkeys(("configurations", "alerts", "heartbeat", "events"), Deaf()),
        }
        for name, part in PARTS:
            self._ports[name] = composed(part, self._ports)
        self._collect = composed(Collect, self._ports)
        self._trade = composed(Trade, self._ports)
        self._monitor = composed(Monitor, self._ports)
        self.lessons = LearnedByFunction(self.config, self.system.feedback, self.book, world, self._ports)

    def decide(self, snapshot: Snapshot, now: datetime) -> frozenset[DenialCode]:
        self._world.time.at = snapshot.at
        (collected,) = self._collect.run()
        assert collected == snapshot
        self._world.time.at = now
        told = SnapshotCollected(underlying=snapshot.underlying, snapshot_at=snapshot.at)
        (decided,) = self._trade.run(TradeRequest(bot=self.config.bot, snapshot=told))
        return frozenset(denial.code for denial in decided.denials)

    def monitor(self, started: datetime) -> datetime:
        self._world.time.at = started
        self._monitor.run()
        self.lessons.learn(self._world.time.at)
        return self._world.time.at

    def _desk(self, config: BotConfig, mode: TradingMode) -> Desk:
        ports = self._ports | {
            "broker": self._world.broker(config, mode),
            "breaker": lambda: self.book.state(config.bot),
            "owner": "functions",
            "fees": config.fees,
        }
        return composed(Desk, ports)


class LearnedByFunction(Lessons):
    """The function learn in the place of the runner's lessons; the operator's part stays."""

    def __init__(
        self, config: BotConfig, rules: Feedback, book: RunBook, world: World, ports: Mapping[str, Any]
    ) -> None:
        super().__init__(config, rules, book)
        self._time = world.time
        self._learn_workflow = composed(Learn, ports)

    def learn(self, now: datetime) -> None:
        fresh = self.book.trades[self.learned :]
        self.learned = len(self.book.trades)
        if fresh:
            self._learn_workflow.run([(trade.mode, trade.strategy) for trade in fresh])

    def learn_daily(self, now: datetime) -> None:
        self._time.at = now
        self._learn_workflow.run()
        for key, stored in self.book.statistics.items():
            if stored.is_disabled and stored.is_stale:
                self.book.statistics[key] = stored.model_copy(update={"is_disabled": False})
