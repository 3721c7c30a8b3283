"""The market regime of the newest snapshot, with its indicators and what they mean in words."""

from datetime import datetime
from decimal import Decimal
from typing import assert_never

from shared.domain.config import BotConfig
from shared.domain.market import Snapshot
from shared.domain.vocabulary import Action, Breakout, GammaRegime, IvMeasure, Rule, Trend, Volatility
from shared.phases.regime import RegimeClassification, classify_snapshot
from shared.phases.regime.classification import limits_of
from shared.views.snapshots import FaultView, newest_snapshot
from shared.views.sources import Sources, configurations
from shared.views.underlyings import reader_of
from shared.views.view import View, seconds_between


class Indicators(View):
    """What the regime is read from: dollars, volatility points, places from 0 to 100."""

    spot: Decimal | None
    vix: Decimal | None
    net_gex: Decimal | None
    flip_point: Decimal | None
    call_wall: Decimal | None
    put_wall: Decimal | None
    iv_rank: Decimal | None
    iv_percentile: Decimal | None
    ma20: Decimal | None
    ma50: Decimal | None
    rsi: Decimal | None
    macd: Decimal | None
    macd_signal: Decimal | None
    macd_histogram: Decimal | None
    breakout: Breakout | None


class RegimeView(View):
    """The regime; None in place of each word where a value that it needs is missing."""

    underlying: str
    at: datetime
    age_seconds: int
    valid: bool
    faults: tuple[FaultView, ...]
    regime: GammaRegime | None
    trend: Trend | None
    volatility: Volatility | None
    confidence: int | None
    recommended_action: Action | None
    rule: Rule | None
    indicators: Indicators
    analysis: tuple[str, ...]


def regime_view(sources: Sources, underlying: str) -> RegimeView:
    """Return the regime of the newest snapshot.

    Raises:
        UnknownUnderlyingError, NoSnapshotError: as `newest_snapshot` does.
    """
    snapshot = newest_snapshot(sources, underlying)
    config = reader_of(underlying, configurations(sources)[1])
    found = classify_snapshot(snapshot, config) if config else None
    return RegimeView(
        underlying=underlying,
        at=snapshot.at,
        age_seconds=seconds_between(snapshot.at, sources.clock.now()),
        valid=snapshot.is_valid,
        faults=tuple(FaultView(code=one.code, value=one.value, limit=one.limit) for one in snapshot.faults),
        regime=found.regime if found else None,
        trend=found.trend if found else None,
        volatility=found.volatility if found else None,
        confidence=found.confidence if found else None,
        recommended_action=found.action if found else None,
        rule=found.rule if found else None,
        indicators=_indicators(snapshot),
        analysis=_analysis(snapshot, found, config),
    )


def _indicators(snapshot: Snapshot) -> Indicators:
    gamma, momentum = snapshot.gamma, snapshot.momentum
    return Indicators(
        spot=snapshot.spot.value if snapshot.spot else None,
        vix=snapshot.vix.value if snapshot.vix else None,
        net_gex=gamma.net_gex if gamma else None,
        flip_point=gamma.flip_point if gamma else None,
        call_wall=gamma.call_wall if gamma else None,
        put_wall=gamma.put_wall if gamma else None,
        iv_rank=snapshot.iv_rank,
        iv_percentile=snapshot.iv_percentile,
        ma20=momentum.ma20 if momentum else None,
        ma50=momentum.ma50 if momentum else None,
        rsi=momentum.rsi if momentum else None,
        macd=momentum.macd if momentum else None,
        macd_signal=momentum.macd_signal if momentum else None,
        macd_histogram=momentum.macd_histogram if momentum else None,
        breakout=momentum.breakout if momentum else None,
    )


def _analysis(snapshot: Snapshot, found: RegimeClassification | None, config: BotConfig | None) -> tuple[str, ...]:
    problems = ", ".join(f"{one.code} {one.value or ''}".strip() for one in snapshot.faults)
    invalid = (f"No entry may be decided on this snapshot: {problems}.",) if problems else ()
    if found is None or config is None or snapshot.gamma is None or snapshot.vix is None or snapshot.spot is None:
        return (*invalid, "The regime is unknown: a value that it needs is missing.")
    limits = limits_of(config, snapshot.underlying, snapshot.gamma.source)
    net = snapshot.gamma.net_gex / 1_000_000
    measured = snapshot.iv_rank if config.iv_measure is IvMeasure.RANK else snapshot.iv_percentile
    gamma_line = (
        f"Net gamma {net:+,.0f} million dollars per 1 % move against a threshold of {limits.gamma / 1_000_000:,.0f} "
        f"million: {_gamma_words(found.regime)}."
    )
    trend_line = (
        f"Spot {snapshot.spot.value:,.2f} {_trend_words(found.trend)}; VIX {snapshot.vix.value:.2f} is "
        f"{_volatility_words(found.volatility)}."
    )
    action_line = (
        f"IV {config.iv_measure} {'unknown' if measured is None else f'{measured:.0f}'}: "
        f"{_rule_words(found.rule)}, so {found.action.replace('_', ' ').lower()}, confidence {found.confidence}."
    )
    return (*invalid, gamma_line, trend_line, action_line)


def _gamma_words(regime: GammaRegime) -> str:
    match regime:
        case GammaRegime.POSITIVE:
            return "dealers sell rallies and buy dips, moves are dampened"
        case GammaRegime.NEGATIVE:
            return "dealers hedge with the move, moves are amplified"
        case GammaRegime.NEUTRAL:
            return "dealers' hedging gives no clear edge"
        case _:
            assert_never(regime)


def _volatility_words(volatility: Volatility) -> str:
    match volatility:
        case Volatility.HIGH_VOL:
            return "high, which costs confidence"
        case Volatility.LOW_VOL:
            return "low, with little premium to be had"
        case Volatility.NORMAL:
            return "normal"
        case _:
            assert_never(volatility)


def _trend_words(trend: Trend) -> str:
    match trend:
        case Trend.UPTREND:
            return "is above its 20-day average, that above the 50-day: uptrend"
        case Trend.DOWNTREND:
            return "is below its 20-day average, that below the 50-day: downtrend"
        case Trend.RANGE:
            return "is in no order with its averages: range"
        case _:
            assert_never(trend)


def _rule_words(rule: Rule) -> str:
    match rule:
        case Rule.HIGH_IV_POSITIVE_GAMMA:
            return "rule 1, implied volatility is high while gamma is positive"
        case Rule.NEGATIVE_GAMMA:
            return "rule 2, gamma is negative and the VIX elevated"
        case Rule.LOW_IV_TREND:
            return "rule 3, options are cheap and there is a trend"
        case Rule.UNCERTAIN:
            return "rule 4, no rule calls for a trade"
        case _:
            assert_never(rule)
