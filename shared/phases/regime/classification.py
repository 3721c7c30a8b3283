"""The market regime and the action it recommends, exactly as the workflow prints them."""

from decimal import Decimal
from typing import NamedTuple

from shared.domain.config import BotConfig
from shared.domain.market import Snapshot
from shared.domain.vocabulary import Action, GammaRegime, IvMeasure, Rule, Source, Trend, Volatility

GAMMA_SCORE = 70
NEUTRAL_SCORE = 30
TREND_SCORE = 20
RANGE_SCORE = 10
HIGH_VIX = Decimal(30)
LOW_VIX = Decimal(15)
HIGH_VIX_ADJUSTMENT = -15
LOW_VIX_ADJUSTMENT = -10
FULL_CONFIDENCE = 100


class Conditions(NamedTuple):
    """What the classifier reads; ``iv`` is IV rank or percentile, None when unknown, as is ``flip_point``."""

    spot: Decimal
    net_gex: Decimal
    flip_point: Decimal | None
    ma20: Decimal
    ma50: Decimal
    vix: Decimal
    iv: Decimal | None


class RegimeLimits(NamedTuple):
    """The thresholds: dollars per 1 % move, places on the IV scale, VIX points."""

    gamma: Decimal
    sell_premium_from: Decimal
    buy_direction_below: Decimal
    negative_gamma_vix: Decimal


class RegimeClassification(NamedTuple):
    """The regime, with the rule that spoke."""

    regime: GammaRegime
    trend: Trend
    volatility: Volatility
    confidence: int
    action: Action
    rule: Rule


def limits_of(config: BotConfig, underlying: str, source: Source) -> RegimeLimits:
    """Return the thresholds that hold for figures of an underlying from a source."""
    return RegimeLimits(
        config.gamma_thresholds[underlying].of(source),
        config.sell_premium_from,
        config.buy_direction_below,
        config.negative_gamma_vix,
    )


def classify_snapshot(snapshot: Snapshot, config: BotConfig) -> RegimeClassification | None:
    """Classify a snapshot; None when a value the workflow needs, or the underlying's threshold, is missing."""
    spot, vix, gamma, momentum = snapshot.spot, snapshot.vix, snapshot.gamma, snapshot.momentum
    if spot is None or vix is None or gamma is None or momentum is None:
        return None
    if snapshot.underlying not in config.gamma_thresholds:
        return None
    iv = snapshot.iv_rank if config.iv_measure is IvMeasure.RANK else snapshot.iv_percentile
    conditions = Conditions(spot.value, gamma.net_gex, gamma.flip_point, momentum.ma20, momentum.ma50, vix.value, iv)
    return classify(conditions, limits_of(config, snapshot.underlying, gamma.source))


def classify(conditions: Conditions, limits: RegimeLimits) -> RegimeClassification:
    """Determine the market regime, its confidence (0 to 100) and the recommended action."""
    regime, gamma_score = _gamma(conditions.net_gex, limits.gamma)
    trend, trend_score = _trend(conditions)
    volatility, adjustment = _volatility(conditions.vix)
    action, rule = determine_action(regime, trend, conditions, limits)
    return RegimeClassification(
        regime, trend, volatility, min(FULL_CONFIDENCE, gamma_score + trend_score + adjustment), action, rule
    )


def _gamma(net_gex: Decimal, threshold: Decimal) -> tuple[GammaRegime, int]:
    if net_gex > threshold:
        return GammaRegime.POSITIVE, GAMMA_SCORE
    if net_gex < -threshold:
        return GammaRegime.NEGATIVE, GAMMA_SCORE
    return GammaRegime.NEUTRAL, NEUTRAL_SCORE


def _trend(conditions: Conditions) -> tuple[Trend, int]:
    if conditions.spot > conditions.ma20 > conditions.ma50:
        return Trend.UPTREND, TREND_SCORE
    if conditions.spot < conditions.ma20 < conditions.ma50:
        return Trend.DOWNTREND, TREND_SCORE
    return Trend.RANGE, RANGE_SCORE


def _volatility(vix: Decimal) -> tuple[Volatility, int]:
    if vix > HIGH_VIX:
        return Volatility.HIGH_VOL, HIGH_VIX_ADJUSTMENT
    if vix < LOW_VIX:
        return Volatility.LOW_VOL, LOW_VIX_ADJUSTMENT
    return Volatility.NORMAL, 0


def determine_action(
    regime: GammaRegime, trend: Trend, conditions: Conditions, limits: RegimeLimits
) -> tuple[Action, Rule]:
    """Answer the workflow's decision matrix; an unknown IV measure or flip stays flat."""
    iv, flip = conditions.iv, conditions.flip_point
    if iv is None:
        return Action.STAY_FLAT, Rule.UNCERTAIN
    if iv >= limits.sell_premium_from and regime is GammaRegime.POSITIVE:
        return Action.SELL_PREMIUM, Rule.HIGH_IV_POSITIVE_GAMMA
    if regime is GammaRegime.NEGATIVE and conditions.vix > limits.negative_gamma_vix:
        if flip is None:
            return Action.STAY_FLAT, Rule.NEGATIVE_GAMMA
        return (Action.BUY_CALLS if conditions.spot < flip else Action.BUY_PUTS), Rule.NEGATIVE_GAMMA
    if iv < limits.buy_direction_below and trend is not Trend.RANGE:
        return (Action.BUY_CALLS if trend is Trend.UPTREND else Action.BUY_PUTS), Rule.LOW_IV_TREND
    return Action.STAY_FLAT, Rule.UNCERTAIN
