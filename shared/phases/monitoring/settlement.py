"""What expiration makes of a position: its intrinsic value at the official close."""

from datetime import datetime
from decimal import Decimal

from shared.domain.options import CONTRACT_MULTIPLIER
from shared.domain.package import intrinsic_value
from shared.domain.positions import Position
from shared.domain.sessions import new_york_date, session


def is_settled_by(position: Position, now: datetime) -> bool:
    """Tell whether the last session of a position is over, so that it is settled and no longer traded."""
    hours = session(position.expiration)
    return now >= hours.closes_at if hours else new_york_date(now) > position.expiration


def settlement_cash(position: Position, official_close: Decimal) -> Decimal:
    """Return the cash that settlement brings, in dollars, negative when it costs, for all remaining contracts."""
    worth = intrinsic_value(position.strategy, position.legs, official_close)
    by_cash = -worth if position.strategy.is_credit else worth
    return by_cash * CONTRACT_MULTIPLIER * position.remaining_contracts
