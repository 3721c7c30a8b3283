"""The market as a vendor may show it: nothing of the future, frozen out of hours, each moment priced once."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

from infra.local import market_clock
from infra.local.vendors.market import DailyBar, Exposure, Market, Quote
from shared.domain import sessions

VIX: Final = "VIX"
SPX: Final = "SPX"
INDICES: Final = frozenset({VIX, SPX})
UNDERLYINGS: Final = ("SPY", "SPX")
"""What options are listed on."""
SYMBOLS: Final = (*UNDERLYINGS, VIX)

YEAR: Final = timedelta(days=365)
AVERAGE_VOLUME_DAYS: Final = 90
_CACHED: Final = 512
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """What was known of a symbol before a day began."""

    previous_day: date
    previous_close: float
    average_volume: int
    year_high: float
    year_low: float


class MarketView:
    """Reads of the market, kept by moment; not to be shared between markets."""

    def __init__(self, market: Market) -> None:
        """Look at this market."""
        self._market = market
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._bars: dict[str, dict[date, DailyBar | None]] = {}

    def last(self, symbol: str, at: datetime) -> float:
        """Return the level of an underlying or of the VIX at a traded instant."""
        return self._market.vix(at) if symbol == VIX else self._market.spot(symbol, at)

    def chain(self, underlying: str, expiration: date, at: datetime) -> Sequence[Quote]:
        """Return the rows of one expiration; none where it is not listed."""
        return self.keep(("chain", underlying, expiration, at), lambda: self._listed_chain(underlying, expiration, at))

    def _listed_chain(self, underlying: str, expiration: date, at: datetime) -> Sequence[Quote]:
        if expiration not in self.expirations(underlying, sessions.new_york_date(at)):
            return ()
        return tuple(self._market.chain(underlying, expiration, at))

    def expirations(self, underlying: str, on: date) -> Sequence[date]:
        """Return the listed expirations of a day, ascending."""
        if underlying not in UNDERLYINGS:
            return ()
        return self.keep(("expirations", underlying, on), lambda: tuple(self._market.expirations(underlying, on)))

    def option(self, symbol: str, at: datetime) -> Quote | None:
        """Return the quote of one contract, None where it is not listed."""
        return self.keep(("option", symbol, at), lambda: self._market.option_quote(symbol, at))

    def exposure(self, underlying: str, at: datetime) -> Exposure:
        """Return the gamma exposure of all listed expirations."""
        return self.keep(("exposure", underlying, at), lambda: self._market.gamma_curve(underlying, at))

    def bars(self, symbol: str, start: date, end: date, at: datetime) -> Sequence[DailyBar]:
        """Return the finished sessions from start to end that `at` can know."""
        last = sessions.new_york_date(at)
        today = sessions.session(last)
        if today is None or at < today.closes_at:
            last = sessions.previous_session(last)
        return self._finished(symbol, start, min(end, last))

    def _finished(self, symbol: str, start: date, end: date) -> Sequence[DailyBar]:
        """Return finished sessions, each asked of the market once."""
        known = self._bars.setdefault(symbol, {})
        days = sessions.sessions_between(start, end)
        missing = [day for day in days if day not in known]
        if missing:
            found = {bar.day: bar for bar in self._market.daily_bars(symbol, missing[0], missing[-1])}
            known.update({day: found.get(day) for day in missing})
        return [bar for day in days if (bar := known[day]) is not None]

    def official_close(self, underlying: str, day: date) -> float:
        """Return the official closing level of a finished session."""
        return self._market.official_close(underlying, day)

    def official_open(self, underlying: str, day: date) -> float:
        """Return the opening level of a finished session, at which morning contracts settle."""
        return self._finished(underlying, day, day)[0].open

    def before(self, symbol: str, day: date) -> DayStatistics:
        """Return what was known before this session."""
        return self.keep(("before", symbol, day), lambda: self._before(symbol, day))

    def _before(self, symbol: str, day: date) -> DayStatistics:
        bars = self._finished(symbol, day - YEAR, day - timedelta(days=1))
        last = bars[-1]
        recent = bars[-AVERAGE_VOLUME_DAYS:]
        return DayStatistics(
            last.day,
            last.close,
            sum(bar.volume for bar in recent) // len(recent),
            max(bar.high for bar in bars),
            min(bar.low for bar in bars),
        )

    def so_far(self, symbol: str, at: datetime) -> DailyBar:
        """Return the session of a traded instant, up to that instant."""
        return self.keep(("so_far", symbol, at), lambda: self._market.session_bar(symbol, at))

    def keep(self, key: tuple[Any, ...], make: Callable[[], _Made]) -> _Made:
        """Return what was made for this key, made now if it was not."""
        if key in self._kept:
            known: _Made = self._kept[key]
            return known
        made = self._kept[key] = make()
        if len(self._kept) > _CACHED:
            self._kept.popitem(last=False)
        return made


def traded(at: datetime, lag_seconds: float = 0.0) -> datetime:
    """Return the instant whose prices a feed with this lag shows at `at`."""
    return market_clock.last_traded(at - timedelta(seconds=lag_seconds))
