"""Rows of /markets/quotes and /markets/options/chains."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from infra.local import market_clock
from infra.local.vendors.luck import luck
from infra.local.vendors.market import Quote
from infra.local.vendors.market_view import INDICES, MarketView
from infra.local.vendors.occ import Contract, contract_of
from shared.domain import sessions

Row = dict[str, Any]
DESCRIPTIONS: Final = {
    "SPY": "SPDR S&P 500",
    "SPX": "S&P 500 Index",
    "VIX": "CBOE Market Volatility Index",
}
EXCHANGES: Final = {"SPY": "P", "SPX": "C", "VIX": "C"}
OPTION_ROOTS: Final = {"SPY": "SPY", "SPX": "SPX,SPXW", "VIX": "VIX"}
OPTION_EXCHANGES: Final = "ZCXNMTUBWPQIHJDE"
HALF_SPREAD: Final = 0.01
"""Half of SPY's usual quoted spread, dollars."""
UNTRADED_ROWS: Final = 4
"""Of rows with little open interest, one in so many never traded."""
_THIN: Final = 50
_MS: Final = 1000
_QUARTER_ENDS: Final = frozenset({3, 6, 9, 12})


def milliseconds(at: datetime) -> int:
    """Return unix milliseconds."""
    return round(at.timestamp() * _MS)


def whole_seconds(at: datetime, age: float) -> int:
    """Return the quote clock: unix milliseconds of a whole second, `age` seconds ago."""
    return int(at.timestamp() - age) * _MS


def underlying_row(view: MarketView, symbol: str, at: datetime, now: datetime, age: float) -> Row:
    """Return the row of a stock, fund or index at a traded instant, `now` being the time of the call."""
    day = sessions.new_york_date(at)
    before = view.before(symbol, day)
    trading = market_clock.phase(at) is market_clock.Phase.OPEN and at == market_clock.last_traded(now)
    last = round(view.last(symbol, at), 2)
    is_index = symbol in INDICES
    session = view.so_far(symbol, at)
    begun = not _waits_for_opening(now)
    change = round(last - before.previous_close, 2)
    quote = _no_quote() if is_index else _two_sided(symbol, last, at, age)
    return {
        "symbol": symbol,
        "description": DESCRIPTIONS[symbol],
        "exch": EXCHANGES[symbol],
        "type": "index" if is_index else "etf",
        "last": last,
        "change": change,
        "volume": 0 if is_index else session.volume,
        "open": round(session.open, 2) if begun else None,
        "high": round(session.high, 2) if begun else None,
        "low": round(session.low, 2) if begun else None,
        "close": last if begun and not trading else None,
        **quote,
        "change_percentage": round(100 * change / before.previous_close, 2),
        "average_volume": 0 if is_index else before.average_volume,
        "last_volume": 0 if is_index else 100 + 100 * luck(f"{symbol}{at}", 9),
        "trade_date": milliseconds(at) - luck(f"{symbol}{at}", 900),
        "prevclose": round(before.previous_close, 2),
        "week_52_high": round(before.year_high, 2),
        "week_52_low": round(before.year_low, 2),
        "root_symbols": OPTION_ROOTS[symbol],
    }


def _waits_for_opening(now: datetime) -> bool:
    day = sessions.new_york_date(now)
    today = sessions.session(day)
    return today is not None and market_clock.wall(day, market_clock.PREMARKET_STARTS) <= now < today.opens_at


def _no_quote() -> Row:
    return {
        "bid": None,
        "ask": None,
        "bidsize": 0,
        "bidexch": None,
        "bid_date": 0,
        "asksize": 0,
        "askexch": None,
        "ask_date": 0,
    }


def _two_sided(symbol: str, last: float, at: datetime, age: float) -> Row:
    quoted = whole_seconds(at, age * luck(f"{symbol}{at}", 100) / 100)
    return {
        "bid": round(last - HALF_SPREAD, 2),
        "ask": round(last + HALF_SPREAD, 2),
        "bidsize": 1 + luck(f"b{at}", 30),
        "bidexch": "P",
        "bid_date": quoted,
        "asksize": 1 + luck(f"a{at}", 30),
        "askexch": "P",
        "ask_date": quoted,
    }


@lru_cache(maxsize=65_536)
def _fixed_part(symbol: str) -> tuple[Row, Row]:
    """Return what never changes of an option row, as it stands before and after the prices."""
    contract = contract_of(symbol)
    if contract is None:
        raise ValueError(f"{symbol} is no option symbol")
    right = "Call" if contract.is_call else "Put"
    day = contract.expiration
    return (
        {
            "symbol": symbol,
            "description": f"{contract.root} {day:%b} {day.day} {day.year} ${contract.strike:.2f} {right}",
            "exch": "C" if contract.is_index else "Z",
            "type": "option",
        },
        {
            "contract_size": 100,
            "expiration_date": day.isoformat(),
            "expiration_type": expiration_type(contract),
            "option_type": right.lower(),
            "root_symbol": contract.root,
        },
    )


def expiration_type(contract: Contract) -> str:
    """Return Tradier's word for the kind of an expiration."""
    return "standard" if contract.settles_in_the_morning else _expiration_type(contract.expiration, contract.is_index)


@lru_cache(maxsize=4096)
def _expiration_type(day: date, is_index: bool) -> str:  # noqa: FBT001
    if is_expiration_of_the_month(day) and not is_index:
        return "standard"
    following = sessions.next_session(day)
    if following.month != day.month and day.month in _QUARTER_ENDS:
        return "quarterlys"
    return "weeklys"


def is_expiration_of_the_month(day: date) -> bool:
    """Tell whether standard options expire on this day: the third Friday, or the session before a closed one."""
    friday = sessions.third_friday(day.year, day.month)
    return day == (friday if sessions.is_session(friday) else sessions.previous_session(friday))


def option_row(quote: Quote, previous_mid: float | None, at: datetime, *, trading: bool, age: float) -> Row:
    """Return the row of a contract at a traded instant; `previous_mid` is its value at the last close."""
    symbol = quote.option_symbol
    chance = luck(symbol, 997)
    first, last_part = _fixed_part(symbol)
    never = quote.open_interest < _THIN and chance % UNTRADED_ROWS == 0
    traded_today = quote.volume > 0 and not never
    last, previous, change = _prints(quote, previous_mid, never=never, today=traded_today)
    quoted = whole_seconds(at, age * chance / 997)
    percentage = None if change is None or not previous else round(100 * change / previous, 2)
    return {
        **first,
        "last": last,
        "change": change,
        "volume": quote.volume if traded_today else 0,
        "open": previous if traded_today else None,
        "high": max(last, previous) if traded_today and last is not None and previous is not None else None,
        "low": min(last, previous) if traded_today and last is not None and previous is not None else None,
        "close": last if traded_today and not trading else None,
        "bid": quote.bid,
        "ask": quote.ask,
        "underlying": quote.underlying,
        "strike": float(quote.strike),
        "change_percentage": percentage,
        "average_volume": 0,
        "last_volume": 0 if never else 1 + chance % 40,
        "trade_date": _last_print(at, chance, never=never, today=traded_today),
        "prevclose": previous,
        "week_52_high": 0.0,
        "week_52_low": 0.0,
        "bidsize": quote.bid_size,
        "bidexch": OPTION_EXCHANGES[chance % 16],
        "bid_date": quoted,
        "asksize": quote.ask_size,
        "askexch": OPTION_EXCHANGES[chance % 13],
        "ask_date": quoted,
        "open_interest": quote.open_interest,
        **last_part,
    }


def _prints(
    quote: Quote, previous_mid: float | None, *, never: bool, today: bool
) -> tuple[float | None, float | None, float | None]:
    """Return the last print, the previous close and the change between them."""
    if never or previous_mid is None:
        return None, None, None
    previous = round(previous_mid, 2)
    last = round(quote.mid, 2) if today else previous
    return last, previous, round(last - previous, 2)


def _last_print(at: datetime, chance: int, *, never: bool, today: bool) -> int:
    if never:
        return 0
    if today:
        return milliseconds(at) - chance
    return milliseconds(at - timedelta(days=1 + chance % 20)) - chance
