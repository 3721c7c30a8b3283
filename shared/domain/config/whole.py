"""The whole configuration of a bot and of the stage, validated across its parts."""

import hashlib
import json
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from shared.domain.config.sections import (
    Caps,
    EntryWindow,
    Exits,
    Feedback,
    Fees,
    Freshness,
    GammaThreshold,
    Liquidity,
    PaperFill,
    Prior,
    Rails,
    StrategyRule,
    Trips,
    Underlying,
    Walk,
)
from shared.domain.values import SCHEMA_VERSION, Fraction, PositiveDollars, Value
from shared.domain.vocabulary import (
    Action,
    Bot,
    DirectionalStructure,
    GammaFeedVersion,
    IvMeasure,
    KellyRule,
    StopBasis,
    Strategy,
    TradingMode,
)

FREE_POLYGON_CALLS = 5
"""What Polygon's free plan allows in a minute; a paid plan has no such limit (null)."""

_SECTION: Any = Field(default_factory=dict, validate_default=True)
"""A section that nobody wrote: the whole's validator fills in its defaults, so that its own is never built."""


class BotConfig(Value):
    """Everything one bot may be told."""

    schema_version: Annotated[int, Field(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    bot: Bot
    enabled: bool = True
    mode: TradingMode = TradingMode.PAPER
    confirmed_account: str | None = None
    capital: PositiveDollars
    underlyings: Annotated[tuple[Underlying, ...], Field(min_length=1, max_length=10)]
    actions: tuple[Action, ...]
    max_positions: Annotated[int, Field(ge=1, le=100)]
    structure: DirectionalStructure = DirectionalStructure.LONG_OPTION
    min_confidence: Annotated[int, Field(ge=0, le=100)] = 0
    iv_measure: IvMeasure = IvMeasure.RANK
    sell_premium_from: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(50)
    buy_direction_below: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(30)
    negative_gamma_vix: Annotated[Decimal, Field(ge=0, le=200)] = Decimal(20)
    vix_min: Annotated[Decimal, Field(ge=0, le=200)] = Decimal(5)
    vix_max: Annotated[Decimal, Field(ge=0, le=200)] = Decimal(80)
    gamma_thresholds: dict[Underlying, GammaThreshold]
    kelly: KellyRule = KellyRule.WORKFLOW
    kelly_share: Fraction = Decimal("0.5")
    strategies: dict[Strategy, StrategyRule]
    priors: dict[Strategy, Prior]
    rails: Rails = _SECTION
    caps: Caps = _SECTION
    freshness: Freshness = _SECTION
    liquidity: Liquidity = _SECTION
    walk: Walk = _SECTION
    window: EntryWindow = _SECTION
    exits: Exits = _SECTION
    trips: Trips = _SECTION
    fees: Fees = _SECTION
    paper: PaperFill = _SECTION

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for strategy in Strategy:
            if strategy not in self.strategies:
                raise ValueError(f"strategies: {strategy} has no rule; leave it out to keep the default")
            _check_rule(strategy, self.strategies[strategy])
            _check_stop(strategy, self.strategies[strategy], self.exits.stop_basis)
            if strategy not in self.priors:
                raise ValueError(f"priors: {strategy} has no prior; leave it out to keep the default")
        for underlying in self.underlyings:
            if underlying not in self.gamma_thresholds:
                raise ValueError(f"gamma_thresholds: {underlying} is traded but has no threshold; add one")
        if self.vix_min >= self.vix_max:
            raise ValueError(f"vix_min: {self.vix_min} is not below vix_max {self.vix_max}; swap them")
        if self.mode is TradingMode.LIVE and not self.confirmed_account:
            raise ValueError("confirmed_account: live mode needs the account number confirmed by command")
        return self

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name exactly this configuration."""
        known = _DIGESTS.get(self.bot)
        if known is None or known[0] is not self:
            known = _DIGESTS[self.bot] = (self, _digest(self))
        return known[1]


_DIGESTS: Final[dict[Bot, tuple[BotConfig, str]]] = {}
"""Of each bot the configuration that was named last, with its digest: many decisions name the same one."""


def _digest(config: Value) -> str:
    text = json.dumps(config.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


_NEEDS_SHORT = frozenset(
    {
        Strategy.BULL_PUT_SPREAD,
        Strategy.BEAR_CALL_SPREAD,
        Strategy.IRON_CONDOR,
        Strategy.CASH_SECURED_PUT,
        Strategy.BULL_CALL_SPREAD,
        Strategy.BEAR_PUT_SPREAD,
    }
)
_NEEDS_LONG = frozenset(Strategy) - {Strategy.CASH_SECURED_PUT}


def _check_stop(strategy: Strategy, rule: StrategyRule, basis: StopBasis) -> None:
    if strategy.is_credit and basis is StopBasis.COST_TO_CLOSE and rule.stop_loss <= 1:
        raise ValueError(
            f"strategies.{strategy}.stop_loss: {rule.stop_loss} of the credit is no loss yet under cost_to_close; "
            "give more than 1"
        )


def _check_rule(strategy: Strategy, rule: StrategyRule) -> None:
    if strategy in _NEEDS_SHORT and rule.short_delta is None:
        raise ValueError(f"strategies.{strategy}.short_delta: missing; give a delta such as 0.30")
    if strategy in _NEEDS_LONG and rule.long_delta is None:
        raise ValueError(f"strategies.{strategy}.long_delta: missing; give a delta such as 0.15")
    if rule.time_exit_dte >= rule.dte_target:
        raise ValueError(
            f"strategies.{strategy}.time_exit_dte: {rule.time_exit_dte} is not below dte_target {rule.dte_target}"
        )


class SystemConfig(Value):
    """What belongs to the stage and to no single bot: which data is collected, and how it is judged."""

    schema_version: Annotated[int, Field(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    underlyings: Annotated[tuple[Underlying, ...], Field(min_length=1, max_length=10)] = ("SPY", "SPX")
    freshness: Freshness = _SECTION
    max_spot_mismatch: Fraction = Decimal("0.005")
    iv_window: Annotated[int, Field(ge=20, le=2_520)] = 252
    iv_min_closes: Annotated[int, Field(ge=2, le=2_520)] = 200
    breakout_window: Annotated[int, Field(ge=2, le=252)] = 20
    vix_min: Annotated[Decimal, Field(ge=0, le=200)] = Decimal(5)
    vix_max: Annotated[Decimal, Field(ge=0, le=200)] = Decimal(80)
    gamma_days: Annotated[int, Field(ge=1, le=365)] = 45
    gamma_expirations: Annotated[int, Field(ge=1, le=10)] = 10
    invalid_snapshots_before_alert: Annotated[int, Field(ge=1, le=60)] = 3
    feedback: Feedback = _SECTION
    account_day_loss: Fraction = Decimal("0.03")
    polygon_calls_per_minute: Annotated[int, Field(ge=1, le=6_000)] | None = FREE_POLYGON_CALLS
    trading_volatility_version: GammaFeedVersion = GammaFeedVersion.V2

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name exactly this configuration."""
        return _digest(self)
