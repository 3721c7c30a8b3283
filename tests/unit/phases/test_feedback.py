"""Phase 7 learns from closed trades, and a repeat changes nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.domain.config import Feedback
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Strategy, TradingMode
from shared.phases.feedback import Verdict, lesson, sizes_to_zero, statistics, window_start
from tests.builders import NOON, PAPER, closed_trade, trades
from tests.builders import statistics as stored_statistics

RULES = Feedback()
SPREAD = Strategy.BULL_PUT_SPREAD
WIN, LOSS = "0.50", "-1.00"


def learned(*pnl_fractions: object) -> StrategyStatistics:
    return statistics(PAPER, SPREAD, trades(*pnl_fractions), NOON)


def test_the_four_numbers_of_ten_trades() -> None:
    numbers = learned(*["0.50"] * 6, *["-0.40"] * 2, *["-0.60"] * 2)
    assert (numbers.total_trades, numbers.win_rate) == (10, Decimal("0.6"))
    assert (numbers.avg_win, numbers.avg_loss) == (Decimal("0.5"), Decimal("0.5"))
    assert numbers.expectancy == Decimal("0.1")


def test_a_result_of_zero_counts_as_a_loss() -> None:
    numbers = learned("0.50", "0", "0", "-0.60")
    assert (numbers.win_rate, numbers.avg_loss) == (Decimal("0.25"), Decimal("0.2"))


def test_without_a_loser_there_is_no_expectancy() -> None:
    numbers = learned(*["0.50"] * 6)
    assert (numbers.win_rate, numbers.avg_loss, numbers.expectancy) == (Decimal(1), Decimal(0), Decimal(0))
    assert not sizes_to_zero(numbers)


def test_without_trades_every_number_is_zero() -> None:
    numbers = learned()
    assert numbers.total_trades == 0
    assert {numbers.win_rate, numbers.avg_win, numbers.avg_loss, numbers.expectancy} == {Decimal(0)}


def test_the_window_is_ninety_days() -> None:
    assert window_start(NOON, RULES) == NOON - timedelta(days=90)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_fewer_than_five_trades_leave_the_stored_row_and_mark_it_stale(count: int) -> None:
    stored = stored_statistics(version=3)
    answer = lesson(stored, learned(*[LOSS] * count), RULES)
    assert answer.verdict is Verdict.UNCHANGED
    assert answer.statistics == stored.model_copy(update={"is_stale": True, "version": 4})


def test_fewer_than_five_trades_store_nothing_where_nothing_is_stored() -> None:
    assert lesson(None, learned(*[WIN] * 4), RULES) == (None, Verdict.UNCHANGED)


def test_a_stale_row_is_left_alone() -> None:
    assert lesson(stored_statistics(is_stale=True), learned(WIN), RULES) == (None, Verdict.UNCHANGED)


def test_five_trades_are_stored_and_no_longer_stale() -> None:
    answer = lesson(stored_statistics(is_stale=True, version=8), learned(*[WIN] * 4, "-0.10"), RULES)
    assert answer.verdict is Verdict.UPDATED
    assert answer.statistics is not None
    assert (answer.statistics.total_trades, answer.statistics.is_stale, answer.statistics.version) == (5, False, 9)


@pytest.mark.parametrize(
    ("results", "verdict", "disabled"),
    [
        pytest.param((*[WIN] * 6, *["-0.10"] * 4), Verdict.UPDATED, False, id="ten of positive expectancy"),
        pytest.param((*[WIN] * 4, LOSS), Verdict.UPDATED, False, id="five of positive expectancy"),
        pytest.param((*[WIN] * 3, *[LOSS] * 2), Verdict.SIZES_TO_ZERO, False, id="five of negative expectancy warn"),
        pytest.param((*[WIN] * 4, *[LOSS] * 5), Verdict.SIZES_TO_ZERO, False, id="nine of negative expectancy warn"),
        pytest.param((*[WIN] * 4, *[LOSS] * 6), Verdict.DISABLED, True, id="ten of negative expectancy disable"),
        pytest.param(
            (*["0.25"] * 8, *[LOSS] * 2),
            Verdict.SIZES_TO_ZERO,
            False,
            id="an expectancy of zero is no reason to disable",
        ),
        pytest.param([LOSS] * 10, Verdict.DISABLED, True, id="ten losses disable"),
    ],
)
def test_negative_expectancy_warns_below_ten_trades_and_disables_from_ten(
    results: tuple[str, ...], verdict: Verdict, disabled: bool
) -> None:
    answer = lesson(None, learned(*results), RULES)
    assert answer.verdict is verdict
    assert answer.statistics is not None
    assert answer.statistics.is_disabled is disabled


def test_a_strategy_that_sizes_to_zero_warns_once() -> None:
    first = lesson(None, learned(*[WIN] * 3, *[LOSS] * 2), RULES)
    second = lesson(first.statistics, learned(*[WIN] * 3, *[LOSS] * 3), RULES)
    assert (first.verdict, second.verdict) == (Verdict.SIZES_TO_ZERO, Verdict.UPDATED)


def test_an_enabled_strategy_is_judged_again_only_by_new_trades() -> None:
    losing = learned(*[WIN] * 4, *[LOSS] * 6)
    disabled = lesson(None, losing, RULES).statistics
    assert disabled is not None
    enabled = disabled.model_copy(update={"is_disabled": False})
    assert lesson(enabled, losing, RULES) == (None, Verdict.UNCHANGED)
    assert lesson(enabled, learned(*[WIN] * 4, *[LOSS] * 7), RULES).verdict is Verdict.DISABLED


def test_a_record_worth_exactly_nothing_sizes_to_zero() -> None:
    thirds = learned(*[WIN] * 8, *[LOSS] * 4)
    assert thirds.expectancy == 0
    assert sizes_to_zero(thirds)


def test_the_same_trades_again_change_nothing() -> None:
    fresh = learned(*[WIN] * 4, *[LOSS] * 6)
    first = lesson(None, fresh, RULES).statistics
    assert lesson(first, fresh, RULES) == (None, Verdict.UNCHANGED)


def test_a_disabled_strategy_stays_so_however_well_it_does_afterwards() -> None:
    answer = lesson(stored_statistics(is_disabled=True), learned(*[WIN] * 12), RULES)
    assert answer.verdict is Verdict.UPDATED
    assert answer.statistics is not None
    assert answer.statistics.is_disabled


def test_a_disabled_strategy_that_goes_stale_stays_disabled() -> None:
    answer = lesson(stored_statistics(is_disabled=True), learned(LOSS), RULES)
    assert answer.statistics is not None
    assert (answer.statistics.is_disabled, answer.statistics.is_stale) == (True, True)


def test_statistics_belong_to_one_mode_and_strategy() -> None:
    numbers = statistics(TradingMode.LIVE, Strategy.LONG_CALL, [closed_trade()], NOON)
    assert (numbers.mode, numbers.strategy) == (TradingMode.LIVE, Strategy.LONG_CALL)
