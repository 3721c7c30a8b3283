"""Is this the last half hour in which a position that must be closed can be?"""

from datetime import datetime, timedelta
from typing import Final

from shared.domain.package import INDEX_UNDERLYINGS, short_legs
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import new_york_date, next_session, session
from shared.domain.vocabulary import ExitReason

LAST_CALL: Final = timedelta(minutes=30)
"""Before the close: time for a person to look, and to close by hand."""
UNDER_WAY_FOR: Final = timedelta(minutes=2)
"""So long an exit may take without being told: its walk has crossed the market by then."""
UNDER_WAY: Final = frozenset({PositionState.EXIT_PENDING, PositionState.CLOSING})


def is_delivered(position: Position) -> bool:
    """Tell whether expiration or an early exercise makes shares of a position, and not cash."""
    return position.underlying not in INDEX_UNDERLYINGS


def last_call(position: Position, now: datetime) -> datetime | None:
    """Return the close before which an exit under way has its last chance, in its last half hour; None otherwise.

    That is the close of the expiration day, and for what is settled in shares also the close before a short leg
    would be held into that day or over an ex-dividend date.
    """
    today = new_york_date(now)
    hours = session(today)
    if hours is None or not hours.closes_at - LAST_CALL <= now < hours.closes_at:
        return None
    since = position.exit_pending_since
    if position.state not in UNDER_WAY or since is None or now - since < UNDER_WAY_FOR:
        return None
    if position.expiration == today or position.exit_reason is ExitReason.ASSIGNMENT_RISK:
        return hours.closes_at
    is_short = is_delivered(position) and bool(short_legs(position.legs))
    return hours.closes_at if is_short and position.expiration <= next_session(today) else None
