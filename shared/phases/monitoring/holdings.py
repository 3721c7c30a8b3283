"""The leg ledger: what we booked against what the broker holds, contract by contract, merged over all spreads."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from shared.domain.config import Fees
from shared.domain.errors import InvalidValueError
from shared.domain.fills import Fill, FillKind, cash_by_leg
from shared.domain.options import CONTRACT_MULTIPLIER, parse_option_symbol
from shared.domain.orders import BrokerOrder, BrokerPosition, Intent, IntentKind, OrderStatus
from shared.domain.package import one_way_fees
from shared.domain.positions import Position, PositionState
from shared.domain.reference import GainLoss
from shared.domain.sessions import end_of_session, new_york_date, session

EXTERNAL = "EXTERNAL"
ORPHAN = "ORPHAN"


class HandClose(NamedTuple):
    """A close that no order of ours made, of all remaining contracts, and where that is known from."""

    fill: Fill
    source: str
    order_id: str | None = None


def booked_legs(positions: Iterable[Position]) -> dict[str, int]:
    """Return the signed contracts by OCC symbol that our book says are held, summed over all positions."""
    total: Counter[str] = Counter()
    for position in positions:
        if position.state.is_held:
            for option_symbol, contracts in position.signed_legs().items():
                total[option_symbol] += contracts
    return dict(total)


def held_legs(rows: Iterable[BrokerPosition]) -> dict[str, int]:
    """Return the signed contracts by symbol that the broker says are held; shares stand under their own symbol."""
    total: Counter[str] = Counter()
    for row in rows:
        total[row.option_symbol] += row.contracts
    return dict(total)


def with_working_orders(held: Mapping[str, int], orders: Iterable[BrokerOrder]) -> dict[str, int]:
    """Return the holdings with what working orders, ours or not, would still add to them."""
    total = Counter(held)
    for order in orders:
        if not order.status.is_final:
            for leg in order.legs:
                total[leg.option_symbol] += leg.side.sign * (order.contracts - leg.filled_contracts)
    return {symbol: contracts for symbol, contracts in total.items() if contracts}


def with_unsent_orders(
    held: Mapping[str, int], intents: Iterable[Intent], orders: Iterable[BrokerOrder]
) -> dict[str, int]:
    """Return the holdings with what intents would add whose orders the broker does not list yet."""
    listed = {order.tag for order in orders}
    total = Counter(held)
    for intent in intents:
        if intent.tag not in listed:
            for leg in intent.order.legs:
                total[leg.option_symbol] += leg.side.sign * intent.order.contracts
    return {symbol: contracts for symbol, contracts in total.items() if contracts}


def netted_against(mine: Intent, others: Iterable[Intent]) -> Intent | None:
    """Return another entry in flight that has a leg of ours on the other side: the broker would merge the two."""
    sides = {leg.option_symbol: leg.side.sign for leg in mine.order.legs}
    return next(
        (
            other
            for other in others
            if other.kind is IntentKind.ENTRY
            and any(sides.get(leg.option_symbol, 0) == -leg.side.sign for leg in other.order.legs)
        ),
        None,
    )


def without_foreign(
    booked: Mapping[str, int], held: Mapping[str, int], foreign: Mapping[str, int], now: datetime
) -> dict[str, int]:
    """Return what is held of ours: somebody else's contracts aside, and what has expired as it is booked."""
    return {
        symbol: booked.get(symbol, 0) if has_expired(symbol, now) else held.get(symbol, 0) - foreign.get(symbol, 0)
        for symbol in {*booked, *held}
    }


def in_flight(intents: Iterable[Intent]) -> dict[str, tuple[int, int]]:
    """Return by OCC symbol the least and the most contracts that orders in flight may have changed."""
    bounds: dict[str, tuple[int, int]] = {}
    for intent in intents:
        for leg in intent.order.legs:
            least, most = bounds.get(leg.option_symbol, (0, 0))
            change = leg.side.sign * intent.order.contracts
            bounds[leg.option_symbol] = (least + min(change, 0), most + max(change, 0))
    return bounds


def unexplained(
    booked: Mapping[str, int], held: Mapping[str, int], flight: Mapping[str, tuple[int, int]], now: datetime
) -> dict[str, int]:
    """Return, by symbol, held less booked where no order in flight explains it; what has expired is left out."""
    found = {}
    for symbol in sorted({*booked, *held}):
        difference = held.get(symbol, 0) - booked.get(symbol, 0)
        least, most = flight.get(symbol, (0, 0))
        if not least <= difference <= most and not has_expired(symbol, now):
            found[symbol] = difference
    return found


def has_expired(symbol: str, now: datetime) -> bool:
    """Tell whether a contract's last session is over, so that the broker may drop it at any time."""
    try:
        expiration = parse_option_symbol(symbol).expiration
    except InvalidValueError:
        return False
    hours = session(expiration)
    return now >= hours.closes_at if hours else new_york_date(now) > expiration


def foreign_legs(orders: Iterable[BrokerOrder], booked: Mapping[str, int]) -> set[str]:
    """Return the symbols that orders not ours opened; closing what we hold is a close by hand, and compared."""
    return {
        leg.option_symbol
        for order in orders
        for leg in order.legs
        if not order.is_ours and (leg.side.is_opening or not booked.get(leg.option_symbol, 0))
    }


def surplus(intent: Intent, booked: Mapping[str, int], held: Mapping[str, int]) -> int:
    """Return how many whole contracts of an intent's order the broker has carried out beyond what is booked."""
    done = [
        (held.get(leg.option_symbol, 0) - booked.get(leg.option_symbol, 0)) * leg.side.sign for leg in intent.order.legs
    ]
    return max(0, min(*done, intent.order.contracts))


def touches(intent: Intent, booked: Mapping[str, int], held: Mapping[str, int]) -> bool:
    """Tell whether any leg of an intent's order differs between book and broker."""
    return any(held.get(leg.option_symbol, 0) != booked.get(leg.option_symbol, 0) for leg in intent.order.legs)


def broken_by(positions: Iterable[Position], symbols: Mapping[str, int]) -> tuple[Position, ...]:
    """Return the positions that have one of these symbols as a leg and that no order of ours is closing."""
    states = (PositionState.OPEN, PositionState.EXIT_PENDING)
    return tuple(
        position
        for position in positions
        if position.state in states and any(leg.option_symbol in symbols for leg in position.legs)
    )


def is_gone(position: Position, differences: Mapping[str, int]) -> bool:
    """Tell whether all of this position is missing at the broker, perhaps among more of the same contracts."""
    return all(
        differences.get(symbol, 0) * contracts < 0 and abs(differences[symbol]) >= abs(contracts)
        for symbol, contracts in position.signed_legs().items()
    )


def without_position(differences: Mapping[str, int], position: Position) -> dict[str, int]:
    """Return the differences that are left once a position is booked as closed."""
    legs = position.signed_legs()
    left = {symbol: count + legs.get(symbol, 0) for symbol, count in differences.items()}
    return {symbol: count for symbol, count in left.items() if count}


def closed_by_order(position: Position, orders: Iterable[BrokerOrder], fees: Fees) -> HandClose | None:
    """Return the close that one filled order, not ours, made of all that is left of a position."""
    wanted = {symbol: -contracts for symbol, contracts in position.signed_legs().items()}
    for order in orders:
        done = {leg.option_symbol: leg.side.sign * leg.filled_contracts for leg in order.legs}
        if order.is_ours or order.status is not OrderStatus.FILLED or done != wanted or order.fill_price is None:
            continue
        cash = order.fill_price * CONTRACT_MULTIPLIER * position.remaining_contracts
        by_leg = cash_by_leg(order.legs, position.remaining_contracts, cash)
        closing = _closing(position, order.updated_at, cash, by_leg, fees)
        return HandClose(closing, f"order {order.order_id} at the broker", order.order_id)
    return None


def closed_by_lots(position: Position, lots: Iterable[GainLoss], fees: Fees, now: datetime) -> HandClose | None:
    """Return the close that the broker's closed lots tell of, every leg with its real price; None if one is missing.

    A long leg brought its lot's proceeds; a short one cost its lot's cost. Lots tell the day and no time: the close
    is dated now, or at the end of that session where it is over.
    """
    since = position.opened_at or position.planned_at
    first = new_york_date(since)
    recent = [lot for lot in lots if lot.opened_on >= first]
    by_leg, latest = dict[str, Decimal](), first
    for symbol, contracts in position.signed_legs().items():
        mine = [lot for lot in recent if lot.symbol == symbol]
        if sum((abs(lot.quantity) for lot in mine), Decimal(0)) != abs(contracts):
            return None
        by_leg[symbol] = sum((lot.proceeds if contracts > 0 else -lot.cost for lot in mine), Decimal(0))
        latest = max([latest, *(lot.closed_on for lot in mine)])
    cash, at = sum(by_leg.values(), Decimal(0)), max(since, end_of_session(latest, now))
    return HandClose(_closing(position, at, cash, by_leg, fees), "the broker's closed lots")


def _closing(position: Position, at: datetime, cash: Decimal, by_leg: dict[str, Decimal] | None, fees: Fees) -> Fill:
    each_way = one_way_fees(position.underlying, len(position.legs), fees)
    contracts = position.remaining_contracts
    return Fill(
        kind=FillKind.BY_HAND, at=at, contracts=contracts, cash=cash, fees=each_way * contracts, leg_cash=by_leg
    )
