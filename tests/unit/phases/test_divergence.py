"""The win rate that trades show against the one a calibration led to expect."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.domain.config import Feedback, Prior
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, Strategy, TradingMode
from shared.phases.feedback import Divergence, Verdict, bot_of, divergence, lesson

MEASURED = Prior(
    version="calibrated-60-trades", win_rate=Decimal("0.70"), avg_win=Decimal("0.4"), avg_loss=Decimal("0.5")
)
ASSUMED = MEASURED.model_copy(update={"version": "assumed-1"})
RULES = Feedback()


def live(win_rate: str, trades: int = 20, expectancy: str = "0.05") -> StrategyStatistics:
    return StrategyStatistics(
        mode=TradingMode.PAPER,
        strategy=Strategy.CASH_SECURED_PUT,
        total_trades=trades,
        win_rate=Decimal(win_rate),
        avg_win=Decimal("0.6"),
        avg_loss=Decimal("0.4"),
        expectancy=Decimal(expectancy),
        computed_at=datetime(2026, 11, 23, 17, tzinfo=UTC),
    )


GRADES = [
    pytest.param("0.70", MEASURED, 20, Divergence.FINE, id="as expected"),
    pytest.param("0.6501", MEASURED, 20, Divergence.FINE, id="just below five points"),
    pytest.param("0.65", MEASURED, 20, Divergence.WATCH, id="five points"),
    pytest.param("0.60", MEASURED, 20, Divergence.RECALIBRATE, id="ten points"),
    pytest.param("0.50", MEASURED, 20, Divergence.RECALIBRATE, id="twenty points"),
    pytest.param("0.4999", MEASURED, 20, Divergence.STOP, id="more than twenty points"),
    pytest.param("0.95", MEASURED, 20, Divergence.RECALIBRATE, id="far better stops nothing"),
    pytest.param("0.30", MEASURED, 9, Divergence.FINE, id="too few trades to say"),
    pytest.param("0.30", ASSUMED, 20, Divergence.FINE, id="nothing diverges from an assumption"),
]


@pytest.mark.parametrize(("win_rate", "prior", "trades", "grade"), GRADES)
def test_a_win_rate_is_graded(win_rate: str, prior: Prior, trades: int, grade: Divergence) -> None:
    assert divergence(live(win_rate, trades), prior, RULES) is grade


def test_a_strategy_far_below_its_calibration_enters_nothing_any_more() -> None:
    answer = lesson(None, live("0.45"), RULES, MEASURED)
    assert answer.verdict is Verdict.DIVERGED
    assert answer.statistics is not None
    assert answer.statistics.is_disabled
    again = lesson(answer.statistics, live("0.44"), RULES, MEASURED)
    assert again.verdict is Verdict.UPDATED


def test_without_a_calibration_only_expectancy_disables() -> None:
    assert lesson(None, live("0.45"), RULES, ASSUMED).verdict is Verdict.UPDATED
    assert lesson(None, live("0.45", expectancy="-0.1"), RULES, ASSUMED).verdict is Verdict.DISABLED


def test_every_strategy_has_its_bot() -> None:
    assert {bot_of(strategy) for strategy in Strategy} == set(Bot)
