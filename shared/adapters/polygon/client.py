"""Polygon (Massive) over HTTP."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import httpx

from shared.adapters.clock import Now
from shared.adapters.documents import Document
from shared.adapters.http import HttpReply, VendorHttp
from shared.adapters.polygon import parse
from shared.adapters.polygon.replies import POLYGON, checked, judge_read
from shared.adapters.rate_window import RateWindows
from shared.adapters.shared_budget import OwnBudgets, SharedBudget, token_name
from shared.domain.errors import FeedUnavailableError, MalformedReplyError, NotEntitledError, RateLimitedError
from shared.domain.market import BrokerClock, DailyBar, Reading
from shared.domain.options import OptionQuote
from shared.domain.ports import VendorBudgets
from shared.domain.reference import Holiday, IndicatorKind, IndicatorPoint
from shared.domain.sessions import new_york_date

VIX: Final = "I:VIX"
INDEX_TICKERS: Final = {"SPX": "I:SPX", "VIX": VIX}
VENDOR_HOSTS: Final = frozenset({"api.polygon.io", "api.massive.com"})
BARS_LIMIT: Final = 50_000
CHAIN_LIMIT: Final = 250
CONTRACTS_LIMIT: Final = 1_000
AROUND_THE_MONEY: Final = Decimal("0.003")
MOST_PAGES: Final = 40
ALL_CALLS: Final = "all"
LAST_WEEK: Final = timedelta(days=7)


class PolygonClient:
    """Ports VolatilityIndex, DailyHistory and Chains. Safe to share between threads.

    ``calls_per_minute`` is the plan's limit (5 on the free one), None for none, or who knows it; ``budgets`` is where
    all who use the key count their calls and remember refusals together; ``alias_url`` is another address of the same
    vendor, to which a next page may lead.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        calls_per_minute: int | Callable[[], int | None] | None = None,
        budgets: VendorBudgets | None = None,
        alias_url: str | None = None,
        clock: Now | None = None,
        time_left: Callable[[], float] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is asked yet."""
        self._budget = SharedBudget(POLYGON, token_name(POLYGON, api_key), budgets or OwnBudgets())
        self._windows = RateWindows(POLYGON, clock, self._budget if budgets is not None else None)
        self._limit = calls_per_minute if callable(calls_per_minute) else lambda: calls_per_minute
        self._gates: dict[str, threading.Lock] = {}
        self._settled: dict[str, date] = {}
        self._own = {(split.scheme, split.netloc) for split in map(urlsplit, (base_url, alias_url or base_url))}
        self._http = VendorHttp(
            POLYGON,
            base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            secrets=(api_key,),
            judge=self._judge,
            time_left=time_left,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"PolygonClient({self._http.base_url!r})"

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def remaining_calls(self) -> int | None:
        """Return how many calls of this minute the plan leaves to all functions together, None where it counts none."""
        limit = self._limit()
        return None if limit is None else max(limit - self._budget.used(self._windows.now()), 0)

    def vix(self) -> Reading:
        """Return the VIX with the vendor's time."""
        return self.index_value(VIX)

    def spot(self, underlying: str) -> Reading:
        """Return the price of an underlying: an index's value, or the last trade of a stock or fund."""
        ticker = INDEX_TICKERS.get(underlying)
        return self._last_trade(underlying) if ticker is None else self.index_value(ticker)

    def index_value(self, ticker: str) -> Reading:
        """Return the value of an index such as ``I:VIX`` with the vendor's time."""
        with self._entitled(f"index {ticker}"):
            return parse.parse_index(self._get("/v3/snapshot/indices", {"ticker.any_of": ticker}), ticker)

    def _last_trade(self, ticker: str) -> Reading:
        with self._entitled("last trade"):
            return parse.parse_last_trade(self._get(f"/v2/last/trade/{ticker}"))

    def daily_bars(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        """Return the daily bars of SPX, VIX, SPY or a vendor's ticker, both days included, ascending."""
        ticker = INDEX_TICKERS.get(symbol, symbol)
        path = f"/v2/aggs/ticker/{ticker}/range/1/day/{start.isoformat()}/{end.isoformat()}"
        params = {"adjusted": "true", "sort": "asc", "limit": str(BARS_LIMIT)}
        bars: dict[date, DailyBar] = {}
        with self._entitled(f"bars {ticker}"):
            for document in self._pages(path, params):
                bars |= {bar.day: bar for bar in parse.parse_bars(document, ticker)[0]}
        if not bars:
            raise FeedUnavailableError(f"{POLYGON}: no daily bars of {ticker} from {start} to {end}")
        return tuple(bars[day] for day in sorted(bars))

    def option_chain(self, underlying: str, expiration: date) -> tuple[OptionQuote, ...]:
        """Return all contracts of one expiration, every root; quotes and greeks only as the plan has them."""
        ticker = INDEX_TICKERS.get(underlying, underlying)
        params = {"expiration_date": expiration.isoformat(), "limit": str(CHAIN_LIMIT)}
        quotes: list[OptionQuote] = []
        with self._entitled(f"chain {ticker}"):
            for document in self._pages(f"/v3/snapshot/options/{ticker}", params):
                quotes += parse.parse_chain_page(document, underlying, expiration)[0]
        if not quotes:
            raise FeedUnavailableError(f"{POLYGON}: no option chain of {underlying} for {expiration}")
        return tuple({quote.option_symbol: quote for quote in quotes}.values())

    def expirations(self, underlying: str) -> tuple[date, ...]:
        """Return the listed expirations, ascending: those of the calls around the money, which every one has."""
        spot = self._near(underlying)
        params = {
            "underlying_ticker": underlying,
            "contract_type": "call",
            "expired": "false",
            "strike_price.gte": f"{spot * (1 - AROUND_THE_MONEY):.2f}",
            "strike_price.lte": f"{spot * (1 + AROUND_THE_MONEY):.2f}",
            "limit": str(CONTRACTS_LIMIT),
        }
        days: set[date] = set()
        for document in self._pages("/v3/reference/options/contracts", params):
            days |= parse.parse_expirations(document)
        if not days:
            raise FeedUnavailableError(f"{POLYGON}: no expirations of {underlying} are listed")
        return tuple(sorted(days))

    def _near(self, underlying: str) -> Decimal:
        """Return about where an underlying trades: its price, or its last close where the plan has no prices."""
        try:
            return self.spot(underlying).value
        except NotEntitledError:
            today = new_york_date(self._windows.now())
            return self.daily_bars(underlying, today - LAST_WEEK, today)[-1].close

    def market_status(self) -> BrokerClock:
        """Return the vendor's time and whether the regular session runs."""
        return parse.parse_market_status(self._get("/v1/marketstatus/now"))

    def upcoming_holidays(self) -> tuple[Holiday, ...]:
        """Return the coming closures and early closes, a row an exchange."""
        return parse.parse_holidays(self._get("/v1/marketstatus/upcoming"))

    def indicator(self, kind: IndicatorKind, ticker: str, *, limit: int = 10) -> tuple[IndicatorPoint, ...]:
        """Return the newest daily values of an indicator with the vendor's default window, newest first."""
        path = f"/v1/indicators/{kind.value}/{INDEX_TICKERS.get(ticker, ticker)}"
        params = {"timespan": "day", "series_type": "close", "order": "desc", "limit": str(limit)}
        with self._entitled(f"indicator {ticker}"):
            return parse.parse_indicator(self._get(path, params))

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Document:
        return self._http.get(path, params, before=self._count)

    def _count(self) -> None:
        self._windows.check(ALL_CALLS)
        limit = self._limit()
        if limit is not None:
            self._budget.take(limit, self._windows.now())

    def _judge(self, reply: HttpReply) -> None:
        try:
            judge_read(reply)
        except RateLimitedError as error:
            self._windows.close_for(ALL_CALLS, error.wait_seconds)
            raise

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[Document]:
        document = self._get(path, params)
        yield document
        seen: set[str] = set()
        while (following := parse.next_of(checked(document))) is not None:
            if following in seen or len(seen) >= MOST_PAGES:
                raise MalformedReplyError(POLYGON, "next_url", "pages without an end")
            seen.add(following)
            document = self._get(*self._trusted(following))
            yield document

    def _trusted(self, url: str) -> tuple[str, dict[str, str]]:
        """Split the next page's address, and refuse to carry the key to a host that is not the vendor's."""
        try:
            split = urlsplit(url)
            is_own = (split.scheme, split.netloc) in self._own
            is_vendor = split.scheme == "https" and split.hostname in VENDOR_HOSTS and split.port in (None, 443)
        except ValueError as error:
            raise MalformedReplyError(POLYGON, "next_url", "no address") from error
        if not (is_own or is_vendor) or split.username is not None:
            raise MalformedReplyError(POLYGON, "next_url", f"not the vendor's host: {split.hostname}")
        query = {name: value for name, value in parse_qsl(split.query) if name.lower() != "apikey"}
        return f"{split.scheme}://{split.netloc}{split.path}", query

    @contextmanager
    def _entitled(self, need: str) -> Iterator[None]:
        """Ask for a need only while the plan has not refused it on this New York day.

        At the first question of a day one thread asks, and the others wait to hear whether it is refused.
        """
        now = self._windows.now()
        today = new_york_date(now)
        with ExitStack() as first:
            if self._settled.get(need) != today:
                first.enter_context(self._gates.setdefault(need, threading.Lock()))
            if self._settled.get(need) == today:
                first.close()
            self._budget.check_entitled(need, now)
            try:
                yield
            except NotEntitledError as error:
                self._budget.refuse(need, str(error), now)
                raise
            finally:
                self._settled[need] = today
