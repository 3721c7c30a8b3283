"""Tradier's market data made into our values."""

from datetime import date
from typing import Final

from shared.adapters.bars import ascending, daily_bar
from shared.adapters.documents import Document, Record, parsing
from shared.adapters.tradier.envelope import TRADIER, outer_of, rows_of
from shared.adapters.tradier.parse_options import OPTION
from shared.adapters.vendor_times import from_milliseconds, from_new_york, from_seconds
from shared.domain.errors import FeedUnavailableError
from shared.domain.market import BrokerClock, DailyBar, Quote
from shared.domain.sessions import Session
from shared.domain.vocabulary import Source

INDEX: Final = "index"
OPEN: Final = "open"
_NOTHING: Final = (None, "null", "")


def parse_quotes(document: Document, source: Source = Source.TRADIER) -> dict[str, Quote]:
    """Return the quotes of stocks, funds and indices by symbol; options are left out."""
    rows = rows_of(document, "quotes", "quote")
    return {row.text("symbol"): _quote(row, source) for row in rows if row.raw("type") != OPTION}


def _quote(row: Record, source: Source) -> Quote:
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
            source=source,
        )


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
