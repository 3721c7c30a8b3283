"""What the workflows need from the outside world, named by role.

The values that are handed through are named for the type checker only, so that nobody loads what he does not use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from shared.domain.alerts import Alert
    from shared.domain.book import Change, LiveState, Trip
    from shared.domain.config import BotConfig, SystemConfig
    from shared.domain.decisions import Decision
    from shared.domain.events import SnapshotCollected
    from shared.domain.gamma import GammaRow
    from shared.domain.market import BrokerClock, DailyBar, GammaReading, Quote, Reading, Snapshot
    from shared.domain.options import OptionQuote
    from shared.domain.orders import Balances, BrokerOrder, BrokerPosition, Intent, Order, OrderPreview
    from shared.domain.paper import PaperAccount
    from shared.domain.positions import ClosedTrade, Position
    from shared.domain.readings import Readings
    from shared.domain.reference import GainLoss
    from shared.domain.statistics import StrategyStatistics
    from shared.domain.vendor_budget import VendorBudget
    from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState


class Clock(Protocol):
    """The time, and waiting for it."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Quotes(Protocol):
    """Quotes of underlyings, indices and options."""

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        """Return what was found, by symbol; an unknown symbol is absent. Raises FeedError."""

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        """Return what was found, by OCC symbol; an unknown symbol is absent. Raises FeedError."""


class Chains(Protocol):
    """What is listed on an underlying."""

    def expirations(self, underlying: str) -> tuple[date, ...]:
        """Return the listed expirations, ascending. Raises FeedError."""

    def option_chain(self, underlying: str, expiration: date) -> tuple[OptionQuote, ...]:
        """Return all contracts of one expiration, every root. Raises FeedError."""


class MarketClock(Protocol):
    """The broker's own word on the session."""

    def clock(self) -> BrokerClock:
        """Return the broker's time and whether the market is open. Raises FeedError."""


class GammaFeed(Protocol):
    """A vendor of dealers' gamma exposure."""

    def gamma(self, underlying: str) -> GammaReading:
        """Return net GEX, flip, walls and the vendor's time. Raises FeedError."""


class VolatilityIndex(Protocol):
    """A vendor of the VIX."""

    def vix(self) -> Reading:
        """Return the VIX with the vendor's time. Raises FeedError."""


class DailyHistory(Protocol):
    """A vendor of daily bars."""

    def daily_bars(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        """Return the finished sessions of SPX, SPY or VIX, ascending. Raises FeedError."""


class Feeds(Protocol):
    """All data vendors together, with their fallbacks."""

    def collect(self, now: datetime, config: SystemConfig) -> Readings:
        """Read everything of a minute at once; what no source could give is None, never a default."""


class HistoryCache(Protocol):
    """Daily history kept for the day, because it changes once a day."""

    def load(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        """Return what was stored for this New York date, or None."""

    def save(self, symbol: str, day: date, bars: Sequence[DailyBar]) -> None:
        """Store the bars known on this New York date."""


class VendorBudgets(Protocol):
    """What the functions that share a vendor's token know together of its limits."""

    def load(self, token_name: str) -> VendorBudget | None:
        """Return a budget, strongly consistent. Raises StoreError."""

    def save(self, before: VendorBudget | None, after: VendorBudget) -> None:
        """Store a budget. Raises ConflictError when the stored version is not that of ``before``."""


class Snapshots(Protocol):
    """The hand-over from collect to trade."""

    def put(self, snapshot: Snapshot) -> None:
        """Store one snapshot; the same minute again changes nothing."""

    def get(self, underlying: str, at: datetime) -> Snapshot | None:
        """Return the snapshot of a minute."""

    def latest(self, underlying: str) -> Snapshot | None:
        """Return the newest snapshot."""

    def recent(self, underlying: str, count: int) -> tuple[Snapshot, ...]:
        """Return the newest snapshots, newest first."""


class SnapshotHistory(Protocol):
    """Snapshots of the past, for pictures."""

    def at_moments(self, underlying: str, moments: Sequence[datetime]) -> tuple[Snapshot, ...]:
        """Return the snapshots of these minutes or of shortly before, oldest first; a gap stays a gap."""


class DecisionLog(Protocol):
    """Decisions as they were recorded."""

    def of_day(self, bot: Bot, day: date) -> tuple[Decision, ...]:
        """Return a bot's decisions of a New York date, oldest first."""


class GammaRows(Protocol):
    """What a gamma profile is computed from."""

    def rows(
        self, underlying: str, spot: Decimal, now: datetime, config: SystemConfig
    ) -> tuple[Sequence[GammaRow], datetime]:
        """Return the rows of the near expirations and the vendor's time of the oldest. Raises FeedError."""


class Broker(Protocol):
    """Who executes: the paper broker, the sandbox, or the real one.

    ``submit`` sends once and never again: OrderRejectedError is proof that nothing is live,
    OrderUnknownError is no proof of anything.
    """

    @property
    def account_id(self) -> str:
        """The account that orders go to."""

    def submit(self, order: Order, tag: str) -> str:
        """Send an order; return the broker's order id."""

    def order(self, order_id: str) -> BrokerOrder:
        """Return one order."""

    def orders(self) -> tuple[BrokerOrder, ...]:
        """Return the orders of the day, with tags."""

    def modify(self, order_id: str, limit_price: Decimal) -> None:
        """Change the limit price in place; OrderFinalError when it had ended."""

    def cancel(self, order_id: str) -> None:
        """Ask for cancellation; OrderFinalError when it had ended."""

    def positions(self) -> tuple[BrokerPosition, ...]:
        """Return the holdings."""

    def balances(self) -> Balances:
        """Return the account's money."""

    def gain_loss(self) -> tuple[GainLoss, ...]:
        """Return the lots closed lately, with their real prices. Raises FeedError."""

    def preview(self, order: Order) -> OrderPreview:
        """Ask what an order would cost. OrderRejectedError when it would be refused."""


class Configurations(Protocol):
    """The configurations that decisions name by their digest, kept as long as the decisions."""

    def keep(self, config: BotConfig) -> None:
        """Write a configuration down; the same again changes nothing."""

    def find(self, bot: Bot, digest: str) -> BotConfig | None:
        """Return the configuration of a bot that has this digest."""


class Breaker(Protocol):
    """The user's switch."""

    def state(self) -> TradingState:
        """Return the switch, never from a cache; REDUCING when it cannot be read or understood."""


class Configuration(Protocol):
    """What the user set."""

    def bot(self, bot: Bot) -> BotConfig:
        """Return a bot's configuration. Raises InvalidConfigurationError."""

    def system(self) -> SystemConfig:
        """Return the stage's configuration. Raises InvalidConfigurationError."""


class Parameters(Configuration, Breaker, Protocol):
    """The configuration and the switch as they stand now, read once for one run."""


class Alerts(Protocol):
    """The way to the user."""

    def send(self, alert: Alert) -> None:
        """Send one message; the same event id again sends nothing."""

    def resend(self, alert: Alert) -> bool:
        """Send a message that was claimed and never went out; False when it still could not go out."""


class Events(Protocol):
    """The way to the other functions."""

    def publish(self, events: Sequence[SnapshotCollected]) -> None:
        """Tell which snapshots were stored, at most ten at once. Raises StoreError."""


class Book(Protocol):
    """The positions, intents, decisions and ledgers of all bots."""

    def live(self, bot: Bot) -> LiveState:
        """Return all that is live of a bot, strongly consistent, in one read."""

    def commit(self, name: str, changes: Sequence[Change]) -> None:
        """Make all changes or none.

        A commit that was applied though its reply was lost is recognised and not an error.

        Raises:
            ConflictError: a guard did not hold; ``reasons`` names the change classes whose guard failed.
        """

    def position(self, bot: Bot, position_id: str) -> Position | None:
        """Return one position, live or over."""

    def intent(self, bot: Bot, intent_id: str) -> Intent | None:
        """Return one intent, live or over."""


class Trips(Protocol):
    """The breaker items: the system's own trips and the mirror of the user's switch."""

    def read(self, bot: Bot) -> tuple[Trip, ...]:
        """Return the trips that concern a bot: its own and those of all, the mirror among them."""

    def every(self) -> tuple[Trip, ...]:
        """Return all trips in one read, the mirror among them."""

    def mirror(self, state: TradingState, at: datetime) -> bool:
        """Write the user's switch so that transactions can check it; False when it already said so."""

    def trip(self, trip: Trip) -> bool:
        """Trip the breaker of a bot or of all (scope ``ALL``); False when it was already as strict."""

    def clear(self, trip: Trip) -> bool:
        """Set this trip back to ACTIVE, an operator's deed; False when another stands in its place, or none."""


class TradeHistory(Protocol):
    """Closed trades and the statistics made of them."""

    def closed_trades(self, mode: TradingMode, strategy: Strategy, since: datetime) -> tuple[ClosedTrade, ...]:
        """Return the trades closed since a moment, oldest first."""

    def statistics(self, mode: TradingMode, strategy: Strategy) -> StrategyStatistics | None:
        """Return the stored statistics, strongly consistent."""

    def all_statistics(self, mode: TradingMode) -> Mapping[Strategy, StrategyStatistics]:
        """Return the stored statistics of a mode in one read; a strategy without any is absent."""

    def save(self, before: StrategyStatistics | None, after: StrategyStatistics) -> None:
        """Store statistics. Raises ConflictError when the stored version is not that of ``before``."""


class Heartbeat(Protocol):
    """The sign of life."""

    def beat(self, at: datetime, detail: Mapping[str, str]) -> None:
        """Say that monitor ran."""

    def last(self) -> tuple[datetime, Mapping[str, str]] | None:
        """Return the last beat."""


class PaperAccounts(Protocol):
    """Where the paper broker keeps its accounts."""

    def load(self, account_id: str) -> PaperAccount | None:
        """Return an account, strongly consistent."""

    def save(self, before: PaperAccount | None, after: PaperAccount) -> None:
        """Store an account. Raises ConflictError when the stored version is not that of ``before``."""
