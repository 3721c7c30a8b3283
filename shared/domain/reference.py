"""What vendors publish beside the data that is decided on: holidays, indicators, exposure by strike, closed lots."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from shared.domain.values import Dollars, UtcTime, Value


class GainLoss(Value):
    """One closed lot as the broker books it, which tells days only; ``quantity`` is signed, the rest total dollars."""

    symbol: str
    quantity: Decimal
    cost: Dollars
    proceeds: Dollars
    gain_loss: Dollars
    opened_on: date
    closed_on: date


class Holiday(Value):
    """A day on which an exchange does not trade, or closes early at ``closes_at``."""

    day: date
    exchange: str
    name: str
    closes_at: UtcTime | None = None


class IndicatorKind(StrEnum):
    """A technical indicator a vendor computes."""

    RSI = "rsi"
    SMA = "sma"
    MACD = "macd"


class IndicatorPoint(Value):
    """An indicator at one moment; signal and histogram belong to the MACD only."""

    at: UtcTime
    value: Dollars
    signal: Dollars | None = None
    histogram: Dollars | None = None


class StrikeExposures(NamedTuple):
    """Dealers' exposure by strike, calls less puts, dollars of delta per +1 % move: two columns of one length."""

    strikes: tuple[float, ...]
    net_gex: tuple[float, ...]
