"""Greeks as Tradier publishes them: hourly, UTC without zone, sometimes null, sometimes absurd."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from infra.local import market_clock
from infra.local.vendors.luck import luck
from infra.local.vendors.market import Quote
from infra.local.vendors.occ import INDEX_OF_ROOT

NULL_ROWS: Final = 158
"""One row in so many has no greeks (two of 316 in a real chain)."""
ABSURD_ROWS: Final = 9
"""One index row in so many shows an absurd surface volatility (36 of 316)."""
BEYOND_ROWS: Final = 23
"""One deep row in so many shows a delta beyond one and a gamma below zero."""
PUBLISHED: Final = timedelta(minutes=59, seconds=41)
_HOUR: Final = timedelta(hours=1)
_DEEP_DELTA: Final = 0.999
_DAYS_PER_YEAR: Final = 365.0
_ABSURD: Final = (-138248470.247, 41.502, -6.77, 812.004, 5.25, -19.4, 9999.0)


def published_at(at: datetime) -> datetime:
    """Return the last hourly publication at a traded instant: near the end of each hour of the session."""
    on_the_hour = at.replace(minute=0, second=0, microsecond=0)
    last = on_the_hour + PUBLISHED
    if last > at:
        last -= _HOUR
    return market_clock.last_traded(last)


def greeks(row: Quote, spot: float, published: datetime, *, anomalies: bool) -> dict[str, Any] | None:
    """Return the greeks block of one row priced at the publication; None where the vendor has none."""
    if anomalies and luck(row.option_symbol, NULL_ROWS) == 0:
        return None
    vega = row.vega or 1e-9
    bid_iv = 0.0 if row.bid <= 0 else max(0.0, row.iv - (row.mid - row.bid) / vega / 100)
    ask_iv = row.iv + (row.ask - row.mid) / vega / 100
    years = max((row.expiration - published.date()).days, 0) / _DAYS_PER_YEAR
    delta, gamma = row.delta, row.gamma
    if anomalies and abs(delta) > _DEEP_DELTA and luck(row.option_symbol, BEYOND_ROWS) == 0:
        delta, gamma = (1.000000000000001 if row.is_call else -1.000000000000001), -1.9e-15
    return {
        "delta": delta,
        "gamma": gamma,
        "theta": row.theta,
        "vega": row.vega,
        "rho": years * (spot * row.delta - row.mid) / 100,
        "phi": -years * spot * row.delta / 100,
        "bid_iv": round(min(bid_iv, 9.0), 6),
        "mid_iv": round(row.iv, 6),
        "ask_iv": round(min(ask_iv, 9.0), 6),
        "smv_vol": _surface(row, anomalies=anomalies),
        "updated_at": f"{published.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
    }


def _surface(row: Quote, *, anomalies: bool) -> float:
    if anomalies and row.root in INDEX_OF_ROOT and luck(row.option_symbol, ABSURD_ROWS) == 0:
        return _ABSURD[luck(row.option_symbol, len(_ABSURD))]
    return round(row.iv, 3)
