"""Polygon's answers made into our values."""

from datetime import date
from typing import Final

from shared.adapters.bars import ascending, daily_bar
from shared.adapters.documents import Document, Record, parsing
from shared.adapters.polygon.replies import POLYGON, checked, refuse_ticker
from shared.adapters.vendor_times import from_iso, from_milliseconds, from_nanoseconds, trading_day
from shared.domain.errors import FeedUnavailableError, InvalidValueError, MalformedReplyError
from shared.domain.market import BrokerClock, DailyBar, Reading
from shared.domain.options import OptionQuote, parse_option_symbol
from shared.domain.reference import Holiday, IndicatorPoint
from shared.domain.vocabulary import Source

INDEX_PREFIX: Final = "I:"
ABSURD_IV: Final = 5.0


def parse_index(document: Document, ticker: str) -> Reading:
    """Return the value of an index with the vendor's time.

    Raises:
        NotEntitledError: the plan does not include this index; the refusal stands inside a 200.
        FeedUnavailableError: there is no such index in the answer.
    """
    for row in checked(document).rows("results"):
        if row.raw("ticker") == ticker:
            refuse_ticker(row)
            with parsing(POLYGON, row.path):
                return Reading(
                    value=row.number("value"),
                    as_of=row.moment("last_updated", from_nanoseconds),
                    source=Source.POLYGON,
                )
    raise FeedUnavailableError(f"{POLYGON}: no value of {ticker}")


def parse_last_trade(document: Document) -> Reading:
    """Return the price of the last trade with its time."""
    trade = checked(document).record("results")
    with parsing(POLYGON, trade.path):
        return Reading(value=trade.number("p"), as_of=trade.moment("t", from_nanoseconds), source=Source.POLYGON)


def parse_bars(document: Document, ticker: str) -> tuple[tuple[DailyBar, ...], str | None]:
    """Return the bars of one page, ascending (none where the answer has no results), and the next page's address."""
    page = checked(document)
    is_index = ticker.startswith(INDEX_PREFIX)
    bars = (
        daily_bar(row, trading_day(row.moment("t", from_milliseconds), is_index=is_index), ("o", "h", "l", "c"))
        for row in page.rows("results")
    )
    return ascending(bars), next_of(page)


def next_of(page: Record) -> str | None:
    """Return the address of the next page."""
    return page.text("next_url") if page.has("next_url") else None


def parse_chain_page(
    document: Document, underlying: str, expiration: date
) -> tuple[tuple[OptionQuote, ...], str | None]:
    """Return the contracts of one page of a chain and the next page's address."""
    page = checked(document)
    quotes = (_option_quote(row, underlying, expiration) for row in page.rows("results"))
    return tuple(quote for quote in quotes if quote is not None), next_of(page)


def _option_quote(row: Record, underlying: str, expiration: date) -> OptionQuote | None:
    """Read one contract; quote and greeks are absent by plan, and greeks deep in the money."""
    ticker = row.record("details").text("ticker")
    try:
        contract = parse_option_symbol(ticker)
    except InvalidValueError:
        return None
    if contract.expiration != expiration or contract.underlying != underlying:
        raise MalformedReplyError(POLYGON, f"{row.path}.details.ticker", ticker)
    quote, greeks = row.optional_record("last_quote"), row.optional_record("greeks")
    as_of = quote.optional_moment("last_updated", from_nanoseconds) if quote else None
    interest = row.optional_number("open_interest")
    if interest is not None and interest < 0:
        raise row.malformed("open_interest")
    return OptionQuote(
        contract,
        quote.optional_number("bid") if quote else None,
        quote.optional_number("ask") if quote else None,
        as_of,
        int(interest or 0),
        _within(row, "implied_volatility", 0.0, ABSURD_IV),
        _within(greeks, "delta", -1.0001, 1.0001) if greeks else None,
        as_of,
    )


def _within(record: Record, name: str, low: float, high: float) -> float | None:
    number = record.optional_number(name)
    return float(number) if number is not None and low < number < high else None


def parse_expirations(document: Document) -> set[date]:
    """Return the expirations of one page of listed contracts."""
    return {row.day("expiration_date") for row in checked(document).rows("results")}


def parse_market_status(document: Document) -> BrokerClock:
    """Return the vendor's time and whether the regular session runs."""
    status = Record.of(POLYGON, "", document)
    return BrokerClock(now=status.moment("serverTime", from_iso), is_open=status.text("market") == "open")


def parse_holidays(document: Document) -> tuple[Holiday, ...]:
    """Return the coming closures and early closes, a row an exchange."""
    if not isinstance(document, list):
        raise MalformedReplyError(POLYGON, "", document)
    return tuple(_holiday(Record.of(POLYGON, f"[{place}]", row)) for place, row in enumerate(document))


def _holiday(row: Record) -> Holiday:
    early = row.text("status") == "early-close"
    return Holiday(
        day=row.day("date"),
        exchange=row.text("exchange"),
        name=row.text("name"),
        closes_at=row.moment("close", from_iso) if early else None,
    )


def parse_indicator(document: Document) -> tuple[IndicatorPoint, ...]:
    """Return the values of an indicator, newest first as the vendor gives them."""
    results = checked(document).optional_record("results")
    rows = results.rows("values") if results is not None else ()
    return tuple(_point(row) for row in rows)


def _point(row: Record) -> IndicatorPoint:
    with parsing(POLYGON, row.path):
        return IndicatorPoint(
            at=row.moment("timestamp", from_milliseconds),
            value=row.number("value"),
            signal=row.optional_number("signal"),
            histogram=row.optional_number("histogram"),
        )
