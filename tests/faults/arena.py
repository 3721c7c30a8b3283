"""One stage under faults: the real functions over the broker's simulator by HTTP and the embedded DynamoDB."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

from infra.local.vendors.options import Tokens
from shared.adapters.dynamodb.database import Database
from shared.adapters.ssm import ParameterNames
from shared.domain.accounts import Confirmation
from shared.domain.book import SWITCH_SCOPE, ConfirmAccount, LiveState
from shared.domain.config import BotConfig, bot_config
from shared.domain.decisions import Decision
from shared.domain.errors import AlphaGexError
from shared.domain.events import SnapshotCollected, TradeRequest
from shared.domain.orders import IntentState
from shared.domain.positions import Position
from shared.domain.vocabulary import Bot, TradingState, stricter
from shared.settings import Environment
from tests.faults.at_the_broker import AtTheBroker
from tests.faults.clients import Outbox, ParameterStore, Wires
from tests.faults.documents import ONE_LOOK, SELLER
from tests.faults.ground import CASH, STAGE, Ground, Moment
from tests.faults.invariants import Evidence, always, at_rest, evidence, left_under, same_legs
from tests.faults.signals import uptrend
from tests.faults.stage import ArenaStage, monitor_of, trade_of
from tests.faults.trail import CrashError, Trail, Watched

_Answer = TypeVar("_Answer")
MINUTE: Final = 60
RUNS_TO_AGREE: Final = 3
"""Within so many monitor runs after the faults stopped, our legs are the broker's."""
RUNS_TO_REST: Final = 8
"""Within so many more, nothing is in flight: lease and quiet period, or the walk of an entry, are over."""


@dataclass
class Arena(AtTheBroker):
    """One stage on a ground; everything that happens to it is asked for here.

    It begins on its first day, or at a moment that another arena of the same bots has reached.
    """

    ground: Ground
    bots: tuple[Bot, ...] = (SELLER,)
    since: Moment | None = None
    background: Executor | None = None
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
        self.account = self._begin() if self.since is None else self.ground.go_back(self.since)
        self.opening_cash = CASH
        self.parameter_names = ParameterNames(STAGE)
        self.parameters.values[self.parameter_names.secret("tradier")] = Tokens().tradier
        self.switch(TradingState.ACTIVE)
        for bot in Bot:
            self.configure(bot, ONE_LOOK)
        self.start_processes()
        if self.since is None:
            for bot in self.bots:
                self.confirm(bot)

    def _begin(self) -> str:
        self.ground.empty()
        return self.ground.open_account()

    def moment(self) -> Moment:
        """Return how the store, the broker and the market stand now, for other arenas to begin with."""
        return self.ground.moment(self.account)

    # The processes.

    @property
    def environment(self) -> dict[str, str]:
        """What the functions are told."""
        return self.ground.environment | {"MONITOR_SECONDS": str(self.seconds)}

    def new_stage(self, database: Database | None = None, trail: Trail | None = None) -> ArenaStage:
        """Compose the stage anew, as a fresh execution environment does."""
        wires = Wires(self.ground.endpoint_url, self.parameters, self.outbox)
        environment = Environment.parse(self.environment)
        stage = ArenaStage(environment, wires, database, trail or self.trail, self.background)
        self.ground.ends.append(stage.close)
        return stage

    def start_processes(self) -> None:
        """Give both functions a fresh execution environment; the one before is gone."""
        self.ground.let_go()
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
        snapshot = uptrend(underlying, self.ground.market.level, self.now, **changes)
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

    def set_back(self, bot: Bot | None, reason: str) -> None:
        """Set back the trip of a bot, or of all, as the command does with the one that it saw."""
        seen = self.stage.operator.standing(bot)
        if seen is not None:
            assert self.stage.operator.clear_trip(seen, reason)

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

    # What is left behind.

    def _bare(self, port: _Answer) -> _Answer:
        """Return a port without its trail: what a test asks is no call of the functions."""
        return cast("_Answer", cast("Watched", port)._port)

    def live(self, bot: Bot = SELLER) -> LiveState:
        return self._bare(self.stage.book).live(bot)

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

    def calm(self) -> None:
        """Let the faults stop; what sticks to an order at the broker stays."""
        self.heal()
        self.trail.before.clear()
        self.trail.crash_at = None
        self.parameters.is_down = self.outbox.is_down = False

    def rest(self) -> Evidence:
        """Let the faults stop, let monitor run until nothing is in flight, and check what must hold then."""
        self.calm()
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
