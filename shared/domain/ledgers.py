"""What a bot has at stake and has made in a mode, and what is counted of it."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from shared.domain.values import Dollars, UtcTime, Value
from shared.domain.vocabulary import Bot, TradingMode


class Ledger(Value):
    """What one bot has at stake in one mode; risk and cash in dollars.

    ``excused_pnl`` is what was realized when a person last set the trips back: until something more is, nothing trips.
    """

    bot: Bot
    mode: TradingMode
    open_count: int = 0
    open_risk: Dollars = Decimal(0)
    secured_cash: Dollars = Decimal(0)
    risk_by_underlying: dict[str, Dollars] = Field(default_factory=dict)
    realized_pnl: Dollars = Decimal(0)
    peak_pnl: Dollars = Decimal(0)
    excused_pnl: Dollars | None = None
    day: date | None = None
    day_pnl: Dollars = Decimal(0)
    version: int = 0

    @property
    def is_excused(self) -> bool:
        """Whether nothing was realized since a person set the trips back."""
        return self.excused_pnl == self.realized_pnl


class Counters(Value):
    """What is counted in a row or per day, for one bot."""

    day: date | None = None
    orders_today: int = 0
    order_times: tuple[UtcTime, ...] = ()
    order_prints: dict[str, UtcTime] = Field(default_factory=dict)
    stops_today: int = 0
    order_failures: int = 0
    last_stop_on: date | None = None
    last_target_at: UtcTime | None = None
    version: int = 0
