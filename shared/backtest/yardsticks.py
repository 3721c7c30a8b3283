"""What others published of option strategies on the S&P 500, and a buy-write rebuilt from the model beside it."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil
from typing import Final, NamedTuple

from shared.backtest.market import MarketModel
from shared.backtest.moment import DIVIDEND_YIELD
from shared.backtest.paths import session_hours
from shared.domain.options import OptionContract, Right
from shared.domain.sessions import is_session, previous_session, third_friday

BXM_YEARS: Final[Mapping[int, float]] = {2014: 5.64, 2015: 5.24, 2016: 7.07, 2017: 13.00, 2018: -4.77}
"""Per cent a year of the Cboe S&P 500 BuyWrite Index (ticker BXM), as Cboe publishes them."""

CNDR_PER_YEAR: Final = 0.79
"""Per cent a year, compounded 2007 to 2026, of the Cboe S&P 500 Iron Condor Index (ticker CNDR)."""
CNDR_DEVIATION: Final = 6.83
"""Per cent a year of standard deviation of the same index."""

STRIKE_STEP: Final = 5
LAST_MOMENT: Final = timedelta(seconds=1)
DAYS_A_YEAR: Final = 365


class _Call(NamedTuple):
    symbol: str
    strike: float
    expiration: date
    mark: float


def buy_write_years(model: MarketModel, first: date) -> dict[int, float]:
    """Return per cent a year of a monthly at-the-money buy-write, after the rules of the BXM.

    On each third Friday the old call is worth its intrinsic value and the nearest strike above the index is sold at
    the middle of the model's quote; dividends accrue at the model's flat yield. The Cboe settles at the opening and
    sells two hours later; here both happen at the close, because the history's opens are often yesterday's closes.
    The first call is sold on the first of these days, and its year is told from there.
    """
    days = model.history.days[model.history.index_of(first) :]
    call, worth, levels = _sold(model, days[0]), 1.0, {}
    for yesterday, day in pairwise(days):
        before, close = (model.official_close("SPX", each) for each in (yesterday, day))
        paid = before * DIVIDEND_YIELD * (day - yesterday).days / DAYS_A_YEAR
        over = day >= call.expiration
        mark = max(close - call.strike, 0.0) if over else _mid(model, call.symbol, day)
        worth *= (close + paid - mark) / (before - call.mark)
        call = _sold(model, day) if over else call._replace(mark=mark)
        levels[day.year] = worth
    years = sorted(levels)
    starts = [1.0, *(levels[year] for year in years[:-1])]
    return {year: 100 * (levels[year] / start - 1) for year, start in zip(years, starts, strict=True)}


def _sold(model: MarketModel, day: date) -> _Call:
    strike = ceil(model.official_close("SPX", day) / STRIKE_STEP) * STRIKE_STEP
    expiration = _next_expiration(day)
    symbol = OptionContract("SPXW", expiration, Right.CALL, Decimal(strike)).option_symbol
    return _Call(symbol, float(strike), expiration, _mid(model, symbol, day))


def _mid(model: MarketModel, symbol: str, day: date) -> float:
    quoted = model.held_quote(symbol, session_hours(day).closes_at - LAST_MOMENT)
    return 0.0 if quoted is None else quoted.mid


def _next_expiration(day: date) -> date:
    """Return the first standard expiration after a day, on the session before where the Friday is closed."""
    year, month = day.year, day.month
    while True:
        friday = third_friday(year, month)
        expiration = friday if is_session(friday) else previous_session(friday)
        if expiration > day:
            return expiration
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
