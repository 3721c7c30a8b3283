"""Realized gains in the columns of a tax form: what was had, when, for how much, and how much of it is gain."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from shared.domain.options import CONTRACT_MULTIPLIER
from shared.domain.package import INDEX_UNDERLYINGS
from shared.domain.positions import ClosedTrade
from shared.domain.sessions import new_york_date
from shared.domain.values import to_cents

LONG_TERM_DAYS: Final = 365


def gain_rows(trades: Iterable[ClosedTrade]) -> Iterator[dict[str, Any]]:
    """Yield a row for each closed trade, oldest first; dollars, fees inside cost.

    A structure is one row. What is sold first (credit) was sold on its entry day and acquired on its exit day, as
    a written option is. Broad-based index options fall under section 1256. Only live trades are income.
    """
    for trade in trades:
        entered, left = new_york_date(trade.opened_at), new_york_date(trade.closed_at)
        premium = to_cents(trade.entry_price * CONTRACT_MULTIPLIER * trade.contracts)
        gain = to_cents(trade.pnl)
        credit = trade.strategy.is_credit
        proceeds, cost = (premium, premium - gain) if credit else _of_debit(premium, trade, gain)
        yield {
            "description": f"{trade.contracts} {trade.strategy} on {trade.underlying}",
            "acquired": left if credit else entered,
            "sold": entered if credit else left,
            "proceeds": proceeds,
            "cost": cost,
            "gain": gain,
            "term": _term(entered, left, credit),
            "section_1256": "yes" if trade.underlying in INDEX_UNDERLYINGS else "no",
            "tax_year": left.year,
            "mode": trade.mode.value,
            "is_income": "yes" if trade.mode == "live" else "no",
            "bot": trade.bot.value,
            "position_id": trade.position_id,
        }


def _of_debit(premium: Decimal, trade: ClosedTrade, gain: Decimal) -> tuple[Decimal, Decimal]:
    cost = premium + to_cents(trade.fees)
    return cost + gain, cost


def _term(entered: date, left: date, credit: bool) -> str:
    return "long" if not credit and (left - entered).days > LONG_TERM_DAYS else "short"
