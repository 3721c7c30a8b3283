"""The endpoints of version 2: an envelope of data and meta, and the feed's own time in it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from infra.local.vendors.desk import document
from infra.local.vendors.faults import FaultKind
from infra.local.vendors.http import TEXT, Reply, Request
from infra.local.vendors.market_view import UNDERLYINGS
from infra.local.vendors.switches import Switches
from infra.local.vendors.trading_volatility import documents_2
from infra.local.vendors.trading_volatility.feed import Feed, listed_ticker
from infra.local.vendors.trading_volatility.replies import Refusal, bad_request, unauthorized, zulu
from infra.local.vendors.trading_volatility.subject import DEMO_TICKERS, Subject
from shared.domain import sessions

WINDOWS: Final = {"30d": 30, "180d": 180, "1y": 365, "2y": 730}
METRICS: Final[dict[str, Callable[[Subject], float | None]]] = {
    "gex_usd_per_1_pct_move": lambda row: row.net_gex,
    "gex_flip": lambda row: row.flip,
    "pcr_oi": lambda row: row.interest.ratio,
    "iv_rank": lambda row: row.iv_rank,
    "atm_iv": lambda row: row.surface.atm,
    "price": lambda row: row.price,
}
STATE: Final = "ticker.state"
STATE_MODELS: Final = {
    "call_regime": None,
    "gex": None,
    "skew": None,
    "state_model": "v1",
    "trade_recommender": "1.0.0",
}
_TOLD: Final = ("headline", "signal", "bias", "structure_regime", "tags")


class VersionTwo:
    """Answers the calls of version 2."""

    def __init__(self, feed: Feed, switches: Switches, key: str) -> None:
        """Publish this feed to the holder of this key."""
        self._feed = feed
        self._switches = switches
        self._key = key

    def _admit(self, request: Request, ticker: str | None) -> None:
        key = request.bearer or request.headers.get("x-api-key")
        if key == self._key:
            return
        demonstrated = request.headers.get("x-tv-demo") == "1" and ticker in DEMO_TICKERS
        if key is not None or not demonstrated:
            raise Refusal(unauthorized())

    def _subject(self, ticker: str, request: Request, now: datetime) -> Subject:
        self._admit(request, ticker)
        return self._feed.subject(ticker, now)

    def _wrapped(self, asof: datetime, ticker: str | None, data: Any, schema: str) -> Reply:  # noqa: ANN401
        meta = {
            "asof": zulu(asof),
            "data_flags": {"chain_ok": True, "pcr_vol_from_yesterday": False},
            "model_versions": STATE_MODELS if schema == STATE else {},
            "schema": f"tv.{schema}.v2",
            "ticker": ticker,
        }
        return document({"data": _garbled(data) if self._feed.struck(FaultKind.GEX_GARBAGE) else data, "meta": meta})

    def _of(self, subject: Subject, data: Any, schema: str) -> Reply:  # noqa: ANN401
        return self._wrapped(subject.asof, subject.ticker, data, schema)

    def state(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}."""
        subject = self._subject(match[1], request, now)
        data = documents_2.state(subject, self._switches)
        if request.query.get("trade_recommendation") == "true":
            data["trade_recommendation"] = documents_2.recommendation(subject)
        if "call_diag" in request.query.get("include", ""):
            data["call_diag"] = {"call_volume": subject.interest.call_volume, "call_oi": subject.interest.calls}
        return self._of(subject, data, STATE)

    def structure(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/market-structure."""
        subject = self._subject(match[1], request, now)
        data = documents_2.structure(subject)
        if "state" in request.query.get("include", "").split(","):
            data["state"] = documents_2.state(subject, self._switches)
        return self._of(subject, data, "market_structure")

    def by_strike(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/curves/gex_by_strike; the first weekly comes back empty."""
        subject = self._subject(match[1], request, now)
        wanted = request.query.get("exp", "combined")
        if self._feed.struck(FaultKind.GEX_EMPTY_POINTS) or wanted == "first_weekly":
            return document({"data": {"points": [], "totals": {}}, "meta": {"ticker": subject.ticker}})
        points = self._feed.points(subject, wanted)
        sign = str(self._switches["trading_volatility.put_sign"])
        return self._of(subject, documents_2.by_strike(subject, points, zulu(subject.asof), sign), "gex_by_strike")

    def gamma(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/curves/gamma; real time in the session only."""
        subject = self._subject(match[1], request, now)
        if request.query.get("realtime") == "true" and not sessions.is_open(now):
            raise bad_request("realtime is available in session only")
        points = self._feed.points(subject, request.query.get("exp", "combined"))
        return self._of(subject, documents_2.gamma_curve(subject, points, zulu(subject.asof)), "gamma_curve")

    def buckets(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/curves/gamma/expirations."""
        subject = self._subject(match[1], request, now)
        ticker, rows = listed_ticker(subject), []
        for day in self._feed.subjects.expirations(ticker, subject.asof):
            points = self._feed.subjects.points_of(ticker, day, subject.asof)
            dollars = sum(point.net for point in points)
            rows.append({"expiration": day.isoformat(), "gamma_notional_per_1pct_move_usd": dollars})
        return self._of(subject, {"expirations": rows}, "gamma_expirations")

    def levels(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/levels."""
        subject = self._subject(match[1], request, now)
        if request.query.get("view", "json") != "json":
            flat = documents_2.levels(subject, "flat")
            return Reply(200, ", ".join(f"{name}: {price}" for name, price in flat.items()), TEXT)
        shape = str(self._switches["trading_volatility.levels"])
        return self._of(subject, documents_2.levels(subject, shape), "levels")

    def series(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/series: one value a session."""
        subject = self._subject(match[1], request, now)
        wanted = request.query.get("metrics", next(iter(METRICS))).split(",")
        days = WINDOWS.get(request.query.get("window", "30d"))
        if days is None or not set(wanted) <= set(METRICS):
            raise bad_request("unknown metric or window")
        past = self._feed.closes(subject.ticker, subject.asof - timedelta(days=days), subject.asof)
        rows = [{"t": _day(row), **{name: METRICS[name](row) for name in wanted}} for row in (*past, subject)]
        if self._switches["trading_volatility.series"] == "arrays":
            arrays = {name: [row[name] for row in rows] for name in wanted}
            return self._of(subject, {"t": [row["t"] for row in rows], "series": arrays}, "series")
        return self._of(subject, {"points": rows}, "series")

    def volume(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/options/volume; `exp` is required."""
        subject = self._subject(match[1], request, now)
        if not request.query.get("exp"):
            raise bad_request("exp is required")
        interest = subject.interest
        return self._of(
            subject, {"call_volume": interest.call_volume, "put_volume": interest.put_volume}, "options_volume"
        )

    def explain(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/explain and /signals."""
        subject = self._subject(match[1], request, now)
        told = documents_2.structure(subject)
        return self._of(subject, {name: told[name] for name in _TOLD}, match[2])

    def top_setups(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /top-setups and /income-setups: the listed tickers by the size of their exposure."""
        self._admit(request, None)
        asof = self._feed.asof(now)
        found = [subject for ticker in UNDERLYINGS if (subject := self._feed.subjects.find(ticker, asof))]
        found.sort(key=lambda subject: -abs(subject.net_gex))
        items = [
            {"ticker": subject.ticker, "score": round(subject.iv_rank, 1), "asof": zulu(asof)} for subject in found
        ]
        return self._wrapped(asof, None, {"items": items}, match[1].replace("-", "_"))


def _day(subject: Subject) -> str:
    return sessions.new_york_date(subject.asof).isoformat()


def _garbled(data: Any) -> Any:  # noqa: ANN401
    """Return the same shape with texts and NaN where numbers belong."""
    if isinstance(data, dict):
        return {name: _garbled(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_garbled(value) for value in data]
    return "n/a" if isinstance(data, int) else float("nan") if isinstance(data, float) else data


Answer = Callable[[VersionTwo, "re.Match[str]", Request, datetime], Reply]
_TICKER: Final = r"/api/v2/tickers/([A-Z.^]+)"
ROUTES: Final[tuple[tuple[str, "re.Pattern[str]", Answer], ...]] = tuple(
    (name, re.compile(pattern), answer)
    for name, pattern, answer in (
        ("/tickers", _TICKER, VersionTwo.state),
        ("/tickers/market-structure", f"{_TICKER}/market-structure", VersionTwo.structure),
        ("/tickers/curves/gex_by_strike", f"{_TICKER}/curves/gex_by_strike", VersionTwo.by_strike),
        ("/tickers/curves/gamma", f"{_TICKER}/curves/gamma", VersionTwo.gamma),
        ("/tickers/curves/gamma/expirations", f"{_TICKER}/curves/gamma/expirations", VersionTwo.buckets),
        ("/tickers/levels", f"{_TICKER}/levels", VersionTwo.levels),
        ("/tickers/series", f"{_TICKER}/series", VersionTwo.series),
        ("/tickers/options/volume", f"{_TICKER}/options/volume", VersionTwo.volume),
        ("/tickers/explain", f"{_TICKER}/(explain|signals)", VersionTwo.explain),
        ("/top-setups", r"/api/v2/(top-setups|income-setups)", VersionTwo.top_setups),
    )
)
