"""One option contract: its OCC symbol, its quote, and its place as a leg of a structure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Self

from pydantic import AfterValidator

from shared.domain.errors import InvalidValueError
from shared.domain.values import Value

CONTRACT_MULTIPLIER = 100
ROOT_OF = {"SPX": "SPXW"}
"""The PM-settled root of an underlying whose own root settles in the morning."""
UNDERLYING_OF = {"SPXW": "SPX"}
AM_SETTLED_ROOTS = frozenset({"SPX"})
_OCC = re.compile(r"^([A-Z]{1,6})(\d{2})(\d{2})(\d{2})([CP])(\d{8})$")


class Right(StrEnum):
    """What the holder may do: buy (call) or sell (put) the underlying."""

    CALL = "call"
    PUT = "put"


@dataclass(frozen=True, slots=True)
class OptionContract:
    """A listed contract, as its OCC symbol says."""

    root: str
    expiration: date
    right: Right
    strike: Decimal

    @property
    def underlying(self) -> str:
        """The underlying of the root: SPXW is an option on SPX."""
        return UNDERLYING_OF.get(self.root, self.root)

    @property
    def option_symbol(self) -> str:
        """The unpadded OCC symbol, e.g. SPXW180316P02600000."""
        letter = "C" if self.right is Right.CALL else "P"
        return f"{_series(self.root, self.expiration)}{letter}{int(self.strike * 1000):08d}"

    @property
    def settles_in_the_morning(self) -> bool:
        """Whether the contract is AM-settled (its last trade is the day before)."""
        return self.root in AM_SETTLED_ROOTS


@lru_cache(maxsize=4096)
def _series(root: str, expiration: date) -> str:
    """Return the part of an OCC symbol that all contracts of an expiration share."""
    return f"{root}{expiration:%y%m%d}"


@lru_cache(maxsize=65_536)
def parse_option_symbol(option_symbol: str) -> OptionContract:
    """Read an OCC symbol, with or without padding or the prefix ``O:``.

    Raises:
        InvalidValueError: the text is no OCC symbol.
    """
    match = _OCC.match(option_symbol.removeprefix("O:").replace(" ", ""))
    if match is None:
        raise InvalidValueError("option_symbol", option_symbol, "give an OCC symbol such as SPY180316P00265000")
    root, year, month, day, letter, strike = match.groups()
    try:
        expiration = date(2000 + int(year), int(month), int(day))
    except ValueError as error:
        raise InvalidValueError("option_symbol", option_symbol, f"its date is no date: {error}") from error
    return OptionContract(root, expiration, Right.CALL if letter == "C" else Right.PUT, Decimal(strike) / 1000)


def _canonical(option_symbol: str) -> str:
    try:
        return parse_option_symbol(option_symbol).option_symbol
    except InvalidValueError as error:
        raise ValueError(str(error)) from error


OptionSymbol = Annotated[str, AfterValidator(_canonical)]
"""An unpadded OCC symbol."""


@dataclass(frozen=True, slots=True)
class OptionQuote:
    """What a vendor says of one contract at one moment.

    ``bid`` and ``ask`` are dollars per unit, None where the vendor gave none; ``iv`` is a decimal per
    calendar year and ``delta`` signed; ``as_of`` is the vendor's time of the quote, never ours.
    """

    contract: OptionContract
    bid: Decimal | None
    ask: Decimal | None
    as_of: datetime | None
    open_interest: int = 0
    iv: float | None = None
    delta: float | None = None
    greeks_as_of: datetime | None = None

    @property
    def option_symbol(self) -> str:
        """The OCC symbol of the contract."""
        return self.contract.option_symbol

    @property
    def mid(self) -> Decimal | None:
        """The middle of a sound quote; None when missing, crossed or without an ask."""
        if self.bid is None or self.ask is None or self.ask <= 0 or self.bid < 0 or self.bid > self.ask:
            return None
        return (self.bid + self.ask) / 2

    @property
    def spread(self) -> Decimal | None:
        """Ask less bid of a sound quote; None when there is no mid."""
        if self.mid is None or self.bid is None or self.ask is None:
            return None
        return self.ask - self.bid


class LegSide(StrEnum):
    """Whether the structure owes the contract (short) or owns it (long)."""

    SHORT = "short"
    LONG = "long"


class Leg(Value):
    """One contract of a structure, held once per contract of the structure."""

    option_symbol: OptionSymbol
    side: LegSide

    @property
    def contract(self) -> OptionContract:
        """The contract behind the symbol."""
        return parse_option_symbol(self.option_symbol)

    @property
    def sign(self) -> int:
        """+1 for a long leg, -1 for a short one."""
        return 1 if self.side is LegSide.LONG else -1

    @classmethod
    def of(cls, contract: OptionContract, side: LegSide) -> Self:
        """Make the leg of a contract."""
        return cls(option_symbol=contract.option_symbol, side=side)
