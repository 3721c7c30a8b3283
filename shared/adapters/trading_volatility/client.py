"""Trading Volatility over HTTP."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Final

import httpx

from shared.adapters.clock import Now
from shared.adapters.documents import Document
from shared.adapters.http import HttpReply, VendorHttp
from shared.adapters.rate_window import RateWindows
from shared.adapters.trading_volatility import version_1, version_2
from shared.adapters.trading_volatility.replies import TRADING_VOLATILITY, judge_read
from shared.adapters.trading_volatility.walls import NO_WALLS, Walls, walls_of
from shared.domain.errors import FeedError, RateLimitedError
from shared.domain.market import GammaReading
from shared.domain.reference import StrikeExposures
from shared.domain.vocabulary import GammaFeedVersion

ALL_EXPIRATIONS: Final = "combined"
ALL_CALLS: Final = "all"

WALLS_AT_ONCE: Final = 8
"""How many underlyings' curves are read beside their states."""


Version = GammaFeedVersion


class TradingVolatilityClient:
    """Port GammaFeed. Safe to share between threads.

    ``base_url`` ends in ``/api/v2`` for version 2 and in ``/api`` for version 1, whose subscription id travels in
    the query: it is added below everything that logs. ``time_left`` says how many seconds a run may still wait.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        version: Version = Version.V2,
        *,
        clock: Now | None = None,
        time_left: Callable[[], float] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is asked yet."""
        self._windows = RateWindows(TRADING_VOLATILITY, clock)
        self._version = Version(version)
        self._pool = ThreadPoolExecutor(max_workers=WALLS_AT_ONCE, thread_name_prefix="walls")
        is_first = self._version is Version.V1
        self._http = VendorHttp(
            TRADING_VOLATILITY,
            base_url,
            headers={} if is_first else {"Authorization": f"Bearer {token}"},
            secret_query={"username": token} if is_first else None,
            secrets=(token,),
            judge=self._judge,
            time_left=time_left,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"TradingVolatilityClient({self._http.base_url!r}, {self._version.value!r})"

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.shutdown()
        self._http.close()

    def gamma(self, underlying: str) -> GammaReading:
        """Return net exposure per +1 % move, flip, vendor time and spot, with walls where the curve can be read."""
        walls = self._pool.submit(self._walls, underlying)
        document = self._state(underlying)
        return self._parsed_state(document, underlying, walls.result())

    def gex_by_strike(self, underlying: str) -> StrikeExposures:
        """Return the net exposure by strike over all expirations."""
        if self._version is Version.V1:
            return version_1.parse_by_strike(self._first("gammaOI", underlying, is_long=True), underlying)
        document = self._get(f"/tickers/{underlying}/curves/gex_by_strike", {"exp": ALL_EXPIRATIONS}, is_long=True)
        return version_2.parse_by_strike(document, underlying)

    def levels(self, underlying: str) -> Mapping[str, Decimal]:
        """Return the vendor's price levels by name."""
        if self._version is Version.V1:
            return version_1.parse_levels(self._first("levels", underlying), underlying)
        return version_2.parse_levels(self._get(f"/tickers/{underlying}/levels", {"view": "json"}), underlying)

    def _walls(self, underlying: str) -> Walls:
        """Return the walls, which are shown and not decided on: without the curve there are none."""
        try:
            return walls_of(self.gex_by_strike(underlying))
        except FeedError:
            return NO_WALLS

    def _state(self, underlying: str) -> Document:
        if self._version is Version.V1:
            return self._first("latest", underlying)
        return self._get(f"/tickers/{underlying}", {})

    def _parsed_state(self, document: Document, underlying: str, walls: Walls) -> GammaReading:
        parse: Callable[[Document, str, Walls], GammaReading]
        parse = version_1.parse_latest if self._version is Version.V1 else version_2.parse_state
        return parse(document, underlying, walls)

    def _first(self, name: str, underlying: str, *, is_long: bool = False) -> Document:
        return self._get(f"/gex/{name}", {"ticker": underlying, "format": "json"}, is_long=is_long)

    def _get(self, path: str, params: Mapping[str, str], *, is_long: bool = False) -> Document:
        return self._http.get(path, params, before=lambda: self._windows.check(ALL_CALLS), is_long=is_long)

    def _judge(self, reply: HttpReply) -> None:
        try:
            judge_read(reply)
        except RateLimitedError as error:
            self._windows.close_for(ALL_CALLS, error.wait_seconds)
            raise
