"""What is known of the market, by the role of who knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from shared.domain.config import SystemConfig
    from shared.domain.gamma import GammaRow
    from shared.domain.market import BrokerClock, DailyBar, GammaReading, Quote, Reading
    from shared.domain.options import OptionQuote
    from shared.domain.readings import Readings


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


class GammaRows(Protocol):
    """What a gamma profile is computed from."""

    def rows(
        self, underlying: str, spot: Decimal, now: datetime, config: SystemConfig
    ) -> tuple[Sequence[GammaRow], datetime]:
        """Return the rows of the near expirations and the vendor's time of the oldest. Raises FeedError."""
