"""The indices snapshot: failures of single tickers sit inside a 200."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from infra.local import market_clock
from infra.local.market_clock import Phase
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


def indices_snapshot(
    view: MarketView, entitlements: Entitlements, query: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Return the present values of the wanted indices."""
    wanted = query.get("ticker.any_of") or query.get("ticker") or ",".join(f"I:{name}" for name in sorted(INDICES))
    rows = [_row(view, entitlements, ticker, now) for ticker in wanted.split(",") if ticker]
    return {"results": rows, "status": "OK"}


def _row(view: MarketView, entitlements: Entitlements, ticker: str, now: datetime) -> dict[str, Any]:
    symbol = ticker.removeprefix("I:")
    if symbol not in INDICES or symbol == ticker:
        return {"ticker": ticker, "error": "NOT_FOUND", "message": "Ticker not found."}
    if not entitlements.at_least(AssetClass.INDICES, "starter"):
        return {"ticker": ticker, "error": "NOT_ENTITLED", "message": "Not entitled to this ticker."}
    at = traded(now, entitlements.delay(AssetClass.INDICES).total_seconds())
    value = round(view.last(symbol, at), 2)
    bar, before = view.so_far(symbol, at), view.before(symbol, sessions.new_york_date(at))
    change = round(value - before.previous_close, 2)
    return {
        "ticker": ticker,
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
