"""The closed sets of the field's words."""

from enum import StrEnum


class Bot(StrEnum):
    """The three traders."""

    ATLAS = "ATLAS"
    PROMETHEUS = "PROMETHEUS"
    SOLOMON = "SOLOMON"


class Strategy(StrEnum):
    """A structure of option legs."""

    BULL_PUT_SPREAD = "BULL_PUT_SPREAD"
    BEAR_CALL_SPREAD = "BEAR_CALL_SPREAD"
    IRON_CONDOR = "IRON_CONDOR"
    CASH_SECURED_PUT = "CASH_SECURED_PUT"
    LONG_CALL = "LONG_CALL"
    LONG_PUT = "LONG_PUT"
    BULL_CALL_SPREAD = "BULL_CALL_SPREAD"
    BEAR_PUT_SPREAD = "BEAR_PUT_SPREAD"

    @property
    def is_credit(self) -> bool:
        """Whether premium is received at entry."""
        return self in _CREDIT


_CREDIT = frozenset(
    {Strategy.BULL_PUT_SPREAD, Strategy.BEAR_CALL_SPREAD, Strategy.IRON_CONDOR, Strategy.CASH_SECURED_PUT}
)


class GammaRegime(StrEnum):
    """What dealers' hedging does to a move: dampen it, amplify it, neither."""

    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"
    NEUTRAL = "NEUTRAL"


class Trend(StrEnum):
    """Spot against its 20- and 50-day averages."""

    UPTREND = "UPTREND"
    DOWNTREND = "DOWNTREND"
    RANGE = "RANGE"


class Volatility(StrEnum):
    """The workflow's reading of the VIX."""

    HIGH_VOL = "HIGH_VOL"
    LOW_VOL = "LOW_VOL"
    NORMAL = "NORMAL"


class Action(StrEnum):
    """What the regime recommends."""

    SELL_PREMIUM = "SELL_PREMIUM"
    BUY_CALLS = "BUY_CALLS"
    BUY_PUTS = "BUY_PUTS"
    STAY_FLAT = "STAY_FLAT"


class Rule(StrEnum):
    """Which rule of the action matrix spoke."""

    HIGH_IV_POSITIVE_GAMMA = "RULE_1"
    NEGATIVE_GAMMA = "RULE_2"
    LOW_IV_TREND = "RULE_3"
    UNCERTAIN = "RULE_4"


class Breakout(StrEnum):
    """Spot against the highs and lows of the 20 days before."""

    ABOVE = "ABOVE"
    BELOW = "BELOW"
    NONE = "NONE"


class TradingMode(StrEnum):
    """Which broker an order goes to."""

    PAPER = "paper"
    SANDBOX = "sandbox"
    LIVE = "live"


class TradingState(StrEnum):
    """The breaker: what may leave."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"

    @property
    def severity(self) -> int:
        """0 for ACTIVE, 1 for REDUCING, 2 for HALTED."""
        return _SEVERITY[self]


_SEVERITY = {state: place for place, state in enumerate(TradingState)}


def stricter(one: TradingState, other: TradingState) -> TradingState:
    """Return the stricter of two states."""
    return one if one.severity >= other.severity else other


class ExitReason(StrEnum):
    """Why a position is closed."""

    EXPIRATION = "EXPIRATION"
    PROFIT_TARGET = "PROFIT_TARGET"
    STOP_LOSS = "STOP_LOSS"
    TIME_EXIT = "TIME_EXIT"
    ASSIGNMENT_RISK = "ASSIGNMENT_RISK"
    MANUAL = "MANUAL"


class Source(StrEnum):
    """Where a value came from."""

    TRADIER = "tradier"
    TRADIER_SANDBOX = "tradier_sandbox"
    POLYGON = "polygon"
    TRADING_VOLATILITY = "trading_volatility"
    COMPUTED = "computed"


class GammaFeedVersion(StrEnum):
    """Which interface of Trading Volatility the user's subscription speaks."""

    V1 = "v1"
    V2 = "v2"


class AlertLevel(StrEnum):
    """How loud an alert is: text messages go out for HIGH and CRITICAL only."""

    INFO = "INFO"
    WARNING = "WARNING"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class IvMeasure(StrEnum):
    """Which measure of implied volatility the action matrix reads."""

    RANK = "rank"
    PERCENTILE = "percentile"


class KellyRule(StrEnum):
    """The workflow's Kelly, or the smaller of it and the textbook's."""

    WORKFLOW = "workflow"
    CONSERVATIVE = "conservative"


class StopBasis(StrEnum):
    """What the stop percentage is measured on: the loss, or the cost to close."""

    LOSS = "loss"
    COST_TO_CLOSE = "cost_to_close"


class DirectionalStructure(StrEnum):
    """What a directional action buys."""

    LONG_OPTION = "long_option"
    DEBIT_SPREAD = "debit_spread"
