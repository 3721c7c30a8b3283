"""Which quotes may price an order or fire a target or stop: fresh by the vendor's own time, and not absurdly wide."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from shared.domain.config import Freshness
from shared.domain.market import age_seconds
from shared.domain.options import OptionQuote
from shared.domain.positions import Position, width_of
from shared.domain.sessions import new_york_date, session
from shared.domain.vocabulary import TradingMode
from shared.phases.monitoring.pnl import mark_of, pnl_fraction, possible_quote, stop_fraction

UNVALUED_AFTER = timedelta(minutes=3)
"""So long into a session and so long without a fresh quote, a position counts as unwatched."""


def _newest(position: Position, quotes: Mapping[str, OptionQuote]) -> datetime | None:
    """Return the vendor's newest time of a leg: one that did not change keeps its old time."""
    times = [quote.as_of for leg in position.legs if (quote := quotes.get(leg.option_symbol)) and quote.as_of]
    return max(times, default=None)


def fresh_quotes(
    position: Position, quotes: Mapping[str, OptionQuote], limits: Freshness, now: datetime
) -> Mapping[str, OptionQuote]:
    """Return the quotes, or none where the newest leg is older than a quote that prices an order may be.

    The limit is ``order_quote``; a sandbox position, whose quotes are late by nature, has ``sandbox_quote``.
    """
    is_late = position.mode is TradingMode.SANDBOX
    limit = max(limits.order_quote, limits.sandbox_quote) if is_late else limits.order_quote
    newest = _newest(position, quotes)
    return quotes if newest is not None and age_seconds(newest, now) <= limit else {}


def firm_mark(position: Position, quotes: Mapping[str, OptionQuote], max_spread: Decimal) -> Decimal | None:
    """Return the mark where it may fire a target or stop; None while the structure's quotes are too wide to say.

    Too wide is a package spread above ``max_spread`` of the width, of the premium or the mark where there is none.
    """
    return marks(position, quotes, max_spread)[1]


def marks(
    position: Position, quotes: Mapping[str, OptionQuote], max_spread: Decimal
) -> tuple[Decimal | None, Decimal | None]:
    """Return the mark, and the same once more where it is firm: read from the quotes once."""
    package = possible_quote(position, quotes)
    if package is None:
        return None, None
    measure = width_of(position.legs) or max(position.entry_price, package.mid)
    return package.mid, package.mid if package.spread <= max_spread * measure else None


def is_unwatched(position: Position, quotes: Mapping[str, OptionQuote], now: datetime) -> bool:
    """Tell whether a position that cannot be valued is so long enough to be told, the first minutes apart."""
    if not _is_settled_down(now):
        return False
    newest = _newest(position, quotes)
    return newest is None or mark_of(position, quotes) is None or now - newest >= UNVALUED_AFTER


def is_stop_held_back(position: Position, mark: Decimal | None, now: datetime) -> bool:
    """Tell whether a mark that is not firm lies beyond the stop, which it may not fire; the first minutes apart."""
    if mark is None or not _is_settled_down(now):
        return False
    return pnl_fraction(position, mark) <= -stop_fraction(position)


def _is_settled_down(now: datetime) -> bool:
    """Tell whether the session has run so long that quotes ought to be sound."""
    hours = session(new_york_date(now))
    return hours is not None and now - hours.opens_at >= UNVALUED_AFTER
