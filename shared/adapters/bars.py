"""A daily bar as any vendor gives it: checked once, in one place."""

from collections.abc import Iterable
from datetime import date

from shared.adapters.documents import Record
from shared.domain.market import DailyBar


def daily_bar(row: Record, day: date, names: tuple[str, str, str, str]) -> DailyBar:
    """Read a bar from the fields that hold open, high, low and close.

    Raises:
        MalformedReplyError: a price is missing or not above zero, or the close lies outside the day's range.
    """
    opening, high, low, close = (row.number(name) for name in names)
    for name, price in zip(names, (opening, high, low, close), strict=True):
        if price <= 0:
            raise row.malformed(name)
    if not low <= close <= high:
        raise row.malformed(names[3])
    return DailyBar(day=day, open=opening, high=high, low=low, close=close)


def ascending(bars: Iterable[DailyBar]) -> tuple[DailyBar, ...]:
    """Return one bar a day, oldest first; of two for a day the later one in the answer counts."""
    by_day = {bar.day: bar for bar in bars}
    return tuple(by_day[day] for day in sorted(by_day))
