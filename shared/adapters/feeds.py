"""Everything a minute needs of the vendors, read at once, with the fallbacks of each need."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Protocol

from shared.adapters.clock import Now
from shared.adapters.passing import Asked, asked, bars_reach, fallback, older_than, quote_reading, spot_apart
from shared.domain.config import SystemConfig
from shared.domain.errors import StoreError
from shared.domain.market import BrokerClock, DailyBar, Fallback, GammaReading, Quote, Reading
from shared.domain.ports import (
    Chains,
    DailyHistory,
    GammaFeed,
    HistoryCache,
    MarketClock,
    Quotes,
    VolatilityIndex,
)
from shared.domain.readings import Readings, UnderlyingReadings
from shared.domain.sessions import new_york_date, previous_session
from shared.domain.vocabulary import Source

VIX: Final = "VIX"
HISTORY_DAYS: Final = 400
"""Calendar days that hold 252 sessions with some to spare."""
THREADS: Final = 64

_log: Final = logging.getLogger(__name__)


class BrokerMarket(Quotes, Chains, MarketClock, DailyHistory, Protocol):
    """The broker as a source of market data."""


class PolygonMarket(VolatilityIndex, DailyHistory, Protocol):
    """The second source of prices, and the first of history and VIX."""

    def spot(self, underlying: str) -> Reading:
        """Return the price of an underlying. Raises FeedError."""


@dataclass(frozen=True, slots=True)
class MarketFeeds:
    """The vendors behind collect; any may be None: not configured.

    ``clock`` tells when a value was read, by which its age is judged; ``computed_from`` gives the chains for the
    computed exposure; without it Tradier's are taken.
    """

    tradier: BrokerMarket | None
    polygon: PolygonMarket | None
    trading_volatility: GammaFeed | None
    cache: HistoryCache
    clock: Now
    computed_from: Chains | None = field(default=None)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "feeds"), repr=False)

    def collect(self, now: datetime, config: SystemConfig) -> Readings:
        """Read all needs of a minute concurrently; a need that no source meets is None, with the reasons."""
        return _Minute(self, self.pool, now, config).read()


Quoted = Asked[dict[str, Quote]]
Spot = Callable[[], Asked[Reading]]
"""Gives a price, at once or when the second source has answered."""


class _Prices(NamedTuple):
    """What the one call for all quotes came to: the quotes, and the prices of the underlyings."""

    quotes: Quoted
    spots: Mapping[str, Spot]


class _Minute:
    """One minute's reading: what was asked, and what came of it."""

    def __init__(self, feeds: MarketFeeds, pool: ThreadPoolExecutor, now: datetime, config: SystemConfig) -> None:
        self._feeds = feeds
        self._pool = pool
        self._now = now
        self._config = config
        self._prices: Future[_Prices] = pool.submit(self._ask_prices)

    def read(self) -> Readings:
        underlyings = self._config.underlyings
        clock = self._pool.submit(self._clock)
        histories = {name: self._begin_history(name) for name in (*underlyings, VIX)}
        gammas = {name: self._pool.submit(self._gamma, name) for name in underlyings}
        index, vix_bars, broker = self._vix(), histories[VIX](), clock.result()
        spots = self._prices.result().spots
        return Readings(
            at=self._now,
            vix=index.value,
            vix_bars=vix_bars.value,
            clock=broker.value,
            underlyings=tuple(
                self._underlying(name, spots[name](), gammas[name].result(), histories[name]()) for name in underlyings
            ),
            fallbacks=(*index.passed, *vix_bars.passed, *broker.passed),
        )

    def _underlying(
        self,
        name: str,
        spot: Asked[Reading],
        gamma: Asked[GammaReading],
        bars: Asked[tuple[DailyBar, ...]],
    ) -> UnderlyingReadings:
        return UnderlyingReadings(
            underlying=name,
            spot=spot.value,
            gamma=gamma.value,
            bars=bars.value,
            fallbacks=(*spot.passed, *gamma.passed, *bars.passed),
        )

    def _ask_prices(self) -> _Prices:
        symbols = (*self._config.underlyings, VIX)
        quotes = asked("quotes", Source.TRADIER, self._feeds.tradier, lambda feed: dict(feed.quotes(symbols)))
        return _Prices(quotes, {name: self._begin_spot(name, quotes) for name in self._config.underlyings})

    def _clock(self) -> Asked[BrokerClock]:
        return asked("clock", Source.TRADIER, self._feeds.tradier, lambda feed: feed.clock())

    def _quoted(self, need: str, symbol: str, quotes: Quoted) -> Asked[Reading]:
        """Take a price out of the one call for all quotes."""
        if quotes.value is None:
            return Asked(None, tuple(fallback(need, one.source, one.reason) for one in quotes.passed))
        quote = quotes.value.get(symbol)
        reading = quote_reading(quote) if quote is not None else None
        if reading is None:
            return Asked(None, (fallback(need, Source.TRADIER, f"no price of {symbol} in the quotes"),))
        return Asked(reading)

    def _begin_spot(self, underlying: str, quotes: Quoted) -> Spot:
        """Return what gives a price: at once where the quotes have a fresh one, as nearly always."""
        first = self._quoted("spot", underlying, quotes)
        stale = self._stale(first.value, self._config.freshness.quote)
        if first.value is not None and stale is None:
            return lambda: first
        if stale is not None:
            first = Asked(first.value, (fallback("spot", Source.TRADIER, stale),))
        return self._pool.submit(self._second_spot, underlying, first).result

    def _second_spot(self, underlying: str, first: Asked[Reading]) -> Asked[Reading]:
        second = asked("spot", Source.POLYGON, self._feeds.polygon, lambda feed: feed.spot(underlying))
        return self._better(first, second, "spot", Source.POLYGON, self._config.freshness.quote)

    def _vix(self) -> Asked[Reading]:
        limit = self._config.freshness.vix
        first = asked("vix", Source.POLYGON, self._feeds.polygon, lambda feed: feed.vix())
        stale = self._stale(first.value, limit)
        if first.value is not None and stale is None:
            return first
        if stale is not None:
            first = Asked(first.value, (fallback("vix", Source.POLYGON, stale),))
        second = self._quoted("vix", VIX, self._prices.result().quotes)
        return self._better(first, second, "vix", Source.TRADIER, limit)

    def _better(
        self, first: Asked[Reading], second: Asked[Reading], need: str, source: Source, limit: int
    ) -> Asked[Reading]:
        """Take the second source's word; of two stale ones the newer, for the snapshot to judge."""
        passed = (*first.passed, *second.passed)
        if second.value is None:
            return Asked(first.value, passed)
        stale = self._stale(second.value, limit)
        if first.value is None or stale is None or second.value.as_of > first.value.as_of:
            return Asked(second.value, passed)
        return Asked(first.value, (*passed, fallback(need, source, stale)))

    def _stale(self, reading: Reading | None, usual: int) -> str | None:
        """Return how far a value is past the limit of its source, None where it is not."""
        if reading is None:
            return None
        return older_than(reading, self._feeds.clock.now(), self._config.freshness.limit(usual, reading.source))

    def _gamma(self, underlying: str) -> Asked[GammaReading]:
        vendor = self._feeds.trading_volatility
        first = asked("gamma", Source.TRADING_VOLATILITY, vendor, lambda feed: feed.gamma(underlying))
        price = self._prices.result().spots[underlying]().value
        doubt = self._doubt(first.value, price)
        if first.value is not None and doubt is None:
            return first
        if doubt is not None:
            first = Asked(first.value, (fallback("gamma", Source.TRADING_VOLATILITY, doubt),))
        second = self._computed(underlying, price)
        return Asked(first.value if second.value is None else second.value, (*first.passed, *second.passed))

    def _doubt(self, gamma: GammaReading | None, price: Reading | None) -> str | None:
        if gamma is None:
            return None
        stale = older_than(gamma, self._feeds.clock.now(), self._config.freshness.gamma)
        return stale or (spot_apart(gamma, price, self._config.max_spot_mismatch) if price is not None else None)

    def _computed(self, underlying: str, price: Reading | None) -> Asked[GammaReading]:
        chains = self._feeds.computed_from or self._feeds.tradier
        if price is None:
            return Asked(None, (fallback("gamma", Source.COMPUTED, "no spot to compute from"),))
        from shared.adapters.computed_gamma import computed_gamma

        return asked(
            "gamma",
            Source.COMPUTED,
            chains,
            lambda feed: computed_gamma(feed, self._pool, underlying, price.value, self._now, self._config),
        )

    def _begin_history(self, symbol: str) -> Callable[[], Asked[tuple[DailyBar, ...]]]:
        """Return what gives a history: at once where this process knows it, as it does all day but the first time."""
        known = self._feeds.cache.known(symbol, new_york_date(self._now))
        return self._pool.submit(self._history, symbol).result if known is None else lambda: Asked(known)

    def _history(self, symbol: str) -> Asked[tuple[DailyBar, ...]]:
        today = new_york_date(self._now)
        cached = self._cached(symbol, today)
        if cached is not None:
            return Asked(cached)
        need = "vix_history" if symbol == VIX else "history"
        passed: tuple[Fallback, ...] = ()
        best: tuple[DailyBar, ...] | None = None
        for source, feed in ((Source.POLYGON, self._feeds.polygon), (Source.TRADIER, self._feeds.tradier)):
            found = self._bars(need, source, feed, symbol, today)
            passed += found.passed
            if found.value is not None and not found.passed:
                self._keep(symbol, today, found.value)
                return Asked(found.value, passed)
            best = best or found.value
        return Asked(best, passed)

    def _bars(
        self, need: str, source: Source, feed: DailyHistory | None, symbol: str, today: date
    ) -> Asked[tuple[DailyBar, ...]]:
        start, end = today - timedelta(days=HISTORY_DAYS), previous_session(today)
        found = asked(need, source, feed, lambda vendor: vendor.daily_bars(symbol, start, end))
        if found.value is None or bars_reach(found.value, end):
            return found
        reason = f"ends on {found.value[-1].day if found.value else 'no day'}, not on {end}"
        return Asked(found.value or None, (fallback(need, source, reason),))

    def _cached(self, symbol: str, today: date) -> tuple[DailyBar, ...] | None:
        try:
            return self._feeds.cache.load(symbol, today)
        except StoreError as error:
            _log.warning("the history of %s is asked for again: its cache cannot be read: %s", symbol, error)
            return None

    def _keep(self, symbol: str, today: date, bars: Sequence[DailyBar]) -> None:
        try:
            self._feeds.cache.save(symbol, today, bars)
        except StoreError as error:
            _log.warning("the history of %s is not kept: %s", symbol, error)
