"""What closed trades say of a strategy."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from shared.domain.config import Prior
from shared.domain.values import SCHEMA_VERSION, Dollars, Fraction, UtcTime, Value
from shared.domain.vocabulary import Strategy, TradingMode

MeanFraction = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class StrategyStatistics(Value):
    """Results of one strategy in one mode over the window; all averages are shares of the premium.

    ``avg_loss`` is positive; ``expectancy`` is the mean share of the premium won a trade.
    """

    schema_version: int = SCHEMA_VERSION
    mode: TradingMode
    strategy: Strategy
    total_trades: Annotated[int, Field(ge=0)]
    win_rate: Fraction
    avg_win: MeanFraction
    avg_loss: MeanFraction
    expectancy: Dollars
    computed_at: UtcTime
    is_stale: bool = False
    is_disabled: bool = False
    version: int = 1


class SizingBasis(Value):
    """The three numbers Kelly needs, and whose they are."""

    win_rate: Fraction
    avg_win: MeanFraction
    avg_loss: MeanFraction
    origin: str
    total_trades: int = 0
    version: int = 0

    @classmethod
    def from_prior(cls, prior: Prior) -> "SizingBasis":
        """Take the assumption."""
        return cls(
            win_rate=prior.win_rate,
            avg_win=prior.avg_win,
            avg_loss=prior.avg_loss,
            origin=f"prior {prior.version}",
        )
