"""What a strategy's own results call for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from shared.domain.alerts import Alert
from shared.domain.messages.wording import alert_of
from shared.domain.vocabulary import AlertLevel

if TYPE_CHECKING:
    from shared.domain.statistics import StrategyStatistics


def _results(numbers: StrategyStatistics) -> str:
    return (
        f"Why: {numbers.total_trades} trades, win rate {numbers.win_rate:.1%}, "
        f"average win {numbers.avg_win:.1%}, average loss {numbers.avg_loss:.1%}"
    )


def strategy_disabled(numbers: StrategyStatistics) -> Alert:
    """Tell that a strategy is blocked for its negative expectancy."""
    return alert_of(
        f"disabled-{numbers.mode}-{numbers.strategy}-{numbers.version}",
        AlertLevel.CRITICAL,
        f"Strategy {numbers.strategy} blocked: negative expectancy ({numbers.expectancy:.2%})",
        (
            f"What: no entry of {numbers.strategy} in {numbers.mode} mode",
            _results(numbers),
            "How: open positions keep their exits",
            "Look closer: alphagex stats",
        ),
        numbers.computed_at,
    )


def diverged(numbers: StrategyStatistics, expected: Decimal, grade: str, calibration: str) -> Alert:
    """Tell, once a grade and calibration, that the live win rate is not the expected one."""
    stops = grade == "STOP"
    deed = "no entry is made any more; open positions keep their exits" if stops else "nothing is changed"
    return alert_of(
        f"diverged-{grade}-{numbers.mode}-{numbers.strategy}-{calibration}",
        AlertLevel.CRITICAL if stops else AlertLevel.WARNING,
        f"Strategy {numbers.strategy} diverges: {grade.lower()}",
        (
            f"What: won {numbers.win_rate:.0%} of {numbers.total_trades} trades, expected {expected:.0%}",
            f"Why: calibration {calibration}; 5 points call for watching, 10 for a new calibration, 20 stop",
            f"How: {deed}",
            "Look closer: alphagex stats; alphagex calibrate",
        ),
        numbers.computed_at,
    )


def sizes_to_zero(numbers: StrategyStatistics) -> Alert:
    """Tell, once, that a strategy's own results size it to zero."""
    return alert_of(
        f"zero-size-{numbers.mode}-{numbers.strategy}-{numbers.version}",
        AlertLevel.WARNING,
        f"Strategy {numbers.strategy} sizes to zero: its Kelly fraction is not positive",
        (
            f"What: {numbers.strategy} is not entered in {numbers.mode} mode until its results improve",
            _results(numbers),
            "How: Kelly's answer to a negative expectancy is not to trade",
            "Look closer: alphagex stats",
        ),
        numbers.computed_at,
    )
