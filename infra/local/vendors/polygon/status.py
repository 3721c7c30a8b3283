"""Market status now, and the coming closures: the one vendor table of half days."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from infra.local import market_clock
from infra.local.market_clock import Phase
from shared.domain import sessions

EXCHANGES: Final = ("NYSE", "NASDAQ", "OTC")
HORIZON_DAYS: Final = 365
_WORDS: Final = {
    Phase.OPEN: "open",
    Phase.PREMARKET: "extended-hours",
    Phase.POSTMARKET: "extended-hours",
    Phase.CLOSED: "closed",
}
_SATURDAY: Final = 5


def status_now(now: datetime) -> dict[str, Any]:
    """Return the state of the exchanges."""
    phase = market_clock.phase(now)
    word = _WORDS[phase]
    indices = dict.fromkeys(("s_and_p", "cboe", "nasdaq", "dow_jones"), word)
    return {
        "market": word,
        "earlyHours": phase is Phase.PREMARKET,
        "afterHours": phase is Phase.POSTMARKET,
        "serverTime": now.astimezone(sessions.NEW_YORK).isoformat(timespec="seconds"),
        "exchanges": {"nyse": word, "nasdaq": word, "otc": word},
        "currencies": {"fx": "open", "crypto": "open"},
        "indicesGroups": indices,
    }


def upcoming(now: datetime) -> list[dict[str, Any]]:
    """Return the closed and short weekdays of the coming year, a row per exchange."""
    today = sessions.new_york_date(now)
    rows: list[dict[str, Any]] = []
    for offset in range(HORIZON_DAYS):
        day = today + timedelta(days=offset)
        session = sessions.session(day)
        if session is None and day.weekday() < _SATURDAY:
            row = {"date": day.isoformat(), "name": market_clock.holiday_name(day), "status": "closed"}
        elif session is not None and market_clock.is_early_close(day):
            row = {
                "date": day.isoformat(),
                "name": _eve(day.month),
                "status": "early-close",
                "open": _iso(session.opens_at),
                "close": _iso(session.closes_at),
            }
        else:
            continue
        rows += [{"exchange": exchange, **row} for exchange in EXCHANGES]
    return rows


def _eve(month: int) -> str:
    return {7: "Independence Day", 11: "Thanksgiving"}.get(month, "Christmas")


def _iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
