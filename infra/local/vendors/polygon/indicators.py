"""Technical indicators over daily closes: SMA, RSI (Wilder) and MACD; newest first."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from infra.local.vendors.polygon.aggregates import Aggregates, bar_row, symbol_of
from infra.local.vendors.polygon.errors import bad_request
from infra.local.vendors.polygon.pages import INDICATOR_LIMITS, page
from infra.local.vendors.polygon.plans import Entitlements, class_of
from shared.domain import sessions

Row = dict[str, Any]
DEFAULT_WINDOWS: Final = {"sma": 50, "ema": 50, "rsi": 14}
MACD_WINDOWS: Final = {"short_window": 12, "long_window": 26, "signal_window": 9}
_DAYS_KNOWN: Final = 800


class Indicators:
    """Computed from the same bars as the aggregates."""

    def __init__(self, aggregates: Aggregates, entitlements: Entitlements) -> None:
        """Compute from these bars."""
        self._aggregates = aggregates
        self._entitlements = entitlements

    def answer(self, name: str, ticker: str, query: Mapping[str, str], now: datetime, host: str) -> Row:
        """Return the newest values of an indicator."""
        if query.get("timespan", "day") != "day":
            raise bad_request("only timespan=day is simulated")
        at = now - self._entitlements.delay(class_of(ticker))
        today = sessions.new_york_date(at)
        symbol = symbol_of(ticker)
        start = today - timedelta(days=_DAYS_KNOWN)
        bars = [] if symbol is None else self._aggregates.daily(symbol, start, today, at, ticker)
        rows = [bar_row(ticker, bar) for bar in bars]
        values = _values(name, [row["c"] for row in rows], query)
        stamped = [{"timestamp": row["t"], **value} for row, value in zip(rows, values, strict=True) if value]
        if query.get("order", "desc") == "desc":
            stamped.reverse()
        underlying: Row = {
            "url": f"{host}/v2/aggs/ticker/{ticker}/range/1/day/{start}/{today}?limit={len(rows)}&sort=desc"
        }
        if query.get("expand_underlying") == "true":
            underlying["aggregates"] = rows[::-1]
        here, following = page(stamped, query, INDICATOR_LIMITS, f"{host}/v1/indicators/{name}/{ticker}")
        document: Row = {"results": {"underlying": underlying, "values": here}, "status": "OK"}
        return document if following is None else {**document, "next_url": following}


def _values(name: str, closes: Sequence[float], query: Mapping[str, str]) -> list[Row | None]:
    if name == "macd":
        windows = {key: _whole(query, key, default) for key, default in MACD_WINDOWS.items()}
        return _macd(closes, **windows)
    formula: Callable[[Sequence[float], int], list[float | None]] = {"sma": _sma, "ema": _ema, "rsi": _rsi}[name]
    found = formula(closes, _whole(query, "window", DEFAULT_WINDOWS[name]))
    return [None if value is None else {"value": value} for value in found]


def _sma(closes: Sequence[float], window: int) -> list[float | None]:
    return [
        None if index + 1 < window else sum(closes[index + 1 - window : index + 1]) / window
        for index in range(len(closes))
    ]


def _ema(closes: Sequence[float], window: int) -> list[float | None]:
    weight, value = 2 / (window + 1), 0.0
    found: list[float | None] = []
    for index, close in enumerate(closes):
        if index + 1 < window:
            found.append(None)
            continue
        value = sum(closes[:window]) / window if index + 1 == window else value + weight * (close - value)
        found.append(value)
    return found


def _rsi(closes: Sequence[float], window: int) -> list[float | None]:
    gain = loss = 0.0
    found: list[float | None] = [None] * min(len(closes), window)
    changes = [later - earlier for earlier, later in pairwise(closes)]
    for index, change in enumerate(changes, start=1):
        up, down = max(change, 0.0), max(-change, 0.0)
        if index <= window:
            gain, loss = gain + up / window, loss + down / window
        else:
            gain, loss = (gain * (window - 1) + up) / window, (loss * (window - 1) + down) / window
        if index >= window:
            found.append(100.0 if loss == 0 else 100 - 100 / (1 + gain / loss))
    return found


def _macd(closes: Sequence[float], short_window: int, long_window: int, signal_window: int) -> list[Row | None]:
    short, long = _ema(closes, short_window), _ema(closes, long_window)
    lines = [fast - slow for fast, slow in zip(short, long, strict=True) if fast is not None and slow is not None]
    signals = _ema(lines, signal_window)
    rows: list[Row | None] = [
        None if signal is None else {"value": line, "signal": signal, "histogram": line - signal}
        for line, signal in zip(lines, signals, strict=True)
    ]
    return [None] * (len(closes) - len(rows)) + rows


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise bad_request(f"'{name}' must be a positive whole number")
    return int(text)
