"""What expiration makes of a position: its intrinsic value at the official close."""

from datetime import datetime
from decimal import Decimal

from shared.domain.fills import Fill, FillKind
from shared.domain.options import CONTRACT_MULTIPLIER
from shared.domain.package import leg_worth
from shared.domain.positions import Position
from shared.domain.sessions import end_of_session, new_york_date, session


def is_settled_by(position: Position, now: datetime) -> bool:
    """Tell whether the last session of a position is over, so that it is settled and no longer traded."""
    hours = session(position.expiration)
    return now >= hours.closes_at if hours else new_york_date(now) > position.expiration


def settlement_fill(position: Position, official_close: Decimal, at: datetime) -> Fill:
    """Return what settlement brings of all remaining contracts, leg by leg, without a fee; negative where it costs.

    It is dated by the end of the last session, however late its close is known.
    """
    contracts = position.remaining_contracts
    by_leg = {
        leg.option_symbol: leg.sign * leg_worth(leg, official_close) * CONTRACT_MULTIPLIER * contracts
        for leg in position.legs
    }
    return Fill(
        kind=FillKind.SETTLEMENT,
        at=end_of_session(position.expiration, at),
        contracts=contracts,
        cash=sum(by_leg.values(), Decimal(0)),
        fees=Decimal(0),
        leg_cash=by_leg,
    )
