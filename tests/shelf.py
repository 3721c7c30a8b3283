"""The ports that the views read from, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from shared.domain.book import LiveState, Trip
from shared.domain.config import BotConfig, SystemConfig, bot_config
from shared.domain.decisions import Decision
from shared.domain.errors import FeedUnavailableError, InvalidConfigurationError
from shared.domain.gamma import GammaRow
from shared.domain.ledgers import Ledger
from shared.domain.market import Snapshot
from shared.domain.options import OptionQuote
from shared.domain.positions import ClosedTrade, Position
from shared.domain.sessions import new_york_date
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState
from shared.views.sources import Sources
from tests.builders import NOON, PAPER

EXPIRATION = timedelta(days=30)


@dataclass
class Shelf:
    """One stage in memory; what is not given is not there."""

    at: datetime = NOON
    positions: Sequence[Position] = ()
    decisions: Sequence[Decision] = ()
    trades: Sequence[ClosedTrade] = ()
    snapshots: Sequence[Snapshot] = ()
    statistics: Sequence[StrategyStatistics] = ()
    trips: Sequence[Trip] = ()
    option_marks: Mapping[str, OptionQuote] = field(default_factory=dict)
    set_aside: tuple[tuple[str, str], ...] = ()
    switch: TradingState = TradingState.ACTIVE
    beat: datetime | None = NOON
    broken: Bot | None = None
    is_silent: bool = False
    documents: Mapping[Bot, Mapping[str, object]] = field(default_factory=dict)

    def sources(self) -> Sources:
        return Sources(
            stage="test",
            clock=self,
            parameters=lambda: self,
            book=self,
            decisions=self,
            snapshots=self,
            history=self,
            trips=self,
            heartbeat=self,
            quotes=lambda: self,
            gamma_rows=lambda: self,
        )

    def now(self) -> datetime:
        return self.at

    def bot(self, bot: Bot) -> BotConfig:
        if bot is self.broken:
            raise InvalidConfigurationError("capital", "-1", "give dollars above zero")
        return bot_config(bot, self.documents.get(bot))

    def system(self) -> SystemConfig:
        return SystemConfig()

    def state(self) -> TradingState:
        return self.switch

    def live(self, bot: Bot) -> LiveState:
        mode = PAPER if bot is self.broken else self.bot(bot).mode
        own = [trade for trade in self.trades if (trade.bot, trade.mode) == (bot, mode)]
        today = new_york_date(self.at)
        held = tuple(one for one in self.positions if one.bot is bot)
        booked = [(trade.closed_at, trade.pnl) for trade in own]
        booked += [(one.fills[-1].at, one.counted_pnl) for one in held if one.mode is mode and one.fills]
        ledger = Ledger(
            bot=bot,
            mode=mode,
            realized_pnl=sum((pnl for _, pnl in booked), Decimal(0)),
            day=today,
            day_pnl=sum((pnl for at, pnl in booked if new_york_date(at) == today), Decimal(0)),
        )
        aside = self.set_aside if bot is Bot.PROMETHEUS else ()
        return LiveState(bot=bot, positions=held, ledgers=(ledger,), set_aside=aside)

    def of_day(self, bot: Bot, day: date) -> tuple[Decision, ...]:
        return tuple(one for one in self.decisions if one.bot is bot and new_york_date(one.at) == day)

    def latest(self, underlying: str) -> Snapshot | None:
        return next((one for one in reversed(self.snapshots) if one.underlying == underlying), None)

    def at_moments(self, underlying: str, moments: Sequence[datetime]) -> tuple[Snapshot, ...]:
        return tuple(one for one in self.snapshots if one.underlying == underlying and one.at in moments)

    def closed_trades(self, mode: TradingMode, strategy: Strategy, since: datetime) -> tuple[ClosedTrade, ...]:
        found = (one for one in self.trades if (one.mode, one.strategy) == (mode, strategy) and one.closed_at >= since)
        return tuple(sorted(found, key=lambda one: one.closed_at))

    def all_statistics(self, mode: TradingMode) -> Mapping[Strategy, StrategyStatistics]:
        return {one.strategy: one for one in self.statistics if one.mode is mode}

    def read(self, bot: Bot) -> tuple[Trip, ...]:
        return tuple(trip for trip in self.trips if trip.scope in (bot, "ALL", "SWITCH"))

    def last(self) -> tuple[datetime, Mapping[str, str]] | None:
        return None if self.beat is None else (self.beat, {})

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        if self.is_silent:
            raise FeedUnavailableError("no vendor answers")
        return {name: self.option_marks[name] for name in option_symbols if name in self.option_marks}

    def rows(
        self, underlying: str, spot: Decimal, now: datetime, config: SystemConfig
    ) -> tuple[Sequence[GammaRow], datetime]:
        if self.is_silent:
            raise FeedUnavailableError("no vendor answers")
        expiration = new_york_date(now) + EXPIRATION
        strikes = [float(spot) + step for step in range(-20, 21, 5)]
        calls = [GammaRow(strike, expiration, True, 0.2, 1_000) for strike in strikes if strike >= float(spot)]
        puts = [GammaRow(strike, expiration, False, 0.2, 1_500) for strike in strikes if strike <= float(spot)]
        return (*calls, *puts), now
