"""Rows of /markets/quotes and /markets/options/chains."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from infra.local import market_clock
from infra.local.vendors.luck import luck
from infra.local.vendors.market import Quote
from infra.local.vendors.market_view import INDICES, MarketView
from infra.local.vendors.occ import Contract, contract_of
from infra.local.vendors.wire import compact_json
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
LOST_BID_ROWS: Final = 41
"""The sandbox loses the bid of one row in so many."""
_THIN: Final = 50
_CENT: Final = 0.01
_MS: Final = 1000
_DAY_MS: Final = 86_400_000
_NOT_TODAY: Final = '"open":null,"high":null,"low":null,"close":null'
_NO_PRINTS: Final = f'"last":null,"change":null,{_NOT_TODAY},"change_percentage":null,"prevclose":null'
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
    trading = market_clock.phase(now) is market_clock.Phase.OPEN
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
def _fixed_part(symbol: str) -> str:
    """Return what never changes of an option row, as JSON without braces."""
    contract = contract_of(symbol)
    if contract is None:
        raise ValueError(f"{symbol} is no option symbol")
    right = "Call" if contract.is_call else "Put"
    day = contract.expiration
    fixed = {
        "symbol": symbol,
        "description": f"{contract.root} {day:%b} {day.day} {day.year} ${contract.strike:.2f} {right}",
        "exch": "C" if contract.is_index else "Z",
        "type": "option",
        "underlying": contract.underlying,
        "strike": contract.strike,
        "average_volume": 0,
        "week_52_high": 0.0,
        "week_52_low": 0.0,
        "bidexch": OPTION_EXCHANGES[luck(symbol, 16)],
        "askexch": OPTION_EXCHANGES[luck(symbol, 13)],
        "contract_size": 100,
        "expiration_date": day.isoformat(),
        "expiration_type": expiration_type(contract),
        "option_type": right.lower(),
        "root_symbol": contract.root,
    }
    return compact_json(fixed)[1:-1]


def expiration_type(contract: Contract) -> str:
    """Return Tradier's word for the kind of an expiration."""
    return "standard" if contract.settles_in_the_morning else _expiration_type(contract.expiration, contract.is_index)


@lru_cache(maxsize=4096)
def _expiration_type(day: date, is_index: bool) -> str:
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


class OptionRows:
    """Renders the rows of one expiration at one traded instant."""

    def __init__(
        self, at: datetime, previous_mids: Mapping[str, float], *, trading: bool, age: float, lost_bids: bool
    ) -> None:
        """Quote at this instant.

        `previous_mids` are values at the last close, `age` the oldest quote's seconds; with `lost_bids` some rows show
        a bid of zero though there is one, as the sandbox does.
        """
        self._lost_bids = lost_bids
        self._previous = previous_mids
        self._trading = trading
        self._age = age
        self._seconds = at.timestamp()
        self._printed = milliseconds(at)

    def render(self, quote: Quote, greeks: str | None) -> str:
        """Return one row as JSON; `greeks` is its block as JSON, None where it was not asked for."""
        symbol = quote.option_symbol
        chance = luck(symbol, 997)
        never = quote.open_interest < _THIN and chance % UNTRADED_ROWS == 0
        today = quote.volume > 0 and not never
        quoted = int(self._seconds - self._age * chance / 997) * _MS
        bid = 0.0 if self._lost_bids and chance % LOST_BID_ROWS == 0 else quote.bid
        tail = "" if greeks is None else f',"greeks":{greeks}'
        return (
            f"{{{_fixed_part(symbol)},{self._prints(quote, never=never, today=today)},"
            f'"volume":{quote.volume if today else 0},"bid":{bid!r},"ask":{quote.ask!r},'
            f'"last_volume":{0 if never else 1 + chance % 40},'
            f'"trade_date":{0 if never else self._last_print(chance, today=today)},'
            f'"bidsize":{quote.bid_size},"bid_date":{quoted},"asksize":{quote.ask_size},"ask_date":{quoted},'
            f'"open_interest":{quote.open_interest}{tail}}}'
        )

    def _prints(self, quote: Quote, *, never: bool, today: bool) -> str:
        """Return the last print, the previous close and what lies between."""
        previous = self._previous.get(quote.option_symbol)
        if never or previous is None or previous < _CENT:
            return _NO_PRINTS
        previous = round(previous, 2)
        if not today:
            return f'"last":{previous!r},"change":0.0,{_NOT_TODAY},"change_percentage":0.0,"prevclose":{previous!r}'
        last = round(max(quote.mid, _CENT), 2)
        change = round(last - previous, 2)
        return (
            f'"last":{last!r},"change":{change!r},"open":{previous!r},"high":{max(last, previous)!r},'
            f'"low":{min(last, previous)!r},"close":{"null" if self._trading else repr(last)},'
            f'"change_percentage":{round(100 * change / previous, 2)!r},"prevclose":{previous!r}'
        )

    def _last_print(self, chance: int, *, today: bool) -> int:
        return self._printed - chance - (0 if today else (1 + chance % 20) * _DAY_MS)
