"""The typed configuration: every number of the workflow and its readings, with its default.

A bot's document in SSM holds only what its user changed; :func:`bot_config` lays it over the defaults.
Prices are dollars per unit, fractions are shares of one, times are seconds, days are calendar days.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from shared.domain.errors import InvalidConfigurationError
from shared.domain.values import SCHEMA_VERSION, Fraction, PositiveDollars, Price, Value
from shared.domain.vocabulary import (
    Action,
    Bot,
    DirectionalStructure,
    GammaFeedVersion,
    IvMeasure,
    KellyRule,
    Source,
    StopBasis,
    Strategy,
    TradingMode,
)

DOCUMENT_LIMIT_BYTES = 4096
"""The size of a standard SSM parameter."""

FREE_POLYGON_CALLS = 5
"""What Polygon's free plan allows in a minute; a paid plan has no such limit (null)."""

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


class Prior(Value):
    """Statistics assumed until a strategy has its own; an assumption, and marked as one."""

    version: str = "assumed-1"
    win_rate: Fraction
    avg_win: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
    avg_loss: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]


def _credit(**changes: object) -> StrategyRule:
    rule: dict[str, object] = {
        "dte_target": 45,
        "profit_target": Decimal("0.50"),
        "stop_loss": Decimal("2.00"),
        "time_exit_dte": 7,
        "min_credit": Decimal("0.50"),
        "max_width": Decimal(5),
    }
    return StrategyRule.model_validate(rule | changes)


def _debit(**changes: object) -> StrategyRule:
    rule: dict[str, object] = {
        "long_delta": Decimal("0.50"),
        "dte_target": 30,
        "profit_target": Decimal("1.00"),
        "stop_loss": Decimal("0.50"),
        "time_exit_dte": 7,
    }
    return StrategyRule.model_validate(rule | changes)


DEFAULT_RULES: Mapping[Strategy, StrategyRule] = {
    Strategy.BULL_PUT_SPREAD: _credit(short_delta=Decimal("0.30"), long_delta=Decimal("0.15")),
    Strategy.BEAR_CALL_SPREAD: _credit(short_delta=Decimal("0.30"), long_delta=Decimal("0.15")),
    Strategy.IRON_CONDOR: _credit(short_delta=Decimal("0.16"), long_delta=Decimal("0.10"), min_credit=Decimal("1.00")),
    Strategy.CASH_SECURED_PUT: _credit(short_delta=Decimal("0.20"), min_credit=None, max_width=None),
    Strategy.LONG_CALL: _debit(),
    Strategy.LONG_PUT: _debit(),
    Strategy.BULL_CALL_SPREAD: _debit(short_delta=Decimal("0.30"), max_width=Decimal(5)),
    Strategy.BEAR_PUT_SPREAD: _debit(short_delta=Decimal("0.30"), max_width=Decimal(5)),
}
"""The table of phase 3; the long option's numbers are the workflow's LONG_CALL."""

_CREDIT_PRIOR = Prior(win_rate=Decimal("0.68"), avg_win=Decimal("0.15"), avg_loss=Decimal("0.25"))
_DEBIT_PRIOR = Prior(win_rate=Decimal("0.42"), avg_win=Decimal("0.70"), avg_loss=Decimal("0.45"))
DEFAULT_PRIORS: Mapping[Strategy, Prior] = {
    strategy: _CREDIT_PRIOR if strategy.is_credit else _DEBIT_PRIOR for strategy in Strategy
}
"""First assumptions: the workflow's own 68/15/25 for credit, 42/70/45 for debit; both of positive expectancy."""


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


_SPX_THRESHOLD = GammaThreshold(vendor=Decimal(1_800_000_000), computed=Decimal(1_800_000_000))


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
    rails: Rails = Rails()
    caps: Caps = Caps()
    freshness: Freshness = Freshness()
    liquidity: Liquidity = Liquidity()
    walk: Walk = Walk()
    window: EntryWindow = EntryWindow()
    exits: Exits = Exits()
    trips: Trips = Trips()
    fees: Fees = Fees()
    paper: PaperFill = PaperFill()

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
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
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


_BOT_DEFAULTS: Mapping[Bot, Mapping[str, Any]] = {
    Bot.ATLAS: {
        "capital": Decimal(1_000_000),
        "underlyings": ("SPX",),
        "actions": (Action.SELL_PREMIUM,),
        "max_positions": 3,
        "vix_min": Decimal(12),
        "vix_max": Decimal(35),
        "gamma_thresholds": {"SPX": _SPX_THRESHOLD},
    },
    Bot.PROMETHEUS: {
        "capital": Decimal(100_000),
        "underlyings": ("SPY",),
        "actions": (Action.SELL_PREMIUM,),
        "max_positions": 10,
        "gamma_thresholds": {"SPY": GammaThreshold()},
    },
    Bot.SOLOMON: {
        "capital": Decimal(25_000),
        "underlyings": ("SPY",),
        "actions": (Action.BUY_CALLS, Action.BUY_PUTS),
        "max_positions": 3,
        "gamma_thresholds": {"SPY": GammaThreshold()},
    },
}


class SystemConfig(Value):
    """What belongs to the stage and to no single bot: which data is collected, and how it is judged."""

    schema_version: Annotated[int, Field(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    underlyings: Annotated[tuple[Underlying, ...], Field(min_length=1, max_length=10)] = ("SPY", "SPX")
    freshness: Freshness = Freshness()
    max_spot_mismatch: Fraction = Decimal("0.005")
    iv_window: Annotated[int, Field(ge=20, le=2_520)] = 252
    iv_min_closes: Annotated[int, Field(ge=2, le=2_520)] = 200
    breakout_window: Annotated[int, Field(ge=2, le=252)] = 20
    vix_min: Annotated[Decimal, Field(ge=0, le=200)] = Decimal(5)
    vix_max: Annotated[Decimal, Field(ge=0, le=200)] = Decimal(80)
    gamma_days: Annotated[int, Field(ge=1, le=365)] = 45
    gamma_expirations: Annotated[int, Field(ge=1, le=10)] = 10
    invalid_snapshots_before_alert: Annotated[int, Field(ge=1, le=60)] = 3
    feedback: Feedback = Feedback()
    account_day_loss: Fraction = Decimal("0.03")
    polygon_calls_per_minute: Annotated[int, Field(ge=1, le=6_000)] | None = FREE_POLYGON_CALLS
    trading_volatility_version: GammaFeedVersion = GammaFeedVersion.V2

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name exactly this configuration."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _overlay(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        below = merged.get(key)
        merged[key] = _overlay(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return merged


def _defaults(bot: Bot) -> dict[str, Any]:
    whole = BotConfig(bot=bot, strategies=dict(DEFAULT_RULES), priors=dict(DEFAULT_PRIORS), **_BOT_DEFAULTS[bot])
    return whole.model_dump(mode="json")


def _first_fault(error: ValidationError) -> tuple[str, object, str]:
    fault = error.errors()[0]
    path = ".".join(str(part) for part in fault["loc"]) or "document"
    return path, fault["input"] if fault["loc"] else "document", fault["msg"]


def bot_config(bot: Bot, changes: Mapping[str, Any] | None = None) -> BotConfig:
    """Lay a bot's changes over its defaults and validate the whole.

    Raises:
        InvalidConfigurationError: a field is unknown, impossible or missing; it names field, value and remedy.
    """
    try:
        return BotConfig.model_validate(_overlay(_defaults(bot), changes or {}))
    except ValidationError as error:
        raise InvalidConfigurationError(*_first_fault(error)) from error


def system_config(changes: Mapping[str, Any] | None = None) -> SystemConfig:
    """Lay the stage's changes over the defaults and validate the whole.

    Raises:
        InvalidConfigurationError: a field is unknown, impossible or missing; it names field, value and remedy.
    """
    try:
        return SystemConfig.model_validate(_overlay(SystemConfig().model_dump(mode="json"), changes or {}))
    except ValidationError as error:
        raise InvalidConfigurationError(*_first_fault(error)) from error


def parse_document(name: str, text: str) -> dict[str, Any]:
    """Read a configuration document: a JSON object of at most 4,096 bytes.

    Raises:
        InvalidConfigurationError: it is no JSON object, or too large for a parameter.
    """
    if len(text.encode()) > DOCUMENT_LIMIT_BYTES:
        raise InvalidConfigurationError(name, f"{len(text.encode())} bytes", "keep only the changed fields")
    try:
        document = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise InvalidConfigurationError(name, text[:80], f"it is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise InvalidConfigurationError(name, text[:80], "give a JSON object of the changed fields")
    return document
