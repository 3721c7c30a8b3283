"""The vendor Trading Volatility: who may see what, the feed's own time, and the way to each endpoint."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from infra.local import market_clock
from infra.local.vendors.desk import CHALLENGE_PAGE, document, status_of
from infra.local.vendors.faults import Fault, FaultBook, FaultKind, Vendor
from infra.local.vendors.http import HTML, TEXT, Reply, Request
from infra.local.vendors.market_view import UNDERLYINGS, MarketView
from infra.local.vendors.switches import Switches
from infra.local.vendors.trading_volatility import documents, version_1
from infra.local.vendors.trading_volatility.limits import VersionOneLimits
from infra.local.vendors.trading_volatility.subject import DEMO_TICKERS, Point, Subject, Subjects
from shared.domain import sessions

WINDOWS: Final = {"30d": 30, "180d": 180, "1y": 365, "2y": 730}
METRICS: Final = ("gex_usd_per_1_pct_move", "gex_flip", "pcr_oi", "iv_rank", "atm_iv", "price")
LIMIT_WORDS: Final = "API limit exceeded"
_FAULTS: Final = (FaultKind.GEX_FROZEN, FaultKind.GEX_GARBAGE, FaultKind.GEX_EMPTY_POINTS)


class _Refusal(Exception):  # noqa: N818
    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class TradingVolatilityApp:
    """Answers every call of one subscriber."""

    def __init__(self, view: MarketView, switches: Switches, faults: FaultBook, key: str) -> None:
        """Publish this market to the holder of this key."""
        self._subjects = Subjects(view)
        self._switches = switches
        self._faults = faults
        self._key = key
        self._frozen_at: datetime | None = None
        self._limits = VersionOneLimits()

    def endpoint(self, request: Request) -> str:
        """Name the endpoint of a call."""
        return next(
            (f"{request.method} {name}" for name, pattern, _ in ROUTES if pattern.fullmatch(request.path)), "other"
        )

    def answer(self, request: Request, now: datetime) -> Reply:
        """Answer one call."""
        for _, pattern, answer in ROUTES:
            match = pattern.fullmatch(request.path)
            if match and request.method == "GET":
                try:
                    return answer(self, match, request, now)
                except _Refusal as refusal:
                    return refusal.reply
        return Reply(404, "nope", TEXT)

    def broken(self, fault: Fault, request: Request, now: datetime) -> Reply:  # noqa: ARG002
        """Answer with a fault."""
        match fault.kind:
            case FaultKind.RATE_LIMITED:
                return self._too_many(request, int(fault.seconds(1.0)))
            case FaultKind.WRONG_HOST | FaultKind.TOKEN_EXPIRED | FaultKind.FOREIGN_ACCOUNT:
                return _unauthorized()
            case FaultKind.HTML_PAGE:
                return Reply(200, CHALLENGE_PAGE, HTML)
            case _:
                return Reply(status_of(fault, 503), "", TEXT)

    def _too_many(self, request: Request, seconds: int) -> Reply:
        if not request.path.startswith("/api/v2/"):
            return Reply(200, LIMIT_WORDS, TEXT)
        headers = (("Retry-After", str(seconds)),)
        return Reply(429, "", TEXT, headers if self._switches["trading_volatility.retry_after"] == "seconds" else ())

    # What is published, and when.

    def _asof(self, now: datetime) -> datetime:
        """Return the feed's own time: the last publication, or the one at which it froze."""
        published = self._subjects.published(now)
        if self._faults.strike((FaultKind.GEX_FROZEN,), Vendor.TRADING_VOLATILITY) is None:
            self._frozen_at = None
            return published
        self._frozen_at = self._frozen_at or published
        return min(self._frozen_at, published)

    def _subject(self, ticker: str, now: datetime) -> Subject:
        subject = self._subjects.find(ticker, self._asof(now))
        if subject is None:
            raise _Refusal(Reply(404, "nope", TEXT))
        return subject

    def _admit(self, request: Request, ticker: str | None) -> None:
        key = request.bearer or request.headers.get("x-api-key")
        if key == self._key:
            return
        demonstrated = request.headers.get("x-tv-demo") == "1" and ticker in DEMO_TICKERS
        if key is not None or not demonstrated:
            raise _Refusal(_unauthorized())

    def _wrapped(self, subject: Subject, data: Any, schema: str) -> Reply:  # noqa: ANN401
        if self._faults.strike((FaultKind.GEX_GARBAGE,), Vendor.TRADING_VOLATILITY):
            data = _garbled(data)
        meta = {
            "asof": _zulu(subject.asof),
            "data_flags": {"chain_ok": True, "pcr_vol_from_yesterday": False},
            "model_versions": {
                "call_regime": None,
                "gex": None,
                "skew": None,
                "state_model": "v1",
                "trade_recommender": "1.0.0",
            },
            "schema": f"tv.{schema}.v2",
            "ticker": subject.ticker,
        }
        return document({"data": data, "meta": meta})

    # Version 2.

    def state(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}."""
        self._admit(request, match[1])
        subject = self._subject(match[1], now)
        data = documents.state(subject, self._switches)
        if request.query.get("trade_recommendation") == "true":
            data["trade_recommendation"] = documents.recommendation(subject)
        if "call_diag" in request.query.get("include", ""):
            data["call_diag"] = {"call_volume": subject.interest.call_volume, "call_oi": subject.interest.calls}
        return self._wrapped(subject, data, "ticker.state")

    def structure(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/market-structure."""
        self._admit(request, match[1])
        subject = self._subject(match[1], now)
        data = documents.structure(subject)
        if "state" in request.query.get("include", "").split(","):
            data["state"] = documents.state(subject, self._switches)
        return self._wrapped(subject, data, "market_structure")

    def by_strike(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/curves/gex_by_strike."""
        self._admit(request, match[1])
        subject = self._subject(match[1], now)
        wanted = request.query.get("exp", "combined")
        empty = self._faults.strike((FaultKind.GEX_EMPTY_POINTS,), Vendor.TRADING_VOLATILITY) is not None
        if empty or wanted == "first_weekly":
            return document({"data": {"points": [], "totals": {}}, "meta": {"ticker": subject.ticker}})
        points = self._points(subject, wanted)
        sign = str(self._switches["trading_volatility.put_sign"])
        return self._wrapped(subject, documents.by_strike(subject, points, _zulu(subject.asof), sign), "gex_by_strike")

    def gamma(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/curves/gamma; realtime in the session only."""
        self._admit(request, match[1])
        if request.query.get("realtime") == "true" and not sessions.is_open(now):
            raise _Refusal(document({"error": {"message": "Realtime is available in session only"}}, 400))
        subject = self._subject(match[1], now)
        points = self._points(subject, request.query.get("exp", "combined"))
        return self._wrapped(subject, documents.gamma_curve(subject, points, _zulu(subject.asof)), "gamma_curve")

    def buckets(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/curves/gamma/expirations."""
        self._admit(request, match[1])
        subject = self._subject(match[1], now)
        rows = [
            {"expiration": day.isoformat(), "gamma_notional_per_1pct_move_usd": sum(point.net for point in points)}
            for day in self._subjects.expirations(_listed(subject), subject.asof)
            for points in (self._subjects.points_of(_listed(subject), day, subject.asof),)
        ]
        return self._wrapped(subject, {"expirations": rows}, "gamma_expirations")

    def levels(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/levels."""
        self._admit(request, match[1])
        subject = self._subject(match[1], now)
        if request.query.get("view", "json") != "json":
            flat = documents.levels(subject, "flat")
            return Reply(200, ", ".join(f"{name}: {price}" for name, price in flat.items()), TEXT)
        shape = str(self._switches["trading_volatility.levels"])
        return self._wrapped(subject, documents.levels(subject, shape), "levels")

    def series(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/series: one value a session."""
        self._admit(request, match[1])
        subject = self._subject(match[1], now)
        wanted = request.query.get("metrics", METRICS[0]).split(",")
        days = WINDOWS.get(request.query.get("window", "30d"))
        if days is None or not set(wanted) <= set(METRICS):
            raise _Refusal(document({"error": {"message": "Unknown metric or window"}}, 400))
        past = self._closes(subject.ticker, subject.asof - timedelta(days=days), subject.asof)
        rows = [{"t": _day(row), **{name: _metric(row, name) for name in wanted}} for row in (*past, subject)]
        if self._switches["trading_volatility.series"] == "arrays":
            data: Any = {"t": [row["t"] for row in rows]}
            data["series"] = {name: [row[name] for row in rows] for name in wanted}
        else:
            data = {"points": rows}
        return self._wrapped(subject, data, "series")

    def volume(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/options/volume; `exp` is required."""
        self._admit(request, match[1])
        subject = self._subject(match[1], now)
        if not request.query.get("exp"):
            raise _Refusal(document({"error": {"message": "exp is required"}}, 400))
        interest = subject.interest
        return self._wrapped(
            subject, {"call_volume": interest.call_volume, "put_volume": interest.put_volume}, "options_volume"
        )

    def explain(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /tickers/{t}/explain and /signals."""
        self._admit(request, match[1])
        subject = self._subject(match[1], now)
        told = documents.structure(subject)
        data = {name: told[name] for name in ("headline", "signal", "bias", "structure_regime", "tags")}
        return self._wrapped(subject, data, match[2])

    def top_setups(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:  # noqa: ARG002
        """Answer /top-setups: the listed tickers by the size of their exposure."""
        self._admit(request, None)
        asof = self._asof(now)
        found = [subject for ticker in UNDERLYINGS if (subject := self._subjects.find(ticker, asof))]
        found.sort(key=lambda subject: -abs(subject.net_gex))
        items = [
            {"ticker": subject.ticker, "score": round(subject.iv_rank, 1), "asof": _zulu(asof)} for subject in found
        ]
        meta = {
            "asof": _zulu(asof),
            "data_flags": {"chain_ok": True, "pcr_vol_from_yesterday": False},
            "model_versions": {},
            "schema": "tv.top_setups.v2",
            "ticker": None,
        }
        return document({"data": {"items": items}, "meta": meta})

    # Version 1.

    def old(self, match: "re.Match[str]", request: Request, now: datetime) -> Reply:
        """Answer /gex/* of version 1."""
        if self._switches["trading_volatility.v1"] == "dead" or request.query.get("username") != self._key:
            return Reply(403, "User not authorized", TEXT)
        faithful = self._switches["trading_volatility.v1_limit"] == "faithful"
        if faithful and not self._limits.admits(match[1], request.query, now):
            return Reply(200, LIMIT_WORDS, TEXT)
        ticker = request.query.get("ticker", "")
        subject = self._subject(ticker, now)
        separator = " " if self._switches["trading_volatility.v1_dates"] == "blank" else "_"
        match match[1]:
            case "latest":
                body: Any = version_1.latest(subject, separator)
            case "levels":
                body = version_1.levels(subject)
            case "history":
                return self._old_history(subject, request, separator)
            case _:
                wanted = {"1": "nearest", "2": "second"}.get(
                    request.query.get("exp", ""), request.query.get("exp", "combined")
                )
                body = version_1.gamma_array(subject, self._points(subject, wanted), separator)
        return document({ticker: body})

    def _old_history(self, subject: Subject, request: Request, separator: str) -> Reply:
        start = _a_day(request.query.get("start")) or sessions.new_york_date(subject.asof) - timedelta(days=30)
        end = _a_day(request.query.get("end")) or sessions.new_york_date(subject.asof)
        first = market_clock.wall(start, sessions.OPENING_TIME)
        rows = [
            version_1.past(row, separator)
            for row in self._closes(subject.ticker, first, subject.asof)
            if start <= sessions.new_york_date(row.asof) <= end
        ]
        if request.query.get("format") == "json":
            return document({subject.ticker: rows})
        return Reply(200, version_1.as_csv(rows), "text/csv")

    # What both need.

    def _points(self, subject: Subject, wanted: str) -> tuple[Point, ...]:
        if wanted == "combined":
            return subject.points
        listed = self._subjects.expirations(_listed(subject), subject.asof)
        monthly = next((day for day in listed if sessions.is_third_friday(day)), listed[0])
        named = {"nearest": listed[0], "second": listed[1], "first_weekly": listed[0], "first_monthly": monthly}
        day = named.get(wanted) or _a_day(wanted)
        if day not in listed:
            raise _Refusal(document({"error": {"message": f"Unknown expiration {wanted}"}}, 400))
        return self._subjects.points_of(_listed(subject), day, subject.asof)

    def _closes(self, ticker: str, start: datetime, end: datetime) -> list[Subject]:
        days = sessions.sessions_between(sessions.new_york_date(start), sessions.new_york_date(end))
        found = []
        for day in days:
            session = sessions.session(day)
            if session is None or session.closes_at >= end:
                continue
            subject = self._subjects.find(ticker, session.closes_at - timedelta(minutes=1))
            if subject is not None:
                found.append(subject)
        return found


def _listed(subject: Subject) -> str:
    return subject.ticker if subject.ticker in UNDERLYINGS else "SPY"


def _unauthorized() -> Reply:
    return document({"error": {"message": "Unauthorized"}}, 401)


def _zulu(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _day(subject: Subject) -> str:
    return sessions.new_york_date(subject.asof).isoformat()


def _metric(subject: Subject, name: str) -> float | None:
    values: dict[str, Callable[[Subject], float | None]] = {
        "gex_usd_per_1_pct_move": lambda row: row.net_gex,
        "gex_flip": lambda row: row.flip,
        "pcr_oi": lambda row: row.interest.ratio,
        "iv_rank": lambda row: row.iv_rank,
        "atm_iv": lambda row: row.surface.atm,
        "price": lambda row: row.price,
    }
    return values[name](subject)


def _a_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _garbled(data: Any) -> Any:  # noqa: ANN401
    """Return the same shape with texts, NaN and negatives where numbers belong."""
    if isinstance(data, dict):
        return {name: _garbled(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_garbled(value) for value in data]
    return "n/a" if isinstance(data, int) else float("nan") if isinstance(data, float) else data


_Answer = Callable[[TradingVolatilityApp, "re.Match[str]", Request, datetime], Reply]
_TICKER: Final = r"/api/v2/tickers/([A-Z.^]+)"
ROUTES: Final[tuple[tuple[str, "re.Pattern[str]", _Answer], ...]] = tuple(
    (name, re.compile(pattern), answer)
    for name, pattern, answer in (
        ("/tickers", _TICKER, TradingVolatilityApp.state),
        ("/tickers/market-structure", f"{_TICKER}/market-structure", TradingVolatilityApp.structure),
        ("/tickers/curves/gex_by_strike", f"{_TICKER}/curves/gex_by_strike", TradingVolatilityApp.by_strike),
        ("/tickers/curves/gamma", f"{_TICKER}/curves/gamma", TradingVolatilityApp.gamma),
        ("/tickers/curves/gamma/expirations", f"{_TICKER}/curves/gamma/expirations", TradingVolatilityApp.buckets),
        ("/tickers/levels", f"{_TICKER}/levels", TradingVolatilityApp.levels),
        ("/tickers/series", f"{_TICKER}/series", TradingVolatilityApp.series),
        ("/tickers/options/volume", f"{_TICKER}/options/volume", TradingVolatilityApp.volume),
        ("/tickers/explain", f"{_TICKER}/(explain|signals)", TradingVolatilityApp.explain),
        ("/top-setups", r"/api/v2/(top-setups|income-setups)", TradingVolatilityApp.top_setups),
        ("/v1/gex", r"/api/gex/(latest|history|gammaOI|gamma|levels)", TradingVolatilityApp.old),
    )
)
