"""Tradier's market data made into our values."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from shared.adapters.bars import ascending, daily_bar
from shared.adapters.documents import Document, Record, number_of, parsing
from shared.adapters.tradier.envelope import TRADIER, outer_of, rows_of
from shared.adapters.vendor_times import from_milliseconds, from_new_york, from_seconds, from_utc_text
from shared.domain.errors import FeedUnavailableError, InvalidValueError, MalformedReplyError
from shared.domain.market import BrokerClock, DailyBar, Quote
from shared.domain.options import OptionQuote, parse_option_symbol
from shared.domain.sessions import Session
from shared.domain.vocabulary import Source

INDEX: Final = "index"
OPTION: Final = "option"
OPEN: Final = "open"
ABSURD_IV: Final = 5.0
LARGEST_DELTA: Final = 1.0001
"""The vendor's rounding goes a hair beyond one."""
_NOTHING: Final = (None, "null", "")


def parse_quotes(document: Document) -> dict[str, Quote]:
    """Return the quotes of stocks, funds and indices by symbol; options are left out."""
    rows = rows_of(document, "quotes", "quote")
    return {row.text("symbol"): _quote(row) for row in rows if row.raw("type") != OPTION}


def _quote(row: Record) -> Quote:
    is_index = row.raw("type") == INDEX
    bid = None if is_index else row.optional_number("bid")
    ask = None if is_index else row.optional_number("ask")
    quoted = [row.optional_moment(name, from_milliseconds) for name in ("bid_date", "ask_date")]
    is_sound = bid is not None and ask is not None and 0 < bid <= ask
    times = [moment for moment in quoted if moment is not None] if is_sound else []
    with parsing(TRADIER, row.path):
        return Quote(
            symbol=row.text("symbol"),
            last=row.optional_number("last"),
            bid=bid,
            ask=ask,
            as_of=max(times) if times else row.optional_moment("trade_date", from_milliseconds),
            source=Source.TRADIER,
        )


def parse_option_quotes(document: Document) -> dict[str, OptionQuote]:
    """Return the quotes of option contracts by OCC symbol; anything else is left out."""
    rows = rows_of(document, "quotes", "quote")
    quotes = (_option_quote(row.values, row.path) for row in rows if row.raw("type") == OPTION)
    return {quote.option_symbol: quote for quote in quotes if quote is not None}


def parse_chain(document: Document, underlying: str, expiration: date) -> tuple[OptionQuote, ...]:
    """Return every contract of one expiration, every root.

    Raises:
        FeedUnavailableError: there is no such chain.
        MalformedReplyError: a row cannot be read, or is of another underlying or day.
    """
    wrapper = outer_of(document, "options")
    rows = wrapper.rows("option") if wrapper is not None else ()
    if not rows:
        raise FeedUnavailableError(f"{TRADIER}: no option chain of {underlying} for {expiration}")
    quotes = []
    for row in rows:
        quote = _option_quote(row.values, row.path)
        if quote is None:
            continue
        if quote.contract.expiration != expiration or quote.contract.underlying != underlying:
            raise MalformedReplyError(TRADIER, f"{row.path}.symbol", quote.option_symbol)
        quotes.append(quote)
    return tuple(quotes)


def _option_quote(row: Mapping[str, Any], path: str) -> OptionQuote | None:
    """Read one contract; None where it is not a standard one (adjusted roots carry digits)."""
    symbol = row.get("symbol")
    if not isinstance(symbol, str):
        raise MalformedReplyError(TRADIER, f"{path}.symbol", symbol)
    try:
        contract = parse_option_symbol(symbol)
    except InvalidValueError:
        return None
    greeks = row.get("greeks")
    iv, delta, updated = _greeks(greeks, path) if isinstance(greeks, dict) else (None, None, None)
    interest = row.get("open_interest")
    return OptionQuote(
        contract,
        _price(row, "bid", path),
        _price(row, "ask", path),
        _newer(row, path),
        interest if type(interest) is int and interest > 0 else _contracts(interest, path),
        iv,
        delta,
        updated,
    )


def _price(row: Mapping[str, Any], name: str, path: str) -> Decimal | None:
    value = row.get(name)
    return None if value in _NOTHING else number_of(TRADIER, f"{path}.{name}", value)


def _contracts(value: object, path: str) -> int:
    """Read open interest; nothing said is none known, which weighs nothing in the exposure."""
    if value in _NOTHING or value == 0:
        return 0
    number = number_of(TRADIER, f"{path}.open_interest", value)
    if number < 0:
        raise MalformedReplyError(TRADIER, f"{path}.open_interest", value)
    return int(number)


def _newer(row: Mapping[str, Any], path: str) -> datetime | None:
    """Return the newer of the two quote clocks; the trade clock says nothing of a quote."""
    bid, ask = row.get("bid_date"), row.get("ask_date")
    if type(bid) is int and type(ask) is int:
        newer = max(bid, ask)
        if newer == 0:
            return None
        name, value = ("bid_date" if newer == bid else "ask_date"), newer
        return Record(TRADIER, path, {name: value}).moment(name, from_milliseconds)
    record = Record(TRADIER, path, row)
    times = [record.optional_moment(name, from_milliseconds) for name in ("bid_date", "ask_date")]
    return max((moment for moment in times if moment is not None), default=None)


def _greeks(greeks: Mapping[str, Any], path: str) -> tuple[float | None, float | None, datetime | None]:
    record = Record(TRADIER, f"{path}.greeks", greeks)
    iv = _within(record, "mid_iv", 0.0, ABSURD_IV)
    if iv is None:
        iv = _within(record, "smv_vol", 0.0, ABSURD_IV)
    delta = _within(record, "delta", -LARGEST_DELTA, LARGEST_DELTA)
    if delta is not None:
        delta = max(-1.0, min(1.0, delta))
    return iv, delta, record.optional_moment("updated_at", from_utc_text)


def _within(record: Record, name: str, low: float, high: float) -> float | None:
    """Return a figure that can be true, None where it is missing or absurd."""
    value = record.raw(name)
    if value in _NOTHING:
        return None
    if type(value) is not str and type(value) is not int:
        raise record.malformed(name)
    try:
        figure = float(value)
    except (ValueError, OverflowError) as error:
        raise record.malformed(name) from error
    return figure if low < figure < high else None


def parse_expirations(document: Document) -> tuple[date, ...]:
    """Return the listed expirations, ascending: from dates or from objects. Raises FeedUnavailableError if none."""
    wrapper = outer_of(document, "expirations")
    days: set[date] = set()
    if wrapper is not None:
        days = {row.day("date") for row in wrapper.rows("expiration")} | _dates(wrapper)
    if not days:
        raise FeedUnavailableError(f"{TRADIER}: no expirations are listed")
    return tuple(sorted(days))


def _dates(wrapper: Record) -> set[date]:
    value = wrapper.raw("date")
    if value in _NOTHING or value == {}:
        return set()
    texts = value if isinstance(value, list) else [value]
    named = Record(TRADIER, f"{wrapper.path}.date", {str(place): text for place, text in enumerate(texts)})
    return {named.day(name) for name in named.values}


def parse_clock(document: Document) -> BrokerClock:
    """Return the broker's time and whether the regular session runs."""
    clock = Record.of(TRADIER, "", document).record("clock")
    return BrokerClock(now=clock.moment("timestamp", from_seconds), is_open=clock.text("state") == OPEN)


def parse_calendar(document: Document) -> tuple[Session, ...]:
    """Return the days of a month on which the market opens, with the hours of the regular session."""
    calendar = outer_of(document, "calendar")
    days = calendar.optional_record("days") if calendar is not None else None
    rows = days.rows("day") if days is not None else ()
    return tuple(_session(row) for row in rows if row.text("status") == OPEN)


def _session(row: Record) -> Session:
    day, hours = row.day("date"), row.record(OPEN)
    return Session(
        day=day,
        opens_at=hours.moment("start", lambda wall: from_new_york(day, wall)),
        closes_at=hours.moment("end", lambda wall: from_new_york(day, wall)),
    )


def parse_daily_bars(document: Document) -> tuple[DailyBar, ...]:
    """Return daily bars, ascending. Raises FeedUnavailableError where there are none."""
    rows = rows_of(document, "history", "day")
    if not rows:
        raise FeedUnavailableError(f"{TRADIER}: no daily history")
    return ascending(daily_bar(row, row.day("date"), ("open", "high", "low", "close")) for row in rows)
