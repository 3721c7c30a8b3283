"""One moment of the market: spot, VIX and the smile of any expiration, worked out once and kept."""

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from math import exp, log
from typing import Final, NamedTuple

from shared.backtest.paths import Clocked
from shared.backtest.surface import CALENDAR_DAYS_PER_YEAR, TRADING_DAYS_PER_YEAR, Smile, Term
from shared.domain.sessions import sessions_between

RATE: Final = 0.01
"""Flat: Treasury bills yielded 0.0 to 2.4 % in 2014-2018, and a point moves a 45-day forward by 0.1 %."""
DIVIDEND_YIELD: Final = 0.018
"""Flat: the index yielded 1.8 to 2.1 % a year in 2014-2018."""

FEWEST_CALENDAR_DAYS: Final = 1
SHORTEST_TRADING_YEARS: Final = 1 / (TRADING_DAYS_PER_YEAR * 23_400)
"""One second of a session: at its last close an option is worth its intrinsic value."""


class Forward(NamedTuple):
    """What pricing needs of one expiration at one moment; years are calendar days / 365, at least one day."""

    smile: Smile
    trading_years: float
    years: float
    log_forward: float
    carry: float
    discount: float


class Moment:
    """The market at one instant for one underlying."""

    __slots__ = ("_forwards", "_log_spot", "_session_day", "clock", "spot", "term", "vix")

    def __init__(self, clock: Clocked, session_day: date, spot: float, vix: float, term: Term) -> None:
        """Take where the clock stands, the session that runs or ran last, and what the market shows."""
        self.clock = clock
        self.spot = spot
        self.vix = vix
        self.term = term
        self._log_spot = log(spot)
        self._session_day = session_day
        self._forwards: dict[date, Forward] = {}

    def forward(self, expiration: date) -> Forward:
        """Return the smile, forward and discounting of an expiration that is not over."""
        known = self._forwards.get(expiration)
        if known is None:
            known = self._forwards[expiration] = self._forward(expiration)
        return known

    def is_over(self, expiration: date) -> bool:
        """Tell whether the last close of an expiration has passed."""
        today = self.clock.today
        return expiration < today or (expiration == today and self.clock.is_closed)

    def _forward(self, expiration: date) -> Forward:
        days = max((expiration - self.clock.today).days, FEWEST_CALENDAR_DAYS)
        years = days / CALENDAR_DAYS_PER_YEAR
        sessions = sessions_after(self._session_day, expiration) + self.clock.left
        trading_years = max(sessions / TRADING_DAYS_PER_YEAR, SHORTEST_TRADING_YEARS)
        return Forward(
            smile=self.term.smile(trading_years, years),
            trading_years=trading_years,
            years=years,
            log_forward=self._log_spot + (RATE - DIVIDEND_YIELD) * years,
            carry=exp(-DIVIDEND_YIELD * years),
            discount=exp(-RATE * years),
        )


@lru_cache(maxsize=65_536)
def sessions_after(day: date, expiration: date) -> int:
    """Return the number of sessions after a day up to and including an expiration, which is not before it."""
    years = sum(len(_sessions_of(year)) for year in range(day.year, expiration.year))
    return years + bisect_right(_sessions_of(expiration.year), expiration) - bisect_right(_sessions_of(day.year), day)


@lru_cache(maxsize=256)
def _sessions_of(year: int) -> tuple[date, ...]:
    return sessions_between(date(year, 1, 1), date(year, 12, 31))
