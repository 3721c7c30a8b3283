"""Realized gains in the columns of a tax form: what was had, when, for how much, and how much of it is gain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from shared.domain.options import CONTRACT_MULTIPLIER, LegSide
from shared.domain.package import INDEX_UNDERLYINGS
from shared.domain.positions import ClosedTrade, Position
from shared.domain.sessions import new_york_date
from shared.domain.values import to_cents

LONG_TERM_DAYS: Final = 365
LONG_TERM_SHARE: Final = Decimal("0.60")
"""Of a section 1256 contract's gain, however long it was held: 26 U.S.C. 1256(a)(3)."""
FORM_1256: Final = "6781"
FORM_OTHER: Final = "8949"


def gain_rows(trades: Iterable[ClosedTrade], held: Mapping[str, Position]) -> Iterator[dict[str, Any]]:
    """Yield a row for each closed trade, all its legs together, oldest first; dollars, fees inside cost.

    What is sold first (credit) was sold on its entry day and acquired on its exit day, as a written option is.
    Options on a broad-based index (SPX) are section 1256 contracts, whose gain is 60 % long-term; options on shares of
    a fund (SPY) are not. What of the former is open at the year's end is taxed as if sold then, which no row says.
    Only live trades are income.
    """
    for trade in trades:
        entered, left = new_york_date(trade.opened_at), new_york_date(trade.closed_at)
        premium = to_cents(trade.entry_price * CONTRACT_MULTIPLIER * trade.contracts)
        gain = to_cents(trade.pnl)
        credit = trade.strategy.is_credit
        proceeds, cost = (premium, premium - gain) if credit else _of_debit(premium, trade, gain)
        is_1256 = trade.underlying in INDEX_UNDERLYINGS
        term = "60/40" if is_1256 else _term(entered, left, credit)
        long_term = to_cents(gain * LONG_TERM_SHARE) if is_1256 else gain if term == "long" else Decimal(0)
        position = held.get(trade.position_id)
        yield {
            "description": f"{trade.contracts} {trade.strategy} on {trade.underlying}",
            "legs": " ".join(f"{'+' if leg.sign > 0 else '-'}{leg.option_symbol}" for leg in position.legs)
            if position
            else "",
            "acquired": left if credit else entered,
            "sold": entered if credit else left,
            "proceeds": proceeds,
            "cost": cost,
            "gain": gain,
            "term": term,
            "short_term_gain": gain - long_term,
            "long_term_gain": long_term,
            "section_1256": "yes" if is_1256 else "no",
            "form": FORM_1256 if is_1256 else FORM_OTHER,
            "tax_year": left.year,
            "mode": trade.mode.value,
            "is_income": "yes" if trade.mode == "live" else "no",
            "bot": trade.bot.value,
            "position_id": trade.position_id,
        }


def leg_rows(trades: Sequence[ClosedTrade], held: Mapping[str, Position]) -> Iterator[dict[str, Any]]:
    """Yield a row for each leg of each closed trade, to be matched with the broker's statement, which lists legs.

    A structure is bought and sold at one price: where it has one leg, its gain is the leg's; where it has more, only
    the statement knows what each leg brought, and the gain of all stands in the row of the structure.
    """
    for row, trade in zip(gain_rows(trades, held), trades, strict=True):
        position = held.get(trade.position_id)
        legs = position.legs if position else ()
        for leg in legs:
            short = leg.side is LegSide.SHORT
            entered, left = new_york_date(trade.opened_at), new_york_date(trade.closed_at)
            alone = {name: row[name] if len(legs) == 1 else None for name in ("proceeds", "cost", "gain")}
            yield {
                "position_id": trade.position_id,
                "option_symbol": leg.option_symbol,
                "side": leg.side.value,
                "contracts": trade.contracts,
                "acquired": left if short else entered,
                "sold": entered if short else left,
                **alone,
                "gain_of_structure": row["gain"],
                **{name: row[name] for name in ("section_1256", "form", "tax_year", "mode", "is_income", "bot")},
            }


def _of_debit(premium: Decimal, trade: ClosedTrade, gain: Decimal) -> tuple[Decimal, Decimal]:
    cost = premium + to_cents(trade.fees)
    return cost + gain, cost


def _term(entered: date, left: date, credit: bool) -> str:
    return "long" if not credit and (left - entered).days > LONG_TERM_DAYS else "short"
