"""Tradier's daily history and intraday time sales."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from infra.local import market_clock
from infra.local.vendors.luck import luck
from infra.local.vendors.market_view import INDICES, SYMBOLS
from infra.local.vendors.occ import contract_of
from infra.local.vendors.tradier.envelope import Document, Envelope
from infra.local.vendors.tradier.errors import invalid
from infra.local.vendors.tradier.quotes import QuoteDesk
from shared.domain import sessions

INTERVALS: Final = {"tick": 1, "1min": 1, "5min": 5, "15min": 15}
"""Minutes of a row; a tick is shown as its minute."""
REACH_DAYS: Final = {
    ("tick", "all"): 5,
    ("tick", "open"): 5,
    ("1min", "all"): 10,
    ("1min", "open"): 20,
    ("5min", "all"): 18,
    ("5min", "open"): 40,
    ("15min", "all"): 18,
    ("15min", "open"): 40,
}
DEFAULT_DAYS: Final = 365
_POINTS_A_BAR: Final = 4


class History:
    """Answers from the market's past."""

    def __init__(self, desk: QuoteDesk, envelope: Envelope) -> None:
        """Read this desk's market."""
        self._desk = desk
        self._envelope = envelope

    def daily(self, given: Mapping[str, str], now: datetime) -> Document:
        """Return daily, weekly or monthly bars of a stock, an index or an option."""
        symbol, interval = given.get("symbol", ""), given.get("interval", "daily")
        if interval not in ("daily", "weekly", "monthly"):
            raise invalid("interval", "must be one of daily, weekly, monthly")
        end = _day(given, "end", sessions.new_york_date(now))
        start = _day(given, "start", end - timedelta(days=DEFAULT_DAYS))
        rows = self._days(symbol, start, end, now)
        return self._envelope.rows("history", "history", "day", _grouped(rows, interval))

    def _days(self, symbol: str, start: date, end: date, now: datetime) -> list[Document]:
        if symbol in SYMBOLS:
            bars = self._desk.view.bars(symbol, start, end, self._desk.shown(now))
            return [
                {
                    "date": bar.day.isoformat(),
                    "open": round(bar.open, 2),
                    "high": round(bar.high, 2),
                    "low": round(bar.low, 2),
                    "close": round(bar.close, 2),
                    "volume": 0 if symbol in INDICES else bar.volume,
                }
                for bar in bars
            ]
        return list(self._option_days(symbol, start, end, now))

    def _option_days(self, symbol: str, start: date, end: date, now: datetime) -> Iterator[Document]:
        contract = contract_of(symbol)
        if contract is None:
            return
        for day in sessions.sessions_between(start, min(end, contract.expiration)):
            session = sessions.session(day)
            if session is None or session.closes_at > now:
                return
            first, last = (self._desk.view.option(symbol, at) for at in (session.opens_at, session.closes_at))
            if first is None or last is None:
                continue
            opened, closed = round(first.mid, 2), round(last.mid, 2)
            yield {
                "date": day.isoformat(),
                "open": opened,
                "high": max(opened, closed),
                "low": min(opened, closed),
                "close": closed,
                "volume": last.volume,
            }

    def timesales(self, given: Mapping[str, str], now: datetime) -> Document:
        """Return intraday bars; a bare date as start reaches through yesterday only."""
        symbol, interval = given.get("symbol", ""), given.get("interval", "tick")
        if interval not in INTERVALS:
            raise invalid("interval", f"must be one of {', '.join(INTERVALS)}")
        at = self._desk.shown(now)
        start, end = _span(given, now)
        earliest = now - timedelta(days=REACH_DAYS[interval, given.get("session_filter", "all")])
        if start < earliest:
            raise invalid("start", f"must be on or after {earliest.astimezone(sessions.NEW_YORK):%Y-%m-%d} 00:00:00")
        step = timedelta(minutes=INTERVALS[interval])
        rows = [] if symbol not in SYMBOLS else [
            self._bar(symbol, moment, step) for moment in _moments(start, min(end, at), step)
        ]  # fmt: skip
        return self._envelope.rows("series", "series", "data", rows)

    def _bar(self, symbol: str, at: datetime, step: timedelta) -> Document:
        prices = [
            round(self._desk.level_at(symbol, at + step * part / _POINTS_A_BAR), 2) for part in range(_POINTS_A_BAR + 1)
        ]
        low, high = min(prices), max(prices)
        return {
            "time": f"{at.astimezone(sessions.NEW_YORK):%Y-%m-%dT%H:%M:%S}",
            "timestamp": int(at.timestamp()),
            "price": (low + high) / 2,
            "open": prices[0],
            "high": high,
            "low": low,
            "close": prices[-1],
            "volume": 0 if symbol in INDICES else 100_000 + luck(f"{symbol}{at}", 400_000),
            "vwap": round(sum(prices) / len(prices), 5),
        }


def _moments(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    for day in sessions.sessions_between(sessions.new_york_date(start), sessions.new_york_date(end)):
        session = sessions.session(day)
        moment = None if session is None else session.opens_at
        while session is not None and moment is not None and moment < min(session.closes_at, end):
            if moment >= start:
                yield moment
            moment += step


def _span(given: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    today = sessions.new_york_date(now)
    start, bare = _moment(given, "start", market_clock.wall(today, time(0, 0)))
    end, _ = _moment(given, "end", now)
    if bare:
        end = min(end, market_clock.wall(today, time(0, 0)))
    return start, end


def _moment(given: Mapping[str, str], name: str, default: datetime) -> tuple[datetime, bool]:
    text = given.get(name, "")
    if not text:
        return default, False
    for shape, bare in (("%Y-%m-%d %H:%M", False), ("%Y-%m-%d", True)):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=sessions.NEW_YORK), bare
        except ValueError:
            continue
    raise invalid(name, "must be in the format YYYY-MM-DD HH:MM")


def _day(given: Mapping[str, str], name: str, default: date) -> date:
    if not given.get(name):
        return default
    try:
        return date.fromisoformat(given[name])
    except ValueError:
        raise invalid(name, "must be a date in the format YYYY-MM-DD") from None


def _grouped(rows: list[Document], interval: str) -> list[Document]:
    if interval == "daily":
        return rows
    groups: dict[Any, list[Document]] = {}
    for row in rows:
        day = date.fromisoformat(row["date"])
        key = day.isocalendar()[:2] if interval == "weekly" else (day.year, day.month)
        groups.setdefault(key, []).append(row)
    return [
        {
            "date": group[0]["date"],
            "open": group[0]["open"],
            "high": max(row["high"] for row in group),
            "low": min(row["low"] for row in group),
            "close": group[-1]["close"],
            "volume": sum(row["volume"] for row in group),
        }
        for group in groups.values()
    ]
