"""The indices snapshot: failures of single tickers sit inside a 200."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from infra.local import market_clock
from infra.local.market_clock import Phase
from infra.local.vendors.faults import QUOTE_FAULTS, Fault, FaultBook, FaultKind, Vendor
from infra.local.vendors.market_view import INDICES, MarketView, traded
from infra.local.vendors.polygon.plans import AssetClass, Entitlements
from shared.domain import sessions

NAMES: Final = {"SPX": "S&P 500", "VIX": "Cboe Volatility Index"}
STATUSES: Final = {
    Phase.OPEN: "open",
    Phase.PREMARKET: "early_trading",
    Phase.POSTMARKET: "late_trading",
    Phase.CLOSED: "closed",
}
NANOSECONDS: Final = 1_000_000_000


def nanoseconds(at: datetime) -> int:
    """Return unix nanoseconds."""
    return int(at.timestamp() * 1_000_000) * 1000


class Indices:
    """Answers for the indices of the market."""

    def __init__(self, view: MarketView, entitlements: Entitlements, faults: FaultBook) -> None:
        """Read this market under these plans."""
        self._view = view
        self._entitlements = entitlements
        self._faults = faults

    def snapshot(self, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """Return the present values of the wanted indices."""
        wanted = query.get("ticker.any_of") or query.get("ticker") or ",".join(f"I:{name}" for name in sorted(INDICES))
        return {"results": [self._row(ticker, now) for ticker in wanted.split(",") if ticker], "status": "OK"}

    def _row(self, ticker: str, now: datetime) -> dict[str, Any]:
        symbol = ticker.removeprefix("I:")
        if symbol not in INDICES or symbol == ticker:
            return _not_found(ticker)
        if not self._entitlements.at_least(AssetClass.INDICES, "starter"):
            return {"ticker": ticker, "error": "NOT_ENTITLED", "message": "Not entitled to this ticker."}
        row = _row(self._view, self._entitlements, symbol, now)
        fault = self._faults.strike(QUOTE_FAULTS, Vendor.POLYGON, symbol=symbol)
        return row if fault is None else _broken(row, fault)


def _not_found(ticker: str) -> dict[str, Any]:
    return {"ticker": ticker, "error": "NOT_FOUND", "message": "Ticker not found."}


def _broken(row: dict[str, Any], fault: Fault) -> dict[str, Any]:
    match fault.kind:
        case FaultKind.QUOTE_MISSING:
            return _not_found(row["ticker"])
        case FaultKind.QUOTE_ZERO:
            return {**row, "value": 0}
        case FaultKind.QUOTE_NAN:
            return {**row, "value": float("nan")}
        case FaultKind.QUOTE_NEGATIVE:
            return {**row, "value": -row["value"]}
        case FaultKind.QUOTE_STALE:
            return {**row, "last_updated": row["last_updated"] - int(fault.seconds(900.0) * NANOSECONDS)}
        case FaultKind.QUOTE_WRONG_SYMBOL:
            return {**row, "ticker": fault.parameters.get("instead", "I:XYZ")}
        case _:
            return row


def _row(view: MarketView, entitlements: Entitlements, symbol: str, now: datetime) -> dict[str, Any]:
    at = traded(now, entitlements.delay(AssetClass.INDICES).total_seconds())
    value = round(view.last(symbol, at), 2)
    bar, before = view.so_far(symbol, at), view.before(symbol, sessions.new_york_date(at))
    change = round(value - before.previous_close, 2)
    return {
        "ticker": f"I:{symbol}",
        "name": NAMES[symbol],
        "type": "indices",
        "market_status": STATUSES[market_clock.phase(now)],
        "value": value,
        "last_updated": nanoseconds(at),
        "timeframe": entitlements.timeframe(AssetClass.INDICES),
        "session": {
            "open": round(bar.open, 2),
            "high": round(bar.high, 2),
            "low": round(bar.low, 2),
            "close": value,
            "previous_close": round(before.previous_close, 2),
            "change": change,
            "change_percent": round(100 * change / before.previous_close, 3),
        },
    }
