"""What a run left behind."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from shared.backtest.runner.entries import Tally
from shared.backtest.runner.lessons import KellyPoint
from shared.domain.config import BotConfig
from shared.domain.decisions import Decision
from shared.domain.positions import ClosedTrade


class DayPoint(NamedTuple):
    """The end of one session: equity, the underlying's close, dollars at risk and positions open."""

    day: date
    equity: Decimal
    close: Decimal
    open_risk: Decimal
    open_count: int


@dataclass(frozen=True)
class BacktestResult:
    """A run of one bot; ``decisions`` holds every entry, exit and settlement."""

    config: BotConfig
    days: tuple[date, ...]
    step_minutes: int | None
    curve: tuple[DayPoint, ...]
    trades: tuple[ClosedTrade, ...]
    decisions: tuple[Decision, ...]
    kelly: tuple[KellyPoint, ...]
    tally: Tally
    tripped: tuple[tuple[datetime, str, str], ...]
    disabled: int
    slippage: Decimal
    open_positions: int

    @property
    def pnl(self) -> Decimal:
        """The result in dollars, open positions at their mid."""
        return self.curve[-1].equity - self.config.capital if self.curve else Decimal(0)

    @property
    def fees(self) -> Decimal:
        """Dollars paid in fees by the closed trades."""
        return sum((trade.fees for trade in self.trades), Decimal(0))
