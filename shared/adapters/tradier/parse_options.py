"""Tradier's option rows made into quotes: the hot path, so fields are read in place and paths made only for errors."""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from shared.adapters.documents import MOST_DIGITS, Document, Record
from shared.adapters.tradier.envelope import TRADIER, outer_of
from shared.adapters.vendor_times import from_milliseconds, from_utc_text
from shared.domain.errors import FeedUnavailableError, InvalidValueError, MalformedReplyError
from shared.domain.options import OptionQuote, parse_option_symbol

_log: Final = logging.getLogger(__name__)
OPTION: Final = "option"
ABSURD_IV: Final = 5.0
LARGEST_DELTA: Final = 1.0001
"""The vendor's rounding goes a hair beyond one."""
_NOTHING: Final[tuple[object, ...]] = (None, "null", "")
_NEVER: Final[tuple[object, ...]] = (None, 0, "null", "", "0", "0.0")


class _UnreadableError(Exception):
    def __init__(self, name: str, value: object) -> None:
        super().__init__(name)
        self.name = name
        self.value = value


def parse_option_quotes(rows: "tuple[Record, ...]") -> dict[str, OptionQuote]:
    """Return the quotes of option contracts by OCC symbol; anything else is left out.

    A contract whose row cannot be read has no quote; it takes none from the others.
    """
    quotes = {}
    for row in rows:
        if row.raw("type") != OPTION:
            continue
        try:
            quote = _read(row.values, row.path, 0)
        except MalformedReplyError as problem:
            _log.warning("a contract has no quote: %s", problem)
            continue
        if quote is not None:
            quotes[quote.option_symbol] = quote
    return quotes


def parse_chain(document: Document, underlying: str, expiration: date) -> tuple[OptionQuote, ...]:
    """Return every contract of one expiration, every root.

    Raises:
        FeedUnavailableError: there is no such chain.
        MalformedReplyError: a row cannot be read, or is of another underlying or day.
    """
    wrapper = outer_of(document, "options")
    rows = wrapper.raw(OPTION) if wrapper is not None else None
    if rows in _NOTHING or rows in ({}, []):
        raise FeedUnavailableError(f"{TRADIER}: no option chain of {underlying} for {expiration}")
    quotes = []
    for place, row in enumerate(rows if isinstance(rows, list) else [rows]):
        quote = _read(row, "options.option", place)
        if quote is None:
            continue
        contract = quote.contract
        if contract.expiration != expiration or contract.underlying != underlying:
            raise MalformedReplyError(TRADIER, f"options.option[{place}].symbol", quote.option_symbol)
        quotes.append(quote)
    return tuple(quotes)


def _read(row: Any, path: str, place: int) -> OptionQuote | None:  # noqa: ANN401
    """Read one contract; None where it is not a standard one (adjusted roots carry digits)."""
    if not isinstance(row, dict):
        raise MalformedReplyError(TRADIER, f"{path}[{place}]", row)
    try:
        symbol = row.get("symbol")
        if type(symbol) is not str:
            raise _UnreadableError("symbol", symbol)
        contract = parse_option_symbol(symbol)
        bid, ask = row.get("bid"), row.get("ask")
        interest = row.get("open_interest")
        greeks = row.get("greeks")
        iv, delta, updated = (None, None, None) if greeks in _NOTHING else _greeks(greeks)
        return OptionQuote(
            contract,
            None if bid in _NOTHING else _number("bid", bid),
            None if ask in _NOTHING else _number("ask", ask),
            _newer(row),
            interest if type(interest) is int and interest >= 0 else _interest(interest),
            iv,
            delta,
            updated,
        )
    except InvalidValueError:
        return None
    except _UnreadableError as error:
        raise MalformedReplyError(TRADIER, f"{path}[{place}].{error.name}", error.value) from error


def _number(name: str, value: object) -> Decimal:
    if type(value) is float or type(value) is int or type(value) is str:
        try:
            number = Decimal(repr(value) if type(value) is float else value)
            if number.is_finite() and number.adjusted() < MOST_DIGITS:
                return number
        except InvalidOperation:
            pass
    raise _UnreadableError(name, value)


def _interest(value: object) -> int:
    """Read open interest; nothing said is none known, which weighs nothing in the exposure."""
    if value in _NOTHING:
        return 0
    number = _number("open_interest", value)
    if number < 0:
        raise _UnreadableError("open_interest", value)
    return int(number)


def _newer(row: Mapping[str, Any]) -> datetime | None:
    """Return the newer of the two quote clocks; the trade clock says nothing of a quote."""
    bid, ask = row.get("bid_date"), row.get("ask_date")
    if type(bid) is int and type(ask) is int:
        newer = max(bid, ask)
        return _moment("bid_date", newer) if newer else None
    times = [_moment(name, value) for name, value in (("bid_date", bid), ("ask_date", ask)) if value not in _NEVER]
    return max(times, default=None)


def _moment(name: str, value: object) -> datetime:
    try:
        return from_milliseconds(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _UnreadableError(name, value) from error


def _greeks(greeks: Any) -> tuple[float | None, float | None, datetime | None]:  # noqa: ANN401
    """Return volatility, delta and their time; a figure that is missing or absurd is None."""
    if not isinstance(greeks, dict):
        raise _UnreadableError("greeks", greeks)
    iv = _figure("mid_iv", greeks.get("mid_iv"))
    if iv is None or not 0.0 < iv < ABSURD_IV:
        iv = _figure("smv_vol", greeks.get("smv_vol"))
        if iv is not None and not 0.0 < iv < ABSURD_IV:
            iv = None
    delta = _figure("delta", greeks.get("delta"))
    if delta is not None:
        delta = max(-1.0, min(1.0, delta)) if -LARGEST_DELTA < delta < LARGEST_DELTA else None
    updated = greeks.get("updated_at")
    if updated in _NOTHING:
        return iv, delta, None
    try:
        return iv, delta, from_utc_text(updated)
    except (TypeError, ValueError) as error:
        raise _UnreadableError("greeks.updated_at", updated) from error


def _figure(name: str, value: object) -> float | None:
    if value is None or type(value) is float:
        return value
    if type(value) is str or type(value) is int:
        try:
            return float(value)
        except (ValueError, OverflowError) as error:
            raise _UnreadableError(f"greeks.{name}", value) from error
    raise _UnreadableError(f"greeks.{name}", value)
