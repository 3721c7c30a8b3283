"""The vendor Polygon (Massive): keys, limits, entitlements, and the way to each endpoint."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from infra.local.vendors.desk import CHALLENGE_PAGE, status_of
from infra.local.vendors.faults import Fault, FaultBook, FaultKind
from infra.local.vendors.http import HTML, Reply, Request
from infra.local.vendors.market_view import MarketView
from infra.local.vendors.polygon.aggregates import Aggregates, symbol_of
from infra.local.vendors.polygon.errors import (
    Refusal,
    not_entitled,
    not_found,
    timeframe_refused,
    too_many,
    unknown_key,
)
from infra.local.vendors.polygon.indicators import Indicators
from infra.local.vendors.polygon.indices import Indices, nanoseconds
from infra.local.vendors.polygon.options import TRADES_PLAN, Options
from infra.local.vendors.polygon.pages import CONTRACT_LIMITS, SNAPSHOT_LIMITS, Limits, page, unfold
from infra.local.vendors.polygon.plans import BASIC_CALLS, WINDOW, AssetClass, Entitlements, class_of
from infra.local.vendors.polygon.status import status_now, upcoming
from infra.local.vendors.switches import Switches
from infra.local.vendors.wire import compact_json, go_json
from shared.domain import sessions

_Answer = Callable[["PolygonApp", "re.Match[str]", dict[str, str], Request, datetime], Any]


class PolygonApp:
    """Answers every call of one key."""

    def __init__(self, view: MarketView, switches: Switches, faults: FaultBook, key: str) -> None:
        """Sell this market to the holder of this key."""
        self._view = view
        self._switches = switches
        self._key = key
        self._plans = Entitlements(switches)
        self._aggregates = Aggregates(view, self._plans)
        self._indicators = Indicators(self._aggregates, self._plans)
        self._indices = Indices(view, self._plans, faults)
        self._options = Options(view, self._plans, switches, faults)
        self._calls: list[datetime] = []
        self._serial = 0
        self.other_url = ""

    def endpoint(self, request: Request) -> str:
        """Name the endpoint of a call."""
        return next(
            (f"{request.method} {name}" for name, pattern, _ in ROUTES if pattern.fullmatch(request.path)), "other"
        )

    def answer(self, request: Request, now: datetime) -> Reply:
        """Answer one call."""
        try:
            self._admit(request, now)
            return self._routed(request, now)
        except Refusal as refusal:
            return refusal.reply(self._request_id())

    def broken(self, fault: Fault, request: Request, now: datetime) -> Reply:  # noqa: ARG002
        """Answer with a fault."""
        match fault.kind:
            case FaultKind.RATE_LIMITED:
                return too_many().reply(self._request_id())
            case FaultKind.WRONG_HOST | FaultKind.TOKEN_EXPIRED:
                return unknown_key().reply(self._request_id())
            case FaultKind.HTML_PAGE:
                return Reply(200, CHALLENGE_PAGE, HTML)
            case _:
                body = {"status": "ERROR", "request_id": self._request_id(), "error": "Internal server error."}
                return Reply(status_of(fault, 500), compact_json(body))

    def _admit(self, request: Request, now: datetime) -> None:
        if (request.bearer or request.query.get("apiKey")) != self._key:
            raise unknown_key()
        self._calls = [call for call in self._calls if abs(now - call) < WINDOW]
        if self._plans.limited() and len(self._calls) >= BASIC_CALLS:
            raise too_many()
        if self._plans.limited():
            self._calls.append(now)

    def _routed(self, request: Request, now: datetime) -> Reply:
        for _, pattern, answer in ROUTES:
            match = pattern.fullmatch(request.path)
            if match and request.method == "GET":
                document = answer(self, match, unfold(request.query), request, now)
                if isinstance(document, dict) and "status" in document and "from" not in document:
                    document["request_id"] = self._request_id()
                return Reply(200, go_json(document))
        raise not_found("Page not found.")

    def _request_id(self) -> str:
        self._serial += 1
        return UUID(int=0x6A7E466379AF0A710000000000000000 + self._serial).hex

    def _refused(self) -> Refusal:
        return not_entitled(str(self._switches["polygon.refusal_key"]))

    def _need(self, asset: AssetClass, plan: str) -> None:
        if not self._plans.at_least(asset, plan):
            raise self._refused()

    def _base(self, request: Request) -> str:
        here = f"http://{request.headers.get('host', '')}"
        return self.other_url if self._switches["polygon.next_host"] == "other" and self.other_url else here

    def range(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401
        """Answer /v2/aggs ranges; the free plan ends with yesterday."""
        ticker, multiplier, timespan, start, end = match.groups()
        self._need(class_of(ticker), "basic")
        if not self._plans.at_least(class_of(ticker), "starter") and start >= f"{sessions.new_york_date(now)}":
            raise timeframe_refused()
        base = f"{self._base(request)}{request.path}"
        return self._aggregates.range(ticker, (multiplier, timespan), (start, end), query, now, base)

    def previous(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401, ARG002
        """Answer /prev."""
        self._need(class_of(match[1]), "basic")
        return self._aggregates.previous(match[1], now)

    def open_close(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401, ARG002
        """Answer /v1/open-close."""
        self._need(class_of(match[1]), "basic")
        return self._aggregates.open_close(match[1], match[2], now)

    def indices(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401, ARG002
        """Answer the indices snapshot."""
        self._need(AssetClass.INDICES, "basic")
        return self._indices.snapshot(query, now)

    def chain(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401
        """Answer an option chain snapshot, in pages."""
        self._need(AssetClass.OPTIONS, "starter")
        rows = self._options.chain(match[1], query, now)
        return self._paged(rows, query, request, SNAPSHOT_LIMITS)

    def contract(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401, ARG002
        """Answer the snapshot of one contract."""
        self._need(AssetClass.OPTIONS, "starter")
        return {"results": self._options.contract(match[1], match[2], now), "status": "OK"}

    def reference(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401, ARG002
        """Answer the list of contracts, in pages."""
        return self._paged(self._options.reference(query, now), query, request, CONTRACT_LIMITS)

    def _paged(self, rows: list[Any], query: dict[str, str], request: Request, limits: Limits) -> dict[str, Any]:
        here, following = page(rows, query, limits, f"{self._base(request)}{request.path}")
        document: dict[str, Any] = {"results": here, "status": "OK"}
        return document if following is None else {**document, "next_url": following}

    def indicator(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401
        """Answer an indicator."""
        self._need(class_of(match[2]), "basic")
        return self._indicators.answer(match[1], match[2], query, now, self._base(request))

    def status_now(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401, ARG002
        """Answer the market status."""
        return status_now(now)

    def upcoming(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401, ARG002
        """Answer the coming closures: a bare array."""
        return upcoming(now)

    def last_trade(self, match: "re.Match[str]", query: dict[str, str], request: Request, now: datetime) -> Any:  # noqa: ANN401, ARG002
        """Answer the last trade of a stock."""
        self._need(class_of(match[1]), TRADES_PLAN)
        symbol = symbol_of(match[1])
        if symbol is None:
            raise not_found()
        stamp = nanoseconds(now)
        trade = {"c": [12, 37], "i": str(stamp % 10**6), "p": round(self._view.last(symbol, now), 2), "s": 100, "x": 4}
        clocks = {"t": stamp, "y": stamp - 2_000_000, "f": stamp - 30_000, "q": stamp % 10**7, "r": 202, "z": 3}
        return {"results": {**trade, "T": match[1], **clocks}, "status": "OK"}


ROUTES: Final[tuple[tuple[str, "re.Pattern[str]", _Answer], ...]] = tuple(
    (name, re.compile(pattern), answer)
    for name, pattern, answer in (
        ("/v3/snapshot/indices", r"/v3/snapshot/indices", PolygonApp.indices),
        ("/v2/aggs/range", r"/v2/aggs/ticker/([^/]+)/range/([^/]+)/([^/]+)/([^/]+)/([^/]+)", PolygonApp.range),
        ("/v2/aggs/prev", r"/v2/aggs/ticker/([^/]+)/prev", PolygonApp.previous),
        ("/v3/snapshot/options", r"/v3/snapshot/options/([^/]+)", PolygonApp.chain),
        ("/v3/snapshot/options/contract", r"/v3/snapshot/options/([^/]+)/([^/]+)", PolygonApp.contract),
        ("/v3/reference/options/contracts", r"/v3/reference/options/contracts", PolygonApp.reference),
        ("/v1/indicators", r"/v1/indicators/(sma|ema|rsi|macd)/([^/]+)", PolygonApp.indicator),
        ("/v1/marketstatus/now", r"/v1/marketstatus/now", PolygonApp.status_now),
        ("/v1/marketstatus/upcoming", r"/v1/marketstatus/upcoming", PolygonApp.upcoming),
        ("/v1/open-close", r"/v1/open-close/([^/]+)/([^/]+)", PolygonApp.open_close),
        ("/v2/last/trade", r"/v2/last/trade/([^/]+)", PolygonApp.last_trade),
    )
)
