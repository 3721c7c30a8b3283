"""Aggregates: /v2/aggs ranges and /prev, and the daily open-close."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from infra.local import market_clock
from infra.local.vendors.luck import luck
from infra.local.vendors.market import DailyBar
from infra.local.vendors.market_view import SYMBOLS, MarketView, traded
from infra.local.vendors.occ import contract_of
from infra.local.vendors.polygon.errors import bad_request, not_found
from infra.local.vendors.polygon.pages import AGGREGATE_LIMITS, page
from infra.local.vendors.polygon.plans import AssetClass, Entitlements, class_of
from infra.local.vendors.wire import spliced
from shared.domain import sessions

CENTRAL: Final = ZoneInfo("America/Chicago")
TIMESPANS: Final = {"minute": 1, "hour": 60, "day": 0, "week": 0, "month": 0}
_BIG: Final = 1e7
Row = dict[str, Any]


def symbol_of(ticker: str) -> str | None:
    """Return the market's name of a ticker, None where there is none; an index needs its prefix."""
    symbol = ticker.removeprefix("I:").removeprefix("O:")
    known = symbol in SYMBOLS and (symbol == "SPY") is (ticker == symbol)
    return symbol if known or (ticker.startswith("O:") and contract_of(symbol)) else None


class Aggregates:
    """Bars of stocks, indices and options."""

    def __init__(self, view: MarketView, entitlements: Entitlements) -> None:
        """Read this market under these plans."""
        self._view = view
        self._entitlements = entitlements

    def range(
        self,
        ticker: str,
        step: tuple[str, str],
        span: tuple[str, str],
        query: Mapping[str, str],
        now: datetime,
        base: str,
    ) -> Row:
        """Return bars of a span of time; none at all means no `results` key.

        The limit cuts after sorting: a small one with sort=asc leaves the oldest.
        """
        multiplier, timespan = step
        if timespan not in TIMESPANS or not multiplier.isdigit():
            raise bad_request(f"'{multiplier}/{timespan}' is no supported aggregate")
        rows = self._rows(ticker, int(multiplier), timespan, (_instant(span[0]), _instant(span[1], ends=True)), now)
        if query.get("sort", "asc") == "desc":
            rows = rows[::-1]
        here, following = page(rows, query, AGGREGATE_LIMITS, base)
        document = self._document(ticker, here, len(rows), now)
        return document if following is None else {**document, "next_url": following}

    def _rows(
        self, ticker: str, multiplier: int, timespan: str, span: tuple[datetime, datetime], now: datetime
    ) -> list[Row]:
        symbol = symbol_of(ticker)
        if symbol is None:
            return []
        at = now - self._entitlements.delay(class_of(ticker))
        if TIMESPANS[timespan]:
            return self._intraday(ticker, symbol, timedelta(minutes=multiplier * TIMESPANS[timespan]), span, at)
        first, last = sessions.new_york_date(span[0]), sessions.new_york_date(span[1])
        bars = self.daily(symbol, first, last, at, ticker)
        return _grouped([bar_row(ticker, bar) for bar in bars], timespan, multiplier)

    def daily(self, symbol: str, first: date, last: date, at: datetime, ticker: str) -> list[DailyBar]:
        """Return finished daily bars, and today's unfinished one where the plan is not end of day."""
        if ticker.startswith("O:"):
            return self._option_bars(symbol, first, last, at)
        bars = list(self._view.bars(symbol, first, last, at))
        today = sessions.new_york_date(at)
        running = sessions.is_open(at) and first <= today <= last
        if running and self._entitlements.at_least(class_of(ticker), "starter"):
            bars.append(self._view.so_far(symbol, traded(at)))
        return bars

    def _option_bars(self, symbol: str, first: date, last: date, at: datetime) -> list[DailyBar]:
        contract = contract_of(symbol)
        bars: list[DailyBar] = []
        if contract is None:
            return bars
        for day in sessions.sessions_between(first, min(last, contract.expiration)):
            session = sessions.session(day)
            if session is None or session.closes_at > at:
                break
            quotes = [self._view.option(symbol, when) for when in (session.opens_at, session.closes_at)]
            if quotes[0] is not None and quotes[1] is not None:
                bars.append(_OptionBar(day, quotes[0].mid, quotes[1].mid, quotes[1].volume))
        return bars

    def _intraday(
        self, ticker: str, symbol: str, step: timedelta, span: tuple[datetime, datetime], at: datetime
    ) -> list[Row]:
        rows = []
        for day in sessions.sessions_between(*map(sessions.new_york_date, span)):
            session = sessions.session(day)
            moment = None if session is None else session.opens_at
            while session is not None and moment is not None and moment < min(session.closes_at, at, span[1]):
                if moment >= span[0]:
                    ends = min(moment + step, session.closes_at)
                    prices = [self._view.last(symbol, moment + (ends - moment) * part / 4) for part in range(5)]
                    rows.append(_row(ticker, prices, moment, 50_000 + luck(f"{ticker}{moment}", 90_000)))
                moment += step
        return rows

    def previous(self, ticker: str, now: datetime) -> Row:
        """Return the last finished session before today's; its `t` is the closing time."""
        symbol = symbol_of(ticker)
        at = now - self._entitlements.delay(class_of(ticker))
        today = sessions.new_york_date(at)
        bars = (
            []
            if symbol is None
            else self.daily(symbol, today - timedelta(days=10), today - timedelta(days=1), at, ticker)
        )
        rows: list[Row] = []
        if bars:
            session = sessions.session(bars[-1].day)
            closes = market_clock.wall(bars[-1].day, time(16)) if session is None else session.closes_at
            rows = [{"T": ticker, **bar_row(ticker, bars[-1]), "t": int(closes.timestamp() * 1000)}]
        return self._document(ticker, rows, len(rows), now)

    def open_close(self, ticker: str, day: str, now: datetime) -> Row:
        """Return one session's opening and closing prices."""
        symbol = symbol_of(ticker)
        wanted = _instant(day).astimezone(sessions.NEW_YORK).date()
        bars = [] if symbol is None else self._view.bars(symbol, wanted, wanted, now)
        if not bars:
            raise not_found("Data not found.")
        bar = bars[0]
        prices = {name: round(getattr(bar, name), 2) for name in ("open", "high", "low", "close")}
        document: Row = {"status": "OK", "from": day, "symbol": ticker, **prices}
        if class_of(ticker) is AssetClass.INDICES:
            return document
        outside = {"afterHours": prices["close"], "preMarket": prices["open"]}
        return {**document, "volume": bar.volume, **outside}

    def _document(self, ticker: str, rows: Sequence[Row], base_bars: int, now: datetime) -> Row:
        document: Row = {"ticker": ticker, "queryCount": base_bars, "resultsCount": len(rows)}
        if class_of(ticker) is not AssetClass.INDICES:
            document["adjusted"] = True
        if rows:
            document["results"] = list(rows)
        document["status"] = self._entitlements.status(class_of(ticker)) if sessions.is_open(now) else "OK"
        if class_of(ticker) is not AssetClass.INDICES:
            document["count"] = len(rows)
        return document


class _OptionBar:
    """A day of a contract: what its mid was at the opening and at the close."""

    def __init__(self, day: date, opened: float, closed: float, volume: int) -> None:
        self.day, self.volume = day, volume
        self.open, self.close = round(opened, 2), round(closed, 2)
        self.high, self.low = max(self.open, self.close), min(self.open, self.close)


def bar_row(ticker: str, bar: DailyBar) -> Row:
    """Return one daily bar; stocks begin at midnight in New York, indices in Chicago, which is Central."""
    zone = CENTRAL if class_of(ticker) is AssetClass.INDICES else sessions.NEW_YORK
    starts = datetime.combine(bar.day, time(0), zone)
    return _row(ticker, [bar.open, bar.high, bar.low, bar.close], starts, bar.volume)


def _row(ticker: str, prices: Sequence[float], starts: datetime, volume: int) -> Row:
    levels = {
        "o": round(prices[0], 4),
        "c": round(prices[-1], 4),
        "h": round(max(prices), 4),
        "l": round(min(prices), 4),
        "t": int(starts.astimezone(UTC).timestamp() * 1000),
    }
    if class_of(ticker) is AssetClass.INDICES:
        return levels
    average = round(sum(prices) / len(prices), 4)
    return {"v": _volume(volume), "vw": average, **levels, "n": volume // 120 + 1}


def _volume(volume: int) -> Any:  # noqa: ANN401
    """Write a large volume as the vendor does: 9.6823977e+07."""
    if volume < _BIG:
        return float(volume)
    digits = str(volume)
    mantissa = f"{digits[0]}.{digits[1:]}".rstrip("0").rstrip(".")
    return spliced(f"{mantissa}e+{len(digits) - 1:02d}")


def _grouped(rows: list[Row], timespan: str, multiplier: int) -> list[Row]:
    if timespan == "day" and multiplier == 1:
        return rows
    groups: dict[Any, list[Row]] = {}
    for index, row in enumerate(rows):
        day = datetime.fromtimestamp(row["t"] / 1000, sessions.NEW_YORK).date()
        key: Any = index // multiplier
        if timespan != "day":
            key = day.isocalendar()[:2] if timespan == "week" else (day.year, day.month)
        groups.setdefault(key, []).append(row)
    return [_merged(group) for group in groups.values()]


def _merged(group: list[Row]) -> Row:
    merged = {
        **group[0],
        "c": group[-1]["c"],
        "h": max(row["h"] for row in group),
        "l": min(row["l"] for row in group),
    }
    if "v" in merged:
        merged["v"] = float(sum(float(str(row["v"]).strip("\x01")) for row in group))
        merged["n"] = sum(row["n"] for row in group)
    return merged


def _instant(text: str, *, ends: bool = False) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise bad_request("Could not parse the time parameter: it must be YYYY-MM-DD or milliseconds.") from None
    return market_clock.wall(day, time(23, 59, 59) if ends else time(0))
