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

# Each answer is written once: a calibration asks for millions of them.
POSITIVE, NEGATIVE, NEUTRAL = GammaRegime.POSITIVE, GammaRegime.NEGATIVE, GammaRegime.NEUTRAL
UPTREND, DOWNTREND, RANGE = Trend.UPTREND, Trend.DOWNTREND, Trend.RANGE
_POSITIVE, _NEGATIVE, _NEUTRAL = (POSITIVE, GAMMA_SCORE), (NEGATIVE, GAMMA_SCORE), (NEUTRAL, NEUTRAL_SCORE)
_UPTREND, _DOWNTREND, _RANGE = (UPTREND, TREND_SCORE), (DOWNTREND, TREND_SCORE), (RANGE, RANGE_SCORE)
_HIGH_VOL = Volatility.HIGH_VOL, HIGH_VIX_ADJUSTMENT
_LOW_VOL = Volatility.LOW_VOL, LOW_VIX_ADJUSTMENT
_NORMAL = Volatility.NORMAL, 0
_UNCERTAIN = Action.STAY_FLAT, Rule.UNCERTAIN
_SELL_PREMIUM = Action.SELL_PREMIUM, Rule.HIGH_IV_POSITIVE_GAMMA
_NO_FLIP = Action.STAY_FLAT, Rule.NEGATIVE_GAMMA
_BELOW_FLIP, _ABOVE_FLIP = (Action.BUY_CALLS, Rule.NEGATIVE_GAMMA), (Action.BUY_PUTS, Rule.NEGATIVE_GAMMA)
_WITH_UPTREND, _WITH_DOWNTREND = (Action.BUY_CALLS, Rule.LOW_IV_TREND), (Action.BUY_PUTS, Rule.LOW_IV_TREND)


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
    score = gamma_score + trend_score + adjustment
    confidence = min(FULL_CONFIDENCE, score)
    return RegimeClassification(regime, trend, volatility, confidence, action, rule)


def _gamma(net_gex: Decimal, threshold: Decimal) -> tuple[GammaRegime, int]:
    if net_gex > threshold:
        return _POSITIVE
    if net_gex < -threshold:
        return _NEGATIVE
    return _NEUTRAL


def _trend(conditions: Conditions) -> tuple[Trend, int]:
    spot, ma20 = conditions.spot, conditions.ma20
    if spot > ma20:
        return _UPTREND if ma20 > conditions.ma50 else _RANGE
    return _DOWNTREND if spot < ma20 < conditions.ma50 else _RANGE


def _volatility(vix: Decimal) -> tuple[Volatility, int]:
    if vix > HIGH_VIX:
        return _HIGH_VOL
    if vix < LOW_VIX:
        return _LOW_VOL
    return _NORMAL


def determine_action(
    regime: GammaRegime, trend: Trend, conditions: Conditions, limits: RegimeLimits
) -> tuple[Action, Rule]:
    """Answer the workflow's decision matrix; an unknown IV measure or flip stays flat."""
    iv, flip = conditions.iv, conditions.flip_point
    if iv is None:
        return _UNCERTAIN
    if regime is POSITIVE and iv >= limits.sell_premium_from:
        return _SELL_PREMIUM
    if regime is NEGATIVE and conditions.vix > limits.negative_gamma_vix:
        if flip is None:
            return _NO_FLIP
        return _BELOW_FLIP if conditions.spot < flip else _ABOVE_FLIP
    if trend is not RANGE and iv < limits.buy_direction_below:
        return _WITH_UPTREND if trend is UPTREND else _WITH_DOWNTREND
    return _UNCERTAIN
