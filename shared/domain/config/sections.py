"""The parts of a configuration, each number with its default, in the units that the package names."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from shared.domain.values import Fraction, PositiveDollars, Price, Value
from shared.domain.vocabulary import Source, StopBasis

Seconds = Annotated[int, Field(gt=0, le=86_400)]
Days = Annotated[int, Field(ge=0, le=365)]
Multiple = Annotated[Decimal, Field(gt=0, le=20, allow_inf_nan=False)]
Underlying = Annotated[str, Field(pattern=r"^[A-Z]{1,6}$")]


class StrategyRule(Value):
    """How one strategy is built and when it is closed.

    ``profit_target`` and ``stop_loss`` are shares of the premium: 0.50 is half, 2.00 twice.
    """

    short_delta: Fraction | None = None
    long_delta: Fraction | None = None
    dte_target: Days
    profit_target: Multiple
    stop_loss: Multiple
    time_exit_dte: Days
    min_credit: Price | None = None
    max_width: PositiveDollars | None = None


Share = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
"""A share of the premium that was paid or taken in: 0.15 is 15 %, and it may be more than 1."""


class Measured(Value):
    """What a prior was measured on: closed trades, and intervals of 95 % as lowest and highest; None is unknown."""

    trades: Annotated[int, Field(ge=1)]
    wins: Annotated[int, Field(ge=0)]
    win_rate: tuple[Fraction, Fraction]
    avg_win: tuple[Decimal, Decimal] | None = None
    avg_loss: tuple[Decimal, Decimal] | None = None


class Prior(Value):
    """Statistics assumed until a strategy has its own; an assumption, and marked as one where nothing was measured."""

    version: str = "assumed-1"
    win_rate: Fraction
    avg_win: Share
    avg_loss: Share
    measured: Measured | None = None


class Rails(Value):
    """A careful trader's refusals of an entry, beside the workflow; exits never wait for them."""

    near_flip: Fraction = Decimal("0.005")
    confirmations: Annotated[int, Field(ge=1, le=60)] = 3
    cool_down_after_stop: bool = True
    cool_down_after_target_seconds: Annotated[int, Field(ge=0, le=86_400)] = 3_600
    require_breakout: bool = False


class Caps(Value):
    """How much may be at risk, as shares of the bot's capital."""

    max_position: Fraction = Decimal("0.15")
    open_risk: Fraction = Decimal("0.50")
    underlying_risk: Fraction = Decimal("0.30")
    cash_secured: Fraction = Decimal("0.50")
    contracts_per_order: Annotated[int, Field(ge=1, le=200)] = 10
    orders_per_minute: Annotated[int, Field(ge=1, le=60)] = 6
    orders_per_day: Annotated[int, Field(ge=1, le=1_000)] = 50


class Freshness(Value):
    """How old, by the vendor's own time, a value may be for an entry."""

    quote: Seconds = 300
    vix: Seconds = 300
    gamma: Seconds = 600
    order_quote: Seconds = 15
    sandbox_quote: Seconds = 1_200
    clock_skew: Seconds = 5

    def limit(self, usual: int, source: Source) -> int:
        """Return the limit of data that came from this source; the sandbox's is a quarter of an hour late by nature."""
        return max(usual, self.sandbox_quote) if source is Source.TRADIER_SANDBOX else usual


class Liquidity(Value):
    """When a leg's quote is too wide to trade: above both the share of mid and the ticks."""

    max_spread: Fraction = Decimal("0.10")
    max_ticks: Annotated[int, Field(ge=1, le=100)] = 2


class Walk(Value):
    """How a working order moves from mid toward the natural price."""

    step: Fraction = Decimal("0.10")
    max_distance: Fraction = Decimal("0.40")
    interval_seconds: Seconds = 5
    cancel_after_seconds: Seconds = 90
    exit_steps_before_crossing: Annotated[int, Field(ge=0, le=20)] = 2
    collar: Fraction = Decimal("0.25")
    collar_floor: Price = Decimal("0.10")


class EntryWindow(Value):
    """When entries are allowed inside a session."""

    after_open_seconds: Annotated[int, Field(ge=0, le=23_400)] = 300
    before_close_seconds: Annotated[int, Field(ge=0, le=23_400)] = 900
    min_dte: Days = 8


class Trips(Value):
    """When the system trips its own breaker to REDUCING."""

    bot_day_loss: Fraction = Decimal("0.10")
    bot_drawdown: Fraction = Decimal("0.20")
    stops_per_session: Annotated[int, Field(ge=1, le=100)] = 3
    order_failures_in_a_row: Annotated[int, Field(ge=1, le=100)] = 5


class Exits(Value):
    """The exit rules that do not belong to one strategy."""

    stop_basis: StopBasis = StopBasis.LOSS
    latest_stop: Fraction = Decimal("0.80")
    near_edge: Fraction = Decimal("0.20")
    max_spread: Fraction = Decimal("0.50")
    unquoted_runs_before_alert: Annotated[int, Field(ge=1, le=60)] = 3
    stop_warning: Fraction = Decimal("0.75")
    loss_alert: PositiveDollars = Decimal(100)
    ex_dividends: dict[Underlying, tuple[date, ...]] = Field(default_factory=dict)


class Feedback(Value):
    """How statistics are kept."""

    window_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    min_trades: Annotated[int, Field(ge=1, le=1_000)] = 5
    disable_after_trades: Annotated[int, Field(ge=1, le=1_000)] = 10


class Fees(Value):
    """What the broker and the exchange take for one contract of one leg, in dollars; check your own broker's."""

    per_contract: Price = Decimal("0.35")
    index_surcharge: Price = Decimal("0.60")


class PaperFill(Value):
    """How the paper broker fills: mid less a share of the package spread, at most so many contracts at one look."""

    slippage: Fraction = Decimal("0.25")
    delay_seconds: Annotated[int, Field(ge=0, le=3_600)] = 0
    contracts_at_once: Annotated[int, Field(ge=1, le=200)] | None = None


class GammaThreshold(Value):
    """Beyond how many dollars per 1 % move gamma counts as positive or negative, by source."""

    vendor: PositiveDollars = Decimal(500_000_000)
    computed: PositiveDollars = Decimal(500_000_000)

    def of(self, source: Source) -> Decimal:
        """Return the threshold for figures of this source."""
        return self.computed if source is Source.COMPUTED else self.vendor
