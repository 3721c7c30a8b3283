"""Greeks as Tradier publishes them: hourly, UTC without zone, sometimes null, sometimes absurd."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from infra.local import market_clock
from infra.local.vendors.luck import luck
from infra.local.vendors.market import Quote
from infra.local.vendors.occ import INDEX_OF_ROOT
from infra.local.vendors.wire import java_exponents

NULL_ROWS: Final = 158
"""One row in so many has no greeks (two of 316 in a real chain)."""
ABSURD_ROWS: Final = 9
"""One index row in so many shows an absurd surface volatility (36 of 316)."""
BEYOND_ROWS: Final = 23
"""One deep row in so many shows a delta beyond one and a gamma below zero."""
PUBLISHED: Final = timedelta(minutes=59, seconds=41)
_HOUR: Final = timedelta(hours=1)
_DEEP_DELTA: Final = 0.999
_BEYOND_DELTA: Final = 1.000000000000001
_BEYOND_GAMMA: Final = -1.9e-15
_NO_VEGA: Final = 1e-9
HIGHEST_IV: Final = 5.26
"""Where a quote has no volatility the vendor prints some large one."""
_DAYS_PER_YEAR: Final = 365.0
_ABSURD: Final = (-138248470.247, 41.502, -6.77, 812.004, 5.25, -19.4, 9999.0)


def published_at(at: datetime) -> datetime:
    """Return the last hourly publication at a traded instant: near the end of each hour of the session."""
    on_the_hour = at.replace(minute=0, second=0, microsecond=0)
    last = on_the_hour + PUBLISHED
    if last > at:
        last -= _HOUR
    return market_clock.last_traded(last)


class GreeksBlock:
    """Renders the greeks of one expiration at one publication."""

    def __init__(self, spot: float, expiration: date, published: datetime, *, anomalies: bool) -> None:
        """Publish at this instant and this level of the underlying."""
        self._spot = spot
        self._years = max((expiration - published.date()).days, 0) / _DAYS_PER_YEAR
        self._published = f"{published.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        self._anomalies = anomalies

    def render(self, row: Quote) -> str:
        """Return the block of one row as JSON; null where the vendor has none."""
        symbol, delta, gamma = row.option_symbol, row.delta, row.gamma
        if self._anomalies:
            if luck(symbol, NULL_ROWS) == 0:
                return "null"
            if abs(delta) > _DEEP_DELTA and luck(symbol, BEYOND_ROWS) == 0:
                delta, gamma = (_BEYOND_DELTA if row.is_call else -_BEYOND_DELTA), _BEYOND_GAMMA
        vega = (row.vega or _NO_VEGA) * 100
        bid_iv = 0.0 if row.bid <= 0 else max(0.0, row.iv - (row.mid - row.bid) / vega)
        ask_iv = min(row.iv + (row.ask - row.mid) / vega, HIGHEST_IV)
        years = self._years / 100
        carried = self._spot * row.delta
        return java_exponents(
            f'{{"delta":{delta!r},"gamma":{gamma!r},"theta":{row.theta!r},"vega":{row.vega!r},'
            f'"rho":{years * (carried - row.mid)!r},"phi":{-years * carried!r},"bid_iv":{round(bid_iv, 6)!r},'
            f'"mid_iv":{round(row.iv, 6)!r},"ask_iv":{round(ask_iv, 6)!r},'
            f'"smv_vol":{_surface(row, anomalies=self._anomalies)!r},"updated_at":"{self._published}"}}'
        )


def _surface(row: Quote, *, anomalies: bool) -> float:
    if anomalies and row.root in INDEX_OF_ROOT and luck(row.option_symbol, ABSURD_ROWS) == 0:
        return _ABSURD[luck(row.option_symbol, len(_ABSURD))]
    return round(row.iv, 3)
