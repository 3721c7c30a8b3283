"""The vendors of a stage: the clients that go with the keys which the user has stored and the plans he has named.

Each client is imported when it is first made: httpx and what reads the answers take a tenth of a cold start, and a
function that meets a closed market needs none of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from pydantic import SecretStr

from shared.domain.config import SystemConfig
from shared.domain.errors import CredentialsError, InvalidConfigurationError, StoreError
from shared.domain.vocabulary import GammaFeedVersion, Source

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from shared.adapters.market_data import MarketData
    from shared.adapters.polygon.client import PolygonClient
    from shared.adapters.tradier.client import TradierClient
    from shared.adapters.tradier.market import TradierMarket
    from shared.adapters.trading_volatility.client import TradingVolatilityClient
    from shared.domain.ports import Chains, Clock, Feeds, HistoryCache, Quotes, VendorBudgets
    from shared.domain.readings import Readings

TRADIER: Final = "tradier"
TRADIER_SANDBOX: Final = "tradier-sandbox"
POLYGON: Final = "polygon"
TRADING_VOLATILITY: Final = "trading-volatility"
"""The names of the keys."""

PLAN_SECONDS: Final = 300.0
"""How long the plan is kept in the process; as long as a key."""
KEPT_FOR_EXITS: Final = 24
"""Calls of a minute that collecting and looking for entries leave to whoever closes positions: two looks of five
seconds each in a minute."""

_Client = TypeVar("_Client")


class Secrets(Protocol):
    """Where the vendors' keys are."""

    def get(self, vendor: str) -> SecretStr:
        """Return a vendor's key. Raises CredentialsError where there is none."""

    def find(self, vendor: str) -> SecretStr | None:
        """Return a vendor's key, or None where the user gave none."""


@dataclass(frozen=True, slots=True)
class VendorUrls:
    """Where the vendors answer, without the paths of their versions."""

    tradier: str
    tradier_sandbox: str
    polygon: str
    trading_volatility: str


@dataclass
class Vendors:
    """Makes each client once and keeps it, with its connections and rate windows, until its key changes."""

    urls: VendorUrls
    secrets: Secrets
    system: Callable[[], SystemConfig]
    budgets: VendorBudgets
    clock: Clock
    seconds: Callable[[], float] = time.monotonic
    time_left: Callable[[], float] | None = None
    _kept: dict[tuple[object, ...], Any] = field(default_factory=dict, repr=False)
    _plan: tuple[float, SystemConfig] | None = field(default=None, repr=False)

    def market(self, reserve: int = 0) -> TradierMarket:
        """Return the client of market data: the production market's where its token is given, else the sandbox's.

        Raises:
            CredentialsError: there is neither token.
        """
        from shared.adapters.tradier.market import TradierMarket

        url, token, source = self._market_access()
        text = token.get_secret_value()
        return self._client(
            (url, text, reserve),
            lambda: TradierMarket(
                f"{url}/v1",
                text,
                clock=self.clock,
                budgets=self.budgets,
                reserve=reserve,
                source=source,
                time_left=self.time_left,
            ),
        )

    def _market_access(self) -> tuple[str, SecretStr, Source]:
        token = self.secrets.find(TRADIER)
        sandbox = self.secrets.find(TRADIER_SANDBOX) if token is None else None
        if sandbox is not None:
            return self.urls.tradier_sandbox, sandbox, Source.TRADIER_SANDBOX
        return self.urls.tradier, token or self.secrets.get(TRADIER), Source.TRADIER

    def missing_key(self) -> str | None:
        """Return what to store where there is no token of market data at all; None where nobody can say."""
        try:
            self._market_access()
        except CredentialsError as missing:
            return str(missing)
        except StoreError:
            return None
        return None

    def account(self, account_id: str, *, is_sandbox: bool) -> TradierClient:
        """Return the client of a broker account. Raises CredentialsError where its token is missing."""
        from shared.adapters.tradier.client import TradierClient

        url = self.urls.tradier_sandbox if is_sandbox else self.urls.tradier
        text = self.secrets.get(TRADIER_SANDBOX if is_sandbox else TRADIER).get_secret_value()
        return self._client(
            (url, text, account_id),
            lambda: TradierClient(
                f"{url}/v1",
                text,
                account_id,
                clock=self.clock,
                budgets=self.budgets,
                source=Source.TRADIER_SANDBOX if is_sandbox else Source.TRADIER,
                time_left=self.time_left,
            ),
        )

    def polygon(self) -> PolygonClient | None:
        """Return Polygon's client, None where the user gave no key."""
        key = self.secrets.find(POLYGON)
        if key is None:
            return None
        from shared.adapters.polygon.client import PolygonClient

        text = key.get_secret_value()
        return self._client(
            (POLYGON, text),
            lambda: PolygonClient(
                self.urls.polygon,
                text,
                calls_per_minute=lambda: self.plan().polygon_calls_per_minute,
                budgets=self.budgets,
                clock=self.clock,
                time_left=self.time_left,
            ),
        )

    def trading_volatility(self) -> TradingVolatilityClient | None:
        """Return Trading Volatility's client for the version of the user's subscription, None without a token."""
        token = self.secrets.find(TRADING_VOLATILITY)
        if token is None:
            return None
        from shared.adapters.trading_volatility.client import TradingVolatilityClient

        text, version = token.get_secret_value(), self.plan().trading_volatility_version
        path = "/api" if version is GammaFeedVersion.V1 else "/api/v2"
        return self._client(
            (TRADING_VOLATILITY, text, version),
            lambda: TradingVolatilityClient(
                self.urls.trading_volatility + path, text, version, clock=self.clock, time_left=self.time_left
            ),
        )

    def plan(self) -> SystemConfig:
        """Return the stage's configuration of the last minutes, the defaults while it cannot be read."""
        now = self.seconds()
        if self._plan is None or now - self._plan[0] >= PLAN_SECONDS:
            try:
                self._plan = now, self.system()
            except (InvalidConfigurationError, StoreError):
                self._plan = now, self._plan[1] if self._plan else SystemConfig()
        return self._plan[1]

    def close(self) -> None:
        """Let go of every connection."""
        for client in self._kept.values():
            client.close()
        self._kept.clear()

    def _client(self, key: tuple[object, ...], make: Callable[[], _Client]) -> _Client:
        if key not in self._kept:
            self._kept[key] = make()
        client: _Client = self._kept[key]
        return client

    def market_data(self, reserve: int = 0) -> MarketData:
        """Return the broker's market data, over the right client at each question."""
        from shared.adapters.market_data import MarketData

        return MarketData(lambda: self.market(reserve), self.clock)

    def chains(self) -> Chains:
        """Return the option chains, with their fallback."""
        from shared.adapters.chain_feed import ChainFeed

        return ChainFeed(self._chain_sources)

    def _chain_sources(self) -> tuple[Chains, ...]:
        polygon = self.polygon()
        first = self.market_data(KEPT_FOR_EXITS)
        return (first,) if polygon is None else (first, polygon)

    def quotes(self, reserve: int = 0) -> Quotes:
        """Return the quotes, with their fallback; who only looks leaves a reserve to whoever closes positions."""
        from shared.adapters.quote_feed import QuoteFeed

        return QuoteFeed(self.market_data(reserve), self.polygon)

    def feeds(self, cache: HistoryCache) -> Feeds:
        """Return all vendors together."""
        return FreshFeeds(self, cache)


class FreshFeeds:
    """Port Feeds: each minute with the clients that go with the keys and plans of that minute."""

    def __init__(self, vendors: Vendors, cache: HistoryCache) -> None:
        """Keep the threads and the connections from minute to minute."""
        self._vendors = vendors
        self._cache = cache
        self._pool: ThreadPoolExecutor | None = None

    def collect(self, now: datetime, config: SystemConfig) -> Readings:
        """Read everything of a minute at once; what no source could give is None, never a default."""
        from concurrent.futures import ThreadPoolExecutor

        from shared.adapters.feeds import THREADS, MarketFeeds

        vendors = self._vendors
        self._pool = self._pool or ThreadPoolExecutor(THREADS, "feeds")
        return MarketFeeds(
            tradier=self._tradier(),
            polygon=vendors.polygon(),
            trading_volatility=vendors.trading_volatility(),
            cache=self._cache,
            clock=vendors.clock,
            computed_from=vendors.chains(),
            pool=self._pool,
        ).collect(now, config)

    def _tradier(self) -> TradierMarket | None:
        try:
            return self._vendors.market(KEPT_FOR_EXITS)
        except CredentialsError:
            return None
