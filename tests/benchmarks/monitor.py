"""One monitor run over 1,000 open positions of three bots: read, reconciled, quoted in one batch, looked after."""

import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from functions.monitor.accounts import Accounts
from functions.monitor.exits import Exits
from functions.monitor.ledger import LegLedger
from functions.monitor.reconcile import Reconciler
from functions.monitor.tools import Tools
from functions.monitor.trips import Breakers
from functions.monitor.walk import Walker
from functions.monitor.workflow import Monitor
from shared.adapters.dynamodb import rows
from shared.adapters.dynamodb.live import live_state
from shared.adapters.dynamodb.tables import PositionsRow
from shared.domain.alerts import Alert
from shared.domain.book import SWITCH_SCOPE, Change, LiveState, Trip
from shared.domain.config import BotConfig, SystemConfig, bot_config
from shared.domain.market import BrokerClock, DailyBar, Quote
from shared.domain.options import OptionQuote
from shared.domain.orders import Balances, BrokerOrder, BrokerPosition
from shared.domain.positions import Position
from shared.domain.vocabulary import Bot, TradingMode, TradingState
from shared.phases.monitoring.holdings import booked_legs
from tests.benchmarks.figures import Figure, best_ms
from tests.builders import EXPIRATION, NOON, by_symbol, long, option_quote, position, short

POSITIONS = 1_000
WIDTH = Decimal("5.05")
"""So that no long leg is another's short one, and each has its own quote."""
RUN_LIMIT_MS, MEMORY_LIMIT_MB = 500.0, 256.0
MEGABYTE = 1024 * 1024


def spread(number: int, bot: Bot) -> Position:
    """Make a put spread with strikes of its own, far from target and stop."""
    strike = Decimal(300) + Decimal(number) / 10
    legs = (short(strike, expiration=EXPIRATION), long(strike - WIDTH, expiration=EXPIRATION))
    return position(position_id=f"p{number}", bot=bot, legs=legs, contracts=3)


def quotes_of(held: Iterable[Position]) -> dict[str, OptionQuote]:
    """Quote every leg so that each spread stands a little below its credit of 1.00."""
    found: dict[str, OptionQuote] = {}
    for one in held:
        near, far = (leg.contract for leg in one.legs)
        found |= by_symbol([option_quote(near, "2.94", "2.96"), option_quote(far, "1.99", "2.01")])
    return found


def _stored(one: Position) -> dict[str, Any]:
    return rows.position_row(PositionsRow, one).serialize()


class Everything:
    """The outside of a monitor run without any of its time: what is measured is ours alone."""

    account_id = ""

    def __init__(self) -> None:
        bots = list(Bot)
        held = [spread(number, bots[number % len(bots)]) for number in range(POSITIONS)]
        self.by_bot = {bot: [one for one in held if one.bot is bot] for bot in bots}
        self._stored = {
            bot: [rows.position_row(PositionsRow, one).serialize() for one in self.by_bot[bot]] for bot in bots
        }
        self._quotes = quotes_of(held)
        self.batches = 0

    # The book.

    def live(self, bot: Bot) -> LiveState:
        return live_state(bot, [PositionsRow.from_raw_data(row) for row in self._stored[bot]])

    def commit(self, name: str, changes: Sequence[Change]) -> NoReturn:
        raise AssertionError(f"{name}: a quiet minute changes nothing")

    def desk(self, config: BotConfig, mode: TradingMode) -> NoReturn:
        raise AssertionError("a quiet minute sends nothing")

    # The market.

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        self.batches += 1
        return {symbol: self._quotes[symbol] for symbol in option_symbols}

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        return {}

    def clock(self) -> BrokerClock:
        return BrokerClock(now=NOON, is_open=True)

    def daily_bars(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        return ()

    # The clock, the parameters, the alerts, the trips.

    def now(self) -> datetime:
        return NOON

    def sleep(self, seconds: float) -> NoReturn:
        raise AssertionError("nothing is near an edge")

    def bot(self, bot: Bot) -> BotConfig:
        return bot_config(bot)

    def last_flip(self) -> NoReturn:
        raise AssertionError("nobody set the switch")

    def system(self) -> SystemConfig:
        return SystemConfig()

    def state(self) -> TradingState:
        return TradingState.ACTIVE

    def send(self, alert: Alert) -> NoReturn:
        raise AssertionError(f"a quiet minute tells nothing: {alert.subject}")

    def resend(self, alert: Alert) -> bool:
        return True

    def read(self, bot: Bot) -> tuple[Trip, ...]:
        return ()

    def every(self) -> tuple[Trip, ...]:
        return (Trip(SWITCH_SCOPE, TradingState.ACTIVE, "the user's switch", NOON),)

    def mirror(self, state: TradingState, at: datetime) -> bool:
        return False

    def beat(self, at: datetime, detail: Mapping[str, str]) -> None:
        pass

    def last(self) -> None:
        return None


class AtOnce(Executor):
    """Answers while it is asked."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        answered: Future[Any] = Future()
        answered.set_result(fn(*args, **kwargs))
        return answered


class OneAccount:
    """A broker that holds exactly what a bot has booked."""

    def __init__(self, bot: Bot, held: Iterable[Position]) -> None:
        self.account_id = f"PAPER-{bot}"
        self._held = booked_legs(held)

    def orders(self) -> tuple[BrokerOrder, ...]:
        return ()

    def positions(self) -> tuple[BrokerPosition, ...]:
        return tuple(BrokerPosition(option_symbol=symbol, contracts=count) for symbol, count in self._held.items())

    def balances(self) -> Balances:
        return Balances(account_id=self.account_id, total_equity=Decimal(0), option_buying_power=Decimal(0))


def monitor_over(outside: Any) -> Monitor:
    """Compose monitor over this outside."""
    accounts = {bot: OneAccount(bot, outside.by_bot[bot]) for bot in Bot}
    reconciler = Reconciler(outside, outside, outside)

    def broker(config: BotConfig, mode: TradingMode) -> Any:
        return accounts[config.bot]

    tools = Tools(
        book=outside,
        quotes=outside,
        market_clock=outside,
        broker=broker,
        breakers=Breakers(outside, outside, outside),
        accounts=Accounts(
            outside, reconciler, LegLedger(outside, outside, outside, outside, outside), outside, outside, AtOnce()
        ),
        walker=Walker(outside, reconciler, outside, outside),
        exits=Exits(outside, outside.desk, outside, outside, outside),
        alerts=outside,
        clock=outside,
    )
    return Monitor(lambda: outside, tools, outside, outside.last_flip)


def measure() -> Iterable[Figure]:
    """Run it; the vendors' own time is not in it, DynamoDB's items are decoded."""
    outside = Everything()
    monitor = monitor_over(outside)
    assert monitor.run() == {"rounds": 1, "live": POSITIONS}
    assert outside.batches == 1
    yield Figure("1,000 open positions, one run", best_ms(monitor.run), "ms", limit=RUN_LIMIT_MS)
    tracemalloc.start()
    monitor.run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    yield Figure("memory of the run at its peak", peak / MEGABYTE, "MB", limit=MEMORY_LIMIT_MB)
