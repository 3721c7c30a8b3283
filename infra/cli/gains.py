"""Realized gains in the columns of a tax form: a row for each leg of each closing, in the year of that closing."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple

from shared.domain.fills import Fill, FillKind
from shared.domain.options import LegSide, parse_option_symbol
from shared.domain.package import INDEX_UNDERLYINGS
from shared.domain.positions import ClosedTrade, Position, premium_dollars
from shared.domain.sessions import new_york_date
from shared.domain.values import to_cents
from shared.domain.vocabulary import ExitReason, TradingMode

LONG_TERM_SHARE: Final = Decimal("0.60")
"""Of a section 1256 contract's gain, however long it was held: 26 U.S.C. 1256(a)(3)."""
FORM_1256: Final = "6781"
FORM_OTHER: Final = "8949"


class Ending(StrEnum):
    """How contracts went."""

    BOUGHT_BACK = "bought back"
    SOLD = "sold"
    EXPIRED = "expired"
    SETTLED = "settled in cash"
    ASSIGNED = "assigned"
    EXERCISED = "exercised"
    BY_HAND = "closed by hand"


class Disposal(NamedTuple):
    """Contracts of one leg, or of a whole structure where a leg's price is not known, from taking on to giving up.

    ``taken`` and ``given`` are dollars before fees, positive when they came in; ``gain`` is after fees, in whole cents.
    """

    option_symbols: tuple[str, ...]
    is_short: bool
    contracts: int
    opened_at: datetime
    closed_at: datetime
    taken: Decimal
    given: Decimal
    fees: Decimal
    ending: Ending
    gain: Decimal = Decimal(0)

    @property
    def exact(self) -> Decimal:
        """What it brought, before rounding."""
        return self.taken + self.given - self.fees


def gain_rows(positions: Iterable[Position], trades: Iterable[ClosedTrade]) -> Iterator[dict[str, Any]]:
    """Yield a row for each disposal, oldest first; the rows of a position add up to its result, to the cent.

    What is sold first (a short leg) was sold on its entry day and acquired on its exit day, as a written option is.
    Fees stand inside the cost. Options on a broad-based index (SPX) are section 1256 contracts, whose gain is 60 %
    long-term; options on shares of a fund (SPY) are not. Only live trades are income. A trade whose position kept no
    fills is one row, at its last close.
    """
    held = {one.position_id: one for one in positions}
    found: list[tuple[Position | ClosedTrade, Disposal]] = [
        (one, each) for one in held.values() for each in disposals(one)
    ]
    for trade in trades:
        position = held.get(trade.position_id)
        if position is None or position.entry_fill is None:
            found.append((trade, _whole(trade, position)))
    for whose, each in sorted(found, key=lambda one: (one[1].closed_at, one[0].position_id)):
        yield _row(whose, each)


def disposals(position: Position) -> Iterator[Disposal]:
    """Yield what was given up of a position so far; nothing where its entry was not kept.

    Each gain is the step that the exact sum takes in whole cents, so that rounding adds up to no other result.
    """
    entry = position.entry_fill
    if entry is None:
        return
    whole = told = Decimal(0)
    for closing in position.fills[1:]:
        parts = _by_leg(position, entry, closing) or (_as_one(position, entry, closing),)
        exact = whole
        whole += _as_one(position, entry, closing).exact
        for part in parts:
            exact += part.exact
            gain = to_cents(whole if part is parts[-1] else exact) - told
            told += gain
            yield part._replace(gain=gain)


def _by_leg(position: Position, entry: Fill, closing: Fill) -> tuple[Disposal, ...]:
    if entry.leg_cash is None or closing.leg_cash is None:
        return ()
    whole = _as_one(position, entry, closing)
    return tuple(
        whole._replace(
            option_symbols=(leg.option_symbol,),
            is_short=leg.side is LegSide.SHORT,
            taken=entry.leg_cash[leg.option_symbol] * closing.contracts / entry.contracts,
            given=closing.leg_cash[leg.option_symbol],
            fees=whole.fees / len(position.legs),
            ending=_ending(position, closing, leg.side is LegSide.SHORT, closing.leg_cash[leg.option_symbol]),
        )
        for leg in position.legs
    )


def _as_one(position: Position, entry: Fill, closing: Fill) -> Disposal:
    is_short = position.strategy.is_credit
    return Disposal(
        option_symbols=tuple(leg.option_symbol for leg in position.legs),
        is_short=is_short,
        contracts=closing.contracts,
        opened_at=entry.at,
        closed_at=closing.at,
        taken=entry.cash * closing.contracts / entry.contracts,
        given=closing.cash,
        fees=entry.fees * closing.contracts / entry.contracts + closing.fees,
        ending=_ending(position, closing, is_short, closing.cash),
    )


def _ending(position: Position, closing: Fill, is_short: bool, cash: Decimal) -> Ending:
    if closing.kind is FillKind.BY_HAND:
        return Ending.BY_HAND
    if closing.kind is not FillKind.SETTLEMENT:
        return Ending.BOUGHT_BACK if is_short else Ending.SOLD
    if cash == 0:
        return Ending.EXPIRED
    if position.underlying in INDEX_UNDERLYINGS:
        return Ending.SETTLED
    return Ending.ASSIGNED if is_short else Ending.EXERCISED


def _whole(trade: ClosedTrade, position: Position | None) -> Disposal:
    """Return a trade as one disposal, with nothing known of its legs or of its parts."""
    premium = premium_dollars(trade.entry_price, trade.contracts)
    taken = premium if trade.strategy.is_credit else -premium
    given = trade.pnl + trade.fees - taken
    at_expiration = Ending.SETTLED if given else Ending.EXPIRED
    traded = Ending.BOUGHT_BACK if trade.strategy.is_credit else Ending.SOLD
    return Disposal(
        option_symbols=tuple(leg.option_symbol for leg in position.legs) if position else (),
        is_short=trade.strategy.is_credit,
        contracts=trade.contracts,
        opened_at=trade.opened_at,
        closed_at=trade.closed_at,
        taken=taken,
        given=given,
        fees=trade.fees,
        ending=at_expiration if trade.exit_reason is ExitReason.EXPIRATION else traded,
        gain=to_cents(trade.pnl),
    )


def _row(whose: Position | ClosedTrade, one: Disposal) -> dict[str, Any]:
    opened, closed = new_york_date(one.opened_at), new_york_date(one.closed_at)
    sold = to_cents(max(one.taken, Decimal(0)) + max(one.given, Decimal(0)))
    is_1256 = whose.underlying in INDEX_UNDERLYINGS
    term = "60/40" if is_1256 else _term(opened, closed, one.is_short)
    share = LONG_TERM_SHARE if is_1256 else Decimal(term == "long")
    long_term = to_cents(one.gain * share)
    return {
        "description": _description(whose, one),
        "option_symbol": " ".join(one.option_symbols),
        "side": "short" if one.is_short else "long",
        "contracts": one.contracts,
        "opened": opened,
        "closed": closed,
        "ending": one.ending.value,
        "acquired": closed if one.is_short else opened,
        "sold": opened if one.is_short else closed,
        "proceeds": sold,
        "cost": sold - one.gain,
        "fees": to_cents(one.fees),
        "gain": one.gain,
        "term": term,
        "short_term_gain": one.gain - long_term,
        "long_term_gain": long_term,
        "section_1256": "yes" if is_1256 else "no",
        "form": FORM_1256 if is_1256 else FORM_OTHER,
        "tax_year": closed.year,
        "mode": whose.mode.value,
        "is_income": "yes" if whose.mode is TradingMode.LIVE else "no",
        "bot": whose.bot.value,
        "position_id": whose.position_id,
    }


def _description(whose: Position | ClosedTrade, one: Disposal) -> str:
    if len(one.option_symbols) != 1:
        return f"{one.contracts} {whose.strategy} on {whose.underlying}"
    contract = parse_option_symbol(one.option_symbols[0])
    return f"{one.contracts} {contract.root} {contract.expiration} {contract.strike:f} {contract.right.name}"


def _term(opened: date, closed: date, is_short: bool) -> str:
    """Tell long from short: held for more than a year, counted from the day after; what was written never is."""
    if is_short:
        return "short"
    first = opened + timedelta(days=1)
    leap = (first.month, first.day) == (2, 29)
    anniversary = date(first.year + 1, 3, 1) if leap else first.replace(year=first.year + 1)
    return "long" if closed >= anniversary else "short"
