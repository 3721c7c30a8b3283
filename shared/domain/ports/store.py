"""What outlasts a run: the book, and everything else that the tables keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from shared.domain.book import Change, LiveState, Trip
    from shared.domain.config import BotConfig
    from shared.domain.decisions import Decision
    from shared.domain.market import DailyBar, Snapshot
    from shared.domain.orders import Intent
    from shared.domain.paper import PaperAccount
    from shared.domain.positions import ClosedTrade, Position
    from shared.domain.statistics import StrategyStatistics
    from shared.domain.vendor_budget import VendorBudget
    from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState


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

    def statistics_by_pair(self) -> Mapping[tuple[TradingMode, Strategy], StrategyStatistics]:
        """Return what is stored of every mode and strategy in one read; a pair without any is absent."""

    def save(self, before: StrategyStatistics | None, after: StrategyStatistics) -> None:
        """Store statistics. Raises ConflictError when the stored version is not that of ``before``."""


class Heartbeat(Protocol):
    """The sign of life."""

    def beat(self, at: datetime, detail: Mapping[str, str]) -> None:
        """Say that monitor ran."""

    def last(self) -> tuple[datetime, Mapping[str, str]] | None:
        """Return the last beat."""


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


class Configurations(Protocol):
    """The configurations that decisions name by their digest, kept as long as the decisions."""

    def keep(self, config: BotConfig) -> None:
        """Write a configuration down; the same again changes nothing."""

    def find(self, bot: Bot, digest: str) -> BotConfig | None:
        """Return the configuration of a bot that has this digest."""


class PaperAccounts(Protocol):
    """Where the paper broker keeps its accounts."""

    def load(self, account_id: str) -> PaperAccount | None:
        """Return an account, strongly consistent."""

    def save(self, before: PaperAccount | None, after: PaperAccount) -> None:
        """Store an account. Raises ConflictError when the stored version is not that of ``before``."""


class HistoryCache(Protocol):
    """Daily history kept for the day, because it changes once a day."""

    def known(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        """Return what was read or stored before by this very process, or None; nobody is asked."""

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
