"""May a short leg stay overnight? Shares settle SPY: an early exercise or expiration would deliver them."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from shared.domain.dividends import ex_dividend_dates
from shared.domain.options import Leg, Right
from shared.domain.package import INDEX_UNDERLYINGS, short_legs
from shared.domain.positions import Position
from shared.domain.sessions import next_session


def at_risk_of_assignment(
    position: Position,
    today: date,
    spot: Callable[[str], Decimal | None],
    given: Mapping[str, tuple[date, ...]],
) -> bool:
    """Tell whether a position must be closed today, because no short leg may be held into the next session.

    A short leg settled in shares never goes into its expiration day, nor over an ex-dividend date while it is in
    the money. ``spot`` is asked only where it matters; without a price nothing is in the money. ``given`` are
    ex-dividend dates of the user.
    """
    shorts = short_legs(position.legs)
    if not shorts or position.underlying in INDEX_UNDERLYINGS:
        return False
    following = next_session(today)
    if position.expiration <= following:
        return True
    if not any(
        today < day <= following
        for year in {today.year, following.year}
        for day in ex_dividend_dates(position.underlying, year, given)
    ):
        return False
    price = spot(position.underlying)
    return price is not None and any(_is_in_the_money(leg, price) for leg in shorts)


def _is_in_the_money(leg: Leg, price: Decimal) -> bool:
    contract = leg.contract
    return price > contract.strike if contract.right is Right.CALL else price < contract.strike
