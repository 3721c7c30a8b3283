"""Contracts, chains and the legs of every structure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from shared.domain.options import Leg, LegSide, OptionContract, OptionQuote, Right
from shared.domain.vocabulary import Strategy
from tests.builders.scene import EXPIRATION, NOON, seconds

SPOT = Decimal(400)
STRIKES_EACH_SIDE = 24


def contract(
    strike: object, right: Right = Right.PUT, root: str = "SPY", expiration: date = EXPIRATION
) -> OptionContract:
    return OptionContract(root, expiration, right, Decimal(str(strike)))


def option_quote(
    of: OptionContract,
    bid: object | None,
    ask: object | None,
    delta: float | None = None,
    age: float | None = 2,
) -> OptionQuote:
    return OptionQuote(
        contract=of,
        bid=None if bid is None else Decimal(str(bid)),
        ask=None if ask is None else Decimal(str(ask)),
        as_of=None if age is None else NOON - seconds(age),
        delta=delta,
    )


def chain(root: str = "SPY", expiration: date = EXPIRATION, age: float = 2) -> tuple[OptionQuote, ...]:
    """Puts below and calls above the spot: delta .50 at the money, .02 less each strike; mid 8.00, .25 less each.

    SPY has a strike each dollar and quotes 4 cents wide; SPX is ten times as dear, a strike each 5 dollars, 20 cents
    wide.
    """
    index = root != "SPY"
    spot, step = (Decimal(4000), 5) if index else (SPOT, 1)
    scale, half = (10, Decimal("0.10")) if index else (1, Decimal("0.02"))
    rows = []
    for away in range(STRIKES_EACH_SIDE + 1):
        mid = (8 - Decimal("0.25") * away) * scale
        delta = 0.5 - away / 50
        for right, sign in ((Right.PUT, -1), (Right.CALL, 1)):
            strike = spot + sign * away * step
            row = contract(strike, right, root, expiration)
            rows.append(option_quote(row, mid - half, mid + half, round(sign * delta, 2), age))
    return tuple(rows)


def by_symbol(rows: Iterable[OptionQuote]) -> dict[str, OptionQuote]:
    return {row.option_symbol: row for row in rows}


def short(strike: object, right: Right = Right.PUT, root: str = "SPY", expiration: date = EXPIRATION) -> Leg:
    return Leg.of(contract(strike, right, root, expiration), LegSide.SHORT)


def long(strike: object, right: Right = Right.PUT, root: str = "SPY", expiration: date = EXPIRATION) -> Leg:
    return Leg.of(contract(strike, right, root, expiration), LegSide.LONG)


def legs_of(strategy: Strategy, expiration: date = EXPIRATION) -> tuple[Leg, ...]:
    """The legs of a structure on SPY, every side 5 wide."""
    put, call = Right.PUT, Right.CALL
    legs = {
        Strategy.BULL_PUT_SPREAD: (short(390, put), long(385, put)),
        Strategy.BEAR_CALL_SPREAD: (short(410, call), long(415, call)),
        Strategy.IRON_CONDOR: (short(390, put), short(410, call), long(385, put), long(415, call)),
        Strategy.CASH_SECURED_PUT: (short(390, put),),
        Strategy.LONG_CALL: (long(400, call),),
        Strategy.LONG_PUT: (long(400, put),),
        Strategy.BULL_CALL_SPREAD: (short(405, call), long(400, call)),
        Strategy.BEAR_PUT_SPREAD: (short(395, put), long(400, put)),
    }[strategy]
    return tuple(
        Leg.of(OptionContract(leg.contract.root, expiration, leg.contract.right, leg.contract.strike), leg.side)
        for leg in legs
    )
