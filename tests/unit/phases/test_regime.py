"""Phase 2 answers exactly what the workflow prints, at every boundary."""

import csv
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from shared.domain.config import BotConfig
from shared.domain.market import Snapshot
from shared.domain.vocabulary import Action, Bot, GammaRegime, IvMeasure, Rule, Source, Trend, Volatility
from shared.phases.regime import Conditions, RegimeClassification, classify, classify_snapshot, limits_of
from tests.builders import config, gamma, momentum, reading, snapshot, spx_snapshot

GOLDEN = Path(__file__).parent / "golden" / "action_matrix.csv"
ROWS = list(csv.DictReader(GOLDEN.read_text(encoding="utf-8").splitlines()))
ONE = Decimal(1)
SPOT = Decimal(400)
NET_GEX = {"POSITIVE": Decimal(500_000_001), "NEGATIVE": Decimal(-500_000_001), "NEUTRAL": Decimal(500_000_000)}
AVERAGES = {
    "UPTREND": (Decimal(399), Decimal(398)),
    "DOWNTREND": (Decimal(401), Decimal(402)),
    "RANGE": (Decimal(399), Decimal(399)),
}
FLIP = {"below": SPOT + ONE, "above": SPOT - ONE, "at": SPOT, "none": None}
LIMITS = limits_of(config(), "SPY", Source.TRADING_VOLATILITY)


def conditions(
    regime: str = "POSITIVE",
    trend: str = "UPTREND",
    iv: str = "60",
    vix: str = "18",
    spot_to_flip: str = "above",
) -> Conditions:
    ma20, ma50 = AVERAGES[trend]
    rank = None if iv == "unknown" else Decimal(iv)
    return Conditions(SPOT, NET_GEX[regime], FLIP[spot_to_flip], ma20, ma50, Decimal(vix), rank)


def test_the_golden_file_holds_every_combination_once() -> None:
    regular = [row for row in ROWS if row["iv_rank"] != "unknown" and row["spot_to_flip"] in ("below", "above")]
    wanted = set(product(NET_GEX, AVERAGES, ("29.9", "30", "49.9", "50"), ("20", "20.01"), ("below", "above")))
    assert len(regular) == 144
    assert {(r["regime"], r["trend"], r["iv_rank"], r["vix"], r["spot_to_flip"]) for r in regular} == wanted


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            row,
            id=f"{row['regime']}, {row['trend']}, IV rank {row['iv_rank']}, VIX {row['vix']}, "
            f"spot {row['spot_to_flip']} flip: {row['action']}",
        )
        for row in ROWS
    ],
)
def test_the_action_matrix_answers_as_the_golden_file(row: dict[str, str]) -> None:
    answer = classify(conditions(row["regime"], row["trend"], row["iv_rank"], row["vix"], row["spot_to_flip"]), LIMITS)
    assert (answer.regime, answer.trend) == (row["regime"], row["trend"])
    assert (answer.action, answer.rule) == (row["action"], row["rule"])


@pytest.mark.parametrize(
    ("regime", "trend", "vix", "confidence"),
    [
        pytest.param("NEUTRAL", "RANGE", "30.01", 25, id="30 + 10 - 15"),
        pytest.param("NEUTRAL", "RANGE", "14.99", 30, id="30 + 10 - 10"),
        pytest.param("NEUTRAL", "UPTREND", "30.01", 35, id="30 + 20 - 15"),
        pytest.param("NEUTRAL", "DOWNTREND", "14.99", 40, id="30 + 20 - 10"),
        pytest.param("NEUTRAL", "RANGE", "20", 40, id="30 + 10"),
        pytest.param("NEUTRAL", "UPTREND", "20", 50, id="30 + 20"),
        pytest.param("POSITIVE", "RANGE", "30.01", 65, id="70 + 10 - 15"),
        pytest.param("NEGATIVE", "RANGE", "14.99", 70, id="70 + 10 - 10"),
        pytest.param("NEGATIVE", "DOWNTREND", "30.01", 75, id="70 + 20 - 15"),
        pytest.param("POSITIVE", "RANGE", "20", 80, id="70 + 10"),
        pytest.param("POSITIVE", "UPTREND", "14.99", 80, id="70 + 20 - 10"),
        pytest.param("POSITIVE", "UPTREND", "20", 90, id="70 + 20"),
    ],
)
def test_confidence_adds_up_as_printed(regime: str, trend: str, vix: str, confidence: int) -> None:
    assert classify(conditions(regime, trend, vix=vix), LIMITS).confidence == confidence


def test_the_reachable_confidences_are_ten() -> None:
    every = product(NET_GEX, AVERAGES, ("10", "20", "40"))
    reached = {classify(conditions(regime, trend, vix=vix), LIMITS).confidence for regime, trend, vix in every}
    assert reached == {25, 30, 35, 40, 50, 65, 70, 75, 80, 90}


@pytest.mark.parametrize(
    ("net_gex", "regime"),
    [
        pytest.param("500000000.01", GammaRegime.POSITIVE, id="a cent above"),
        pytest.param("500000000", GammaRegime.NEUTRAL, id="at the upper threshold"),
        pytest.param("0", GammaRegime.NEUTRAL, id="none"),
        pytest.param("-500000000", GammaRegime.NEUTRAL, id="at the lower threshold"),
        pytest.param("-500000000.01", GammaRegime.NEGATIVE, id="a cent below"),
    ],
)
def test_gamma_at_its_threshold_is_neutral(net_gex: str, regime: GammaRegime) -> None:
    assert classify(conditions()._replace(net_gex=Decimal(net_gex)), LIMITS).regime is regime


@pytest.mark.parametrize(
    ("vix", "volatility"),
    [
        pytest.param("14.99", Volatility.LOW_VOL, id="just below 15"),
        pytest.param("15", Volatility.NORMAL, id="15"),
        pytest.param("30", Volatility.NORMAL, id="30"),
        pytest.param("30.01", Volatility.HIGH_VOL, id="just above 30"),
    ],
)
def test_volatility_changes_beyond_15_and_30(vix: str, volatility: Volatility) -> None:
    assert classify(conditions(vix=vix), LIMITS).volatility is volatility


@pytest.mark.parametrize(
    ("spot", "ma20", "ma50", "trend"),
    [
        pytest.param(3, 2, 1, Trend.UPTREND, id="spot above 20 above 50"),
        pytest.param(1, 2, 3, Trend.DOWNTREND, id="spot below 20 below 50"),
        pytest.param(2, 2, 1, Trend.RANGE, id="spot on its 20-day average"),
        pytest.param(3, 2, 2, Trend.RANGE, id="both averages equal"),
        pytest.param(3, 1, 2, Trend.RANGE, id="above both, averages falling"),
        pytest.param(2, 3, 1, Trend.RANGE, id="between, averages rising"),
        pytest.param(2, 2, 3, Trend.RANGE, id="on its falling 20-day average"),
    ],
)
def test_a_trend_needs_spot_and_averages_strictly_in_order(spot: int, ma20: int, ma50: int, trend: Trend) -> None:
    asked = conditions()._replace(spot=Decimal(spot), ma20=Decimal(ma20), ma50=Decimal(ma50))
    assert classify(asked, LIMITS).trend is trend


def classified(seen: Snapshot, rules: BotConfig | None = None) -> RegimeClassification:
    answer = classify_snapshot(seen, rules or config())
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("underlying", "net_gex", "regime"),
    [
        pytest.param("SPY", 500_000_001, GammaRegime.POSITIVE, id="SPY beyond 500 million"),
        pytest.param("SPX", 500_000_001, GammaRegime.NEUTRAL, id="SPX beyond 500 million"),
        pytest.param("SPX", 1_800_000_000, GammaRegime.NEUTRAL, id="SPX at 1,800 million"),
        pytest.param("SPX", 1_800_000_001, GammaRegime.POSITIVE, id="SPX beyond 1,800 million"),
    ],
)
@pytest.mark.parametrize("source", [Source.TRADING_VOLATILITY, Source.COMPUTED])
def test_each_underlying_has_its_own_threshold_from_either_source(
    source: Source, underlying: str, net_gex: int, regime: GammaRegime
) -> None:
    figures = gamma(net_gex).model_copy(update={"source": source})
    if underlying == "SPX":
        answer = classified(spx_snapshot(gamma=figures), config(Bot.ATLAS))
    else:
        answer = classified(snapshot(gamma=figures))
    assert answer.regime is regime


def test_a_threshold_may_differ_by_source() -> None:
    rules = config(gamma_thresholds={"SPY": {"vendor": 500_000_000, "computed": 100_000_000}})
    computed = gamma(200_000_000).model_copy(update={"source": Source.COMPUTED})
    assert classified(snapshot(gamma=gamma(200_000_000)), rules).regime is GammaRegime.NEUTRAL
    assert classified(snapshot(gamma=computed), rules).regime is GammaRegime.POSITIVE


@pytest.mark.parametrize(
    ("measure", "action"),
    [
        pytest.param(IvMeasure.RANK, Action.STAY_FLAT, id="rank 40"),
        pytest.param(IvMeasure.PERCENTILE, Action.SELL_PREMIUM, id="percentile 80"),
    ],
)
def test_the_matrix_reads_the_measure_that_is_configured(measure: IvMeasure, action: Action) -> None:
    seen = snapshot(iv_rank=Decimal(40), iv_percentile=Decimal(80))
    assert classified(seen, config(iv_measure=measure)).action is action


@pytest.mark.parametrize("missing", ["spot", "vix", "gamma", "momentum"])
def test_a_missing_value_is_not_classified(missing: str) -> None:
    assert classify_snapshot(snapshot(**{missing: None}), config()) is None


def test_no_flip_stays_flat_by_rule_2() -> None:
    seen = snapshot(gamma=gamma(-600_000_000, flip=None), vix=reading(25), iv_rank=Decimal(20))
    assert (classified(seen).action, classified(seen).rule) == (Action.STAY_FLAT, Rule.NEGATIVE_GAMMA)


def test_negative_gamma_below_vix_20_leaves_the_word_to_rule_3() -> None:
    seen = snapshot(
        gamma=gamma(-600_000_000), vix=reading(20), iv_rank=Decimal(20), momentum=momentum(ma20=405, ma50=410)
    )
    assert (classified(seen).action, classified(seen).rule) == (Action.BUY_PUTS, Rule.LOW_IV_TREND)
