"""Tradier's clock and calendar: New York wall times without zone."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

from infra.local import market_clock
from infra.local.market_clock import Phase
from infra.local.vendors.tradier.errors import invalid
from shared.domain import sessions

_CLOSED: Final = "Market is closed"
_DESCRIPTIONS: Final = {
    Phase.CLOSED: "Market is closed.",
    Phase.PREMARKET: "Market is in pre-market.",
    Phase.OPEN: "Market is open from {opens} to {closes}.",
    Phase.POSTMARKET: "Market is in post-market.",
}


def clock(now: datetime) -> dict[str, Any]:
    """Return the state of the market; `timestamp` is unix seconds, `next_change` has no date."""
    day = sessions.new_york_date(now)
    state = market_clock.phase(now)
    changes_at, following = market_clock.next_change(now)
    today = sessions.session(day)
    hours = {} if today is None else {"opens": _wall(today.opens_at), "closes": _wall(today.closes_at)}
    return {
        "clock": {
            "date": day.isoformat(),
            "description": _DESCRIPTIONS[state].format(**hours),
            "next_change": _wall(changes_at),
            "next_state": following.value,
            "state": state.value,
            "timestamp": int(now.timestamp()),
        }
    }


def calendar(given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return the days of a month, this one unless told otherwise."""
    today = sessions.new_york_date(now)
    month, year = (
        _number(given, "month", today.month, range(1, 13)),
        _number(given, "year", today.year, range(2000, 2100)),
    )
    days = [_day(date(year, month, number)) for number in range(1, monthrange(year, month)[1] + 1)]
    return {"calendar": {"month": month, "year": year, "days": {"day": days}}}


def _day(day: date) -> dict[str, Any]:
    session = sessions.session(day)
    if session is None:
        name = market_clock.holiday_name(day)
        return {
            "date": day.isoformat(),
            "status": "closed",
            "description": f"{_CLOSED} for {name}" if name else _CLOSED,
        }
    early = market_clock.is_early_close(day)
    return {
        "date": day.isoformat(),
        "status": "open",
        "description": "Market is open (early close)" if early else "Market is open",
        "premarket": _hours(market_clock.PREMARKET_STARTS, market_clock.PREMARKET_ENDS),
        "open": {"start": _wall(session.opens_at), "end": _wall(session.closes_at)},
        "postmarket": {"start": _wall(session.closes_at), "end": f"{market_clock.POSTMARKET_ENDS:%H:%M}"},
    }


def _hours(start: time, end: time) -> dict[str, str]:
    return {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}


def _wall(at: datetime) -> str:
    return f"{at.astimezone(sessions.NEW_YORK):%H:%M}"


def _number(given: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    if name not in given:
        return default
    if not given[name].isdigit() or int(given[name]) not in allowed:
        raise invalid(name, f"must be between {allowed.start} and {allowed.stop - 1}")
    return int(given[name])
