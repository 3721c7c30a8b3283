"""One stage under faults: the real functions over the broker's simulator by HTTP and the embedded DynamoDB."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Final, Self, TypeVar, cast

import stamina

from functions.monitor.workflow import Monitor
from functions.trade.workflow import Trade
from infra.local.replay_clock import ReplayClock
from infra.local.tables import StageNames, create_tables
from infra.local.vendors.faults import FaultKind, Vendor
from infra.local.vendors.options import AccountSpec, SimulatorOptions, Tokens
from infra.local.vendors.simulators import VendorSimulators
from infra.local.vendors.stage import Stage as Vendors
from infra.local.vendors.tradier.accounts import Accounts
from infra.local.vendors.tradier.book import Book as BrokerBook
from shared.adapters.aws import Aws
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.snapshots import DynamoDbSnapshots
from shared.adapters.http import ATTEMPTS as HTTP_ATTEMPTS
from shared.adapters.ssm import ParameterNames
from shared.composition import Stage
from shared.domain.accounts import Confirmation
from shared.domain.book import SWITCH_SCOPE, ConfirmAccount, LiveState
from shared.domain.config import BotConfig, bot_config
from shared.domain.decisions import Decision
from shared.domain.errors import AlphaGexError
from shared.domain.events import SnapshotCollected, TradeRequest
from shared.domain.market import GammaReading, Reading, Snapshot
from shared.domain.options import CONTRACT_MULTIPLIER
from shared.domain.orders import IntentState
from shared.domain.ports import (
    Alerts,
    Book,
    Broker,
    Chains,
    Heartbeat,
    Parameters,
    Quotes,
    TradeHistory,
    Trips,
)
from shared.domain.positions import Position
from shared.domain.vocabulary import Bot, Source, TradingMode, TradingState, stricter
from shared.settings import Environment
from tests import builders
from tests.faults.clients import Outbox, ParameterStore, Wires
from tests.faults.invariants import Evidence, always, at_rest, evidence, left_under, same_legs
from tests.faults.market import SPY_LEVEL, VIX_LEVEL, StillMarket
from tests.faults.trail import CrashError, Trail, Watched

_Answer = TypeVar("_Answer")
STAGE: Final = "faults"
START: Final = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Monday noon in New York; Thursday is Thanksgiving, Friday a half-day."""
CASH: Final = Decimal(500_000)
"""What an account is opened with."""
SELLER: Final = Bot.PROMETHEUS
MINUTE: Final = 60
RUNS_TO_AGREE: Final = 3
"""Within so many monitor runs after the faults stopped, our legs are the broker's."""
RUNS_TO_REST: Final = 8
"""Within so many more, nothing is in flight: lease and quiet period, or the walk of an entry, are over."""
FREE: Final = {"per_contract": 0, "index_surcharge": 0}
ONE_LOOK: Final[Mapping[str, Any]] = {"rails": {"confirmations": 1}, "fees": FREE, "mode": "live"}
"""Acts on the first snapshot, at the simulated broker, which takes no fees: so cash must agree to the cent."""
TWIN: Final = Bot.ATLAS
SAME_STRIKE: Final[Mapping[str, Any]] = {
    **ONE_LOOK,
    "underlyings": ["SPY"],
    "gamma_thresholds": {"SPY": {}},
    "capital": 400_000,
    "strategies": {"CASH_SECURED_PUT": {"short_delta": "0.30"}},
}
"""The second bot sells the very put that the first one's spread is short of: the broker merges the two."""
SWITCHES: Final[Mapping[str, str | float]] = {
    "tradier.rate": "generous",
    "tradier.greeks": "live",
    "tradier.anomalies": "off",
    "tradier.mid_fill_delay_s": 0.0,
}


class AtOnce(Executor):
    """Answers while it is asked."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        answered: Future[Any] = Future()
        try:
            answered.set_result(fn(*args, **kwargs))
        except AlphaGexError as problem:
            answered.set_exception(problem)
        return answered


class ArenaStage(Stage):
    """The real composition, with a trail of every call to the outside."""

    def __init__(self, settings: Environment, aws: Aws, database: Database | None, trail: Trail) -> None:
        super().__init__(settings)
        self._aws = aws
        self._given = database
        self._trail = trail

    def _watched(self, port: object, name: str) -> Any:
        return Watched(port, name, self._trail)

    @cached_property
    def _database(self) -> Database:
        return self._given or super()._database

    @cached_property
    def background(self) -> Executor:
        """Ask at once what a run asks beside its work: the order of calls is then always the same."""
        return AtOnce()

    @cached_property
    def book(self) -> Book:
        return cast("Book", self._watched(super().book, "book"))

    @cached_property
    def snapshots(self) -> DynamoDbSnapshots:
        return cast("DynamoDbSnapshots", self._watched(super().snapshots, "snapshots"))

    @cached_property
    def trade_history(self) -> TradeHistory:
        return cast("TradeHistory", self._watched(super().trade_history, "history"))

    @cached_property
    def trips(self) -> Trips:
        return cast("Trips", self._watched(super().trips, "trips"))

    @cached_property
    def heartbeat(self) -> Heartbeat:
        return cast("Heartbeat", self._watched(super().heartbeat, "heartbeat"))

    @cached_property
    def alerts(self) -> Alerts:
        return cast("Alerts", self._watched(super().alerts, "alerts"))

    @cached_property
    def chains(self) -> Chains:
        return cast("Chains", self._watched(super().chains, "chains"))

    @cached_property
    def quotes(self) -> Quotes:
        return cast("Quotes", self._watched(super().quotes, "quotes"))

    def parameters(self) -> Parameters:
        return cast("Parameters", self._watched(super().parameters(), "parameters"))

    def broker(self, config: BotConfig, mode: TradingMode) -> Broker:
        return cast("Broker", self._watched(super().broker(config, mode), "broker"))


@contextmanager
def _wired(module: ModuleType, **names: object) -> Iterator[None]:
    """Let a handler's builder find this stage, and leave the module as it was."""
    before = {name: getattr(module, name) for name in names}
    for name, value in names.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(module, name, value)


def trade_of(stage: Stage) -> Trade:
    """Return the workflow as its handler builds it."""
    module = import_module("functions.trade.handler")
    with _wired(module, _stage=lambda: stage):
        return cast("Trade", module._trade.__wrapped__())


def monitor_of(stage: Stage, environment: Mapping[str, str]) -> Monitor:
    """Return the workflow as its handler builds it."""
    module = import_module("functions.monitor.handler")
    settings = module.MonitorSettings.parse(dict(environment))
    with _wired(module, _stage=lambda: stage, _settings=lambda: settings):
        return cast("Monitor", module._monitor.__wrapped__())


class Ground:
    """What all arenas of a process share: the embedded AWS, the simulators, a clock and a market."""

    def __init__(self, endpoint_url: str, name: str = STAGE) -> None:
        """Prepare; the tables carry this name."""
        self.endpoint_url = endpoint_url
        self.market = StillMarket()
        self.names = StageNames(name)
        self._folder = tempfile.TemporaryDirectory(prefix="alphagex-faults-")
        self.clock_path = Path(self._folder.name) / "clock"
        self.clock = ReplayClock.create(self.clock_path, START)
        options = SimulatorOptions(switches=dict(SWITCHES))
        self.simulators = VendorSimulators(self.market, self.clock, options=options, in_process=True)
        self._accounts_opened = 0

    def __enter__(self) -> Self:
        stamina.set_testing(True, attempts=HTTP_ATTEMPTS, cap=True)
        self.simulators.start()
        wiring = Wires(self.endpoint_url, ParameterStore(), Outbox())
        create_tables(wiring, self.names, expires=False)
        self.dynamodb = wiring.dynamodb()
        self.database = Database(wiring)
        quiet = Database(Wires(self.endpoint_url, ParameterStore(), Outbox()))
        self.snapshots = DynamoDbSnapshots(quiet, snapshots=self.names.snapshots)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stamina.set_testing(False)
        self.simulators.close()
        self.clock.close()
        self._folder.cleanup()

    @property
    def vendors(self) -> Vendors:
        """The simulators' insides."""
        vendors = self.simulators._stage
        assert vendors is not None
        return vendors

    @property
    def accounts(self) -> Accounts:
        """The live host's accounts."""
        return self.vendors.truths[0]._accounts

    def open_account(self) -> str:
        """Open an account that nobody has used."""
        self._accounts_opened += 1
        number = f"6YB{self._accounts_opened:05d}"
        with self.vendors.shared.lock:
            self.accounts.books.clear()
            self.accounts.books[number] = BrokerBook.opened(AccountSpec(number, CASH))
        return number

    def move(self, level: float) -> None:
        """Set the level of the market; what was shown before is forgotten."""
        with self.vendors.shared.lock:
            self.market.level = level
            self.forget_prices()

    def forget_prices(self) -> None:
        """Let the simulators ask the market anew."""
        self.accounts.desk.view._kept.clear()
        self.accounts.desk.view._bars.clear()

    def empty(self) -> None:
        """Be as on the first day."""
        self.clock.set(START)
        self.vendors.faults.clear()
        self.market.closes.clear()
        self.move(SPY_LEVEL)
        for table in self.names.rows:
            self._empty(table)

    def _empty(self, table: str) -> None:
        found = self.dynamodb.scan(TableName=table, ProjectionExpression="pk, sk")["Items"]
        for start in range(0, len(found), 25):
            keys: Any = [{"DeleteRequest": {"Key": item}} for item in found[start : start + 25]]
            self.dynamodb.batch_write_item(RequestItems={table: keys})


@dataclass
class Arena:
    """One stage on a ground, from its first day; everything that happens to it is asked for here."""

    ground: Ground
    bots: tuple[Bot, ...] = (SELLER,)
    seconds: int = 5
    trail: Trail = field(default_factory=Trail)
    parameters: ParameterStore = field(default_factory=ParameterStore)
    outbox: Outbox = field(default_factory=Outbox)
    problems: list[str] = field(default_factory=list)
    crashes: int = 0
    faults_injected: int = 0
    external: dict[str, int] = field(default_factory=dict)
    external_cash: Decimal = Decimal(0)
    checks: int = 0
    unlawful: list[str] = field(default_factory=list)
    tripped: TradingState = TradingState.ACTIVE
    ever_unknown: set[str] = field(default_factory=set)
    configs: dict[Bot, list[BotConfig]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ground.empty()
        self.account, self.opening_cash = self.ground.open_account(), CASH
        self.parameter_names = ParameterNames(STAGE)
        tokens = Tokens()
        self.parameters.values[self.parameter_names.secret("tradier")] = tokens.tradier
        self.switch(TradingState.ACTIVE)
        for bot in Bot:
            self.configure(bot, ONE_LOOK)
        self.start_processes()
        for bot in self.bots:
            self.confirm(bot)

    # The processes.

    @property
    def environment(self) -> dict[str, str]:
        """What the functions are told."""
        urls, names = self.ground.simulators.urls, self.ground.names
        return {
            "STAGE": STAGE,
            "POSITIONS_TABLE": names.positions,
            "DECISIONS_TABLE": names.decisions,
            "STATS_TABLE": names.stats,
            "SNAPSHOTS_TABLE": names.snapshots,
            "TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:faults",
            "TRADIER_URL": urls.tradier_url.removesuffix("/v1"),
            "TRADIER_SANDBOX_URL": urls.tradier_sandbox_url.removesuffix("/v1"),
            "POLYGON_URL": urls.polygon_url,
            "TRADING_VOLATILITY_URL": urls.trading_volatility_url.removesuffix("/api/v2"),
            "CLOCK_FILE": str(self.ground.clock_path),
            "MONITOR_SECONDS": str(self.seconds),
        }

    def new_stage(self, database: Database | None = None, trail: Trail | None = None) -> ArenaStage:
        """Compose the stage anew, as a fresh execution environment does."""
        wires = Wires(self.ground.endpoint_url, self.parameters, self.outbox)
        return ArenaStage(Environment.parse(self.environment), wires, database, trail or self.trail)

    def start_processes(self) -> None:
        """Give both functions a fresh execution environment."""
        self.stage = self.new_stage(self.ground.database)
        self._trade = trade_of(self.stage)
        self._monitor = monitor_of(self.stage, self.environment)

    # What the user does.

    def configure(self, bot: Bot, changes: Mapping[str, Any]) -> None:
        """Store a bot's document; its account is this arena's."""
        text = json.dumps({"confirmed_account": self.account, **changes}, default=str)
        self.parameters.values[self.parameter_names.bot(bot)] = text
        self.configs.setdefault(bot, []).append(bot_config(bot, json.loads(text, parse_float=Decimal)))

    def confirm(self, bot: Bot) -> None:
        """Take the second step to live trading, as the command does."""
        confirmed = Confirmation(bot=bot, account_id=self.account, at=self.now, reason="faults are wanted")
        self._bare(self.stage.book).commit("confirm", (ConfirmAccount(confirmed),))

    def switch(self, state: TradingState | str) -> None:
        """Set the user's switch."""
        self.parameters.values[self.parameter_names.breaker] = str(state)

    # What time does.

    @property
    def now(self) -> datetime:
        return self.ground.clock.now()

    def at(self, moment: datetime) -> "Arena":
        """Set the clock."""
        self.ground.clock.set(moment)
        return self

    def later(self, seconds: float) -> "Arena":
        """Let time pass."""
        return self.at(self.now + timedelta(seconds=seconds))

    def move(self, level: float) -> "Arena":
        """Move the market."""
        self.ground.move(level)
        return self

    # What the schedules and events do.

    def signal(self, underlying: str = "SPY", **changes: Any) -> SnapshotCollected:
        """Store a snapshot of this moment that says SELL_PREMIUM in an uptrend; return the news of it."""
        now, factor = self.now, 10 if underlying == "SPX" else 1
        level = Decimal(str(self.ground.market.level)) * factor
        facts: dict[str, Any] = {
            "underlying": underlying,
            "at": now,
            "spot": Reading(value=level, as_of=now, source=Source.TRADIER),
            "vix": Reading(value=Decimal(str(VIX_LEVEL)), as_of=now, source=Source.TRADIER),
            "gamma": GammaReading(
                net_gex=Decimal(6_000_000_000),
                flip_point=level * Decimal("0.9"),
                spot=level,
                as_of=now,
                source=Source.TRADING_VOLATILITY,
            ),
            "momentum": builders.momentum(level * Decimal("0.98"), level * Decimal("0.96")),
        }
        snapshot: Snapshot = builders.snapshot(**facts | changes)
        self.ground.snapshots.put(snapshot)
        return SnapshotCollected(underlying=snapshot.underlying, snapshot_at=snapshot.at)

    def trade(self, news: SnapshotCollected | None = None, bot: Bot = SELLER) -> tuple[Decision, ...]:
        """Deliver a signal to trade; what it raises is noted, a crash ends the process."""
        return self._invoked(lambda: self._trade.run(TradeRequest(bot=bot, snapshot=news)), ())

    def monitor(self) -> dict[str, int]:
        """Let monitor run; what it raises is noted, a crash ends the process."""
        return self._invoked(self._monitor.run, {})

    def _invoked(self, function: Callable[[], _Answer], nothing: _Answer) -> _Answer:
        """Call a function as Lambda does, and judge what left the house meanwhile by the breaker of that time."""
        before, seen = self._surely(), len(self.journal())
        try:
            return function()
        except CrashError:
            self.crashes += 1
            self.trail.crash_at = None
            self.start_processes()
        except (AlphaGexError, ExceptionGroup) as problem:
            self.problems.append(repr(problem))
        finally:
            laxer = min(before, self._surely(), key=lambda state: state.severity)
            self.unlawful += left_under(laxer, self.journal()[seen:])
        return nothing

    def _surely(self) -> TradingState:
        """Return what the breaker says at least: the switch of now, and the trips of all as last seen."""
        return stricter(self._switch(), self.tripped)

    def _switch(self) -> TradingState:
        stored = self.parameters.values[self.parameter_names.breaker]
        known = stored in set(TradingState) and not self.parameters.is_down
        return TradingState(stored) if known else TradingState.REDUCING

    def state(self, bot: Bot = SELLER) -> TradingState:
        """Return the breaker of this moment: the stricter of the switch and the trips."""
        state = self._switch()
        for trip in self._bare(self.stage.trips).read(bot):
            state = stricter(state, trip.state) if trip.scope != SWITCH_SCOPE else state
        return state

    def minutes(self, count: int, seconds: float = 30) -> "Arena":
        """Let monitor run so many times, this far apart."""
        for _ in range(count):
            self.later(seconds).monitor()
        return self

    def enter(self, **changes: Any) -> Position:
        """Mirror the switch, signal, trade, and see the entry filled."""
        self.monitor()
        self.trade(self.signal(**changes))
        self.minutes(2, 10)
        (held,) = self.live().positions
        return held

    # What the broker does.

    def inject(self, kind: FaultKind, **scope: Any) -> None:
        """Put a fault in waiting at the broker's live host."""
        with self.ground.vendors.shared.lock:
            self.ground.vendors.faults.inject(kind, **{"vendor": Vendor.TRADIER} | scope)

    def heal(self) -> None:
        """Clear every fault at the broker."""
        with self.ground.vendors.shared.lock:
            self.ground.vendors.faults.clear()

    def truth(self) -> dict[str, Any]:
        """Return the account as it truly is."""
        with self.ground.vendors.shared.lock:
            return self.ground.vendors.truths[0].account(self.account, self.now)

    def journal(self) -> list[dict[str, Any]]:
        """Return everything that ever happened to the account."""
        return self.ground.vendors.truths[0].journal(self.account)

    def act(self, action: str, **given: Any) -> None:
        """Do at the broker what no function of ours did."""
        with self.ground.vendors.shared.lock:
            self.ground.vendors.truths[0].act(self.account, action, given, self.now)

    def trade_by_hand(self, symbol: str, quantity: int, price: Decimal) -> None:
        """Trade at the broker, as its own website lets one."""
        self.act("trade", symbol=symbol, quantity=quantity, price=str(price))
        self.external[symbol] = self.external.get(symbol, 0) + quantity
        self.external_cash -= price * quantity * CONTRACT_MULTIPLIER

    # What is left behind.

    def _bare(self, port: _Answer) -> _Answer:
        """Return a port without its trail: what a test asks is no call of the functions."""
        return cast("_Answer", cast("Watched", port)._port)

    def live(self, bot: Bot = SELLER) -> LiveState:
        return self._bare(self.stage.book).live(bot)

    def broker_positions(self) -> dict[str, int]:
        found: dict[str, int] = self.truth()["positions"]
        return found

    def orders(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.truth()["orders"]
        return found

    def seen(self) -> Evidence:
        """Return everything that the store says and the broker knows."""
        seen = evidence(self)
        self.tripped = seen.tripped
        self.ever_unknown |= {one.intent_id for one in seen.intents if one.state is IntentState.UNKNOWN}
        return seen

    # What must be true.

    def verify(self) -> None:
        """Check what must hold at every moment."""
        self.checks += 1
        broken = [*always(self.seen()), *self.unlawful]
        assert broken == [], broken

    def rest(self) -> Evidence:
        """Let the faults stop, let monitor run until nothing is in flight, and check what must hold then."""
        self.heal()
        self.trail.before.clear()
        self.trail.crash_at = None
        self.parameters.is_down = self.outbox.is_down = False
        self.minutes(RUNS_TO_AGREE, MINUTE)
        self.checks += 1
        apart = list(same_legs(self.seen()))
        assert apart == [], apart
        for _ in range(RUNS_TO_REST):
            if not any(self.live(bot).intents for bot in self.bots):
                break
            self.minutes(1, MINUTE)
        self.checks += 1
        seen = self.seen()
        broken = [*at_rest(seen, self.ever_unknown), *self.unlawful]
        assert broken == [], broken
        return seen
