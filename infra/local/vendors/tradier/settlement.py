"""What becomes of contracts after their last day: cash for an index, shares for a fund, nothing out of the money."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from infra.local.vendors.market_view import MarketView
from infra.local.vendors.occ import Contract, contract_of
from infra.local.vendors.switches import Switches
from infra.local.vendors.tradier.book import Book, Happening, Holding
from infra.local.vendors.tradier.order import CONTRACT_MULTIPLIER, ZERO
from shared.domain import sessions

EXERCISED_FROM: Final = Decimal("0.01")
"""In the money by a cent is exercised without being asked."""


class Settlement:
    """Settles the expired holdings of one host."""

    def __init__(self, view: MarketView, switches: Switches) -> None:
        """Settle at this market's official levels."""
        self._view = view
        self._switches = switches

    def settle(self, book: Book, now: datetime) -> None:
        """Settle every holding whose settlement is due; no order is made of it."""
        for holding in tuple(book.holdings.values()):
            contract = contract_of(holding.symbol)
            if contract is None:
                continue
            due = self._due(contract)
            if due is not None and due <= now:
                self._settle(book, holding, contract, due)

    def _due(self, contract: Contract) -> datetime | None:
        session = sessions.session(contract.expiration)
        if session is None:
            return None
        last = session.opens_at if contract.settles_in_the_morning else session.closes_at
        return last + timedelta(seconds=self._switches.seconds("tradier.settlement_delay_s"))

    def _settle(self, book: Book, holding: Holding, contract: Contract, at: datetime) -> None:
        value = self._value(contract)
        quantity = holding.quantity
        if value < EXERCISED_FROM:
            book.move(holding.symbol, -quantity, ZERO, at)
            _happened(book, "OPTEXP", "Expired", holding.symbol, -quantity, ZERO, at)
        elif contract.is_index:
            amount = value * quantity * CONTRACT_MULTIPLIER
            book.cash += amount
            book.move(holding.symbol, -quantity, value, at)
            _happened(book, "OPTEXP", "Cash settlement", holding.symbol, -quantity, amount, at)
        else:
            deliver(book, contract, quantity, at)

    def _value(self, contract: Contract) -> Decimal:
        level = (
            self._view.official_open(contract.underlying, contract.expiration)
            if contract.settles_in_the_morning
            else self._view.official_close(contract.underlying, contract.expiration)
        )
        distance = level - contract.strike if contract.is_call else contract.strike - level
        return Decimal(str(round(max(0.0, distance), 4)))


def deliver(book: Book, contract: Contract, quantity: int, at: datetime) -> None:
    """Exercise (long) or assign (short) contracts: they go, shares come or go at the strike."""
    shares = quantity * CONTRACT_MULTIPLIER * (1 if contract.is_call else -1)
    strike = Decimal(str(contract.strike))
    amount = -strike * shares
    book.cash += amount
    book.move(contract.symbol, -quantity, ZERO, at)
    book.move(contract.underlying, shares, strike, at)
    kind = "assignment" if quantity < 0 else "exercise"
    _happened(book, kind, kind.title(), contract.symbol, -quantity, amount, at)


def _happened(book: Book, kind: str, words: str, symbol: str, quantity: int, amount: Decimal, at: datetime) -> None:
    detail = {"option_type": kind, "description": f"{words} {symbol}", "quantity": Decimal(quantity)}
    book.happenings.append(Happening(at, "option", amount, detail))
    book.note("settled", at, symbol=symbol, quantity=quantity, kind=kind, amount=str(amount))
