"""Phase 7: what do closed trades say of the strategy?"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, assert_never

from shared.domain.config import Feedback, Prior
from shared.domain.statistics import SizingBasis, StrategyStatistics
from shared.domain.vocabulary import Bot, Strategy, TradingMode
from shared.phases.sizing import kelly_fraction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.positions import ClosedTrade

SIX_PLACES = Decimal("0.000001")
ASSUMED = "assumed"
"""How the version of a prior begins that nobody measured: nothing can diverge from it."""
WATCHED_FROM = Decimal("0.05")
RECALIBRATED_FROM = Decimal("0.10")
STOPPED_FROM = Decimal("0.20")


class Verdict(StrEnum):
    """What the new statistics mean for the strategy."""

    UNCHANGED = "UNCHANGED"
    UPDATED = "UPDATED"
    SIZES_TO_ZERO = "SIZES_TO_ZERO"
    DISABLED = "DISABLED"
    DIVERGED = "DIVERGED"


class Divergence(StrEnum):
    """How far the live win rate lies from the one a calibration led to expect."""

    FINE = "FINE"
    WATCH = "WATCH"
    RECALIBRATE = "RECALIBRATE"
    STOP = "STOP"


class Lesson(NamedTuple):
    """The statistics to store, None to leave the stored row, and what they mean."""

    statistics: StrategyStatistics | None
    verdict: Verdict


def window_start(now: datetime, rules: Feedback) -> datetime:
    """Return the moment from which closed trades count."""
    return now - timedelta(days=rules.window_days)


def statistics(
    mode: TradingMode, strategy: Strategy, trades: Sequence[ClosedTrade], now: datetime
) -> StrategyStatistics:
    """Return win rate, average win and loss (shares of the premium) and expectancy of these trades.

    A result of zero counts as a loss, as the workflow prints it. Without losers the expectancy is zero, as there.
    """
    wins = [trade.pnl_fraction for trade in trades if trade.pnl > 0]
    losses = [trade.pnl_fraction for trade in trades if trade.pnl <= 0]
    win_rate = Decimal(len(wins)) / len(trades) if trades else Decimal(0)
    avg_win = max(_mean(wins), Decimal(0))
    avg_loss = abs(_mean(losses))
    expectancy = win_rate * avg_win - (1 - win_rate) * avg_loss if avg_loss > 0 else Decimal(0)
    return StrategyStatistics(
        mode=mode,
        strategy=strategy,
        total_trades=len(trades),
        win_rate=win_rate.quantize(SIX_PLACES),
        avg_win=avg_win.quantize(SIX_PLACES),
        avg_loss=avg_loss.quantize(SIX_PLACES),
        expectancy=expectancy.quantize(SIX_PLACES),
        computed_at=now,
    )


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values) if values else Decimal(0)


def bot_of(strategy: Strategy) -> Bot:
    """Return the bot that trades a strategy."""
    match strategy:
        case Strategy.CASH_SECURED_PUT:
            return Bot.ATLAS
        case Strategy.BULL_PUT_SPREAD | Strategy.BEAR_CALL_SPREAD | Strategy.IRON_CONDOR:
            return Bot.PROMETHEUS
        case Strategy.LONG_CALL | Strategy.LONG_PUT | Strategy.BULL_CALL_SPREAD | Strategy.BEAR_PUT_SPREAD:
            return Bot.SOLOMON
        case _:
            assert_never(strategy)


def divergence(numbers: StrategyStatistics, prior: Prior | None, rules: Feedback) -> Divergence:
    """Grade the live win rate against the calibrated one: below 5 points fine, 5 to 10 watch, 10 to 20 recalibrate.

    More than 20 points below it stop the strategy; above it they call for a new calibration only. Nothing diverges
    from an assumption, nor with fewer trades than ``disable_after_trades``.
    """
    if prior is None or prior.version.startswith(ASSUMED):
        return Divergence.FINE
    if numbers.is_stale or numbers.total_trades < rules.disable_after_trades:
        return Divergence.FINE
    below = prior.win_rate - numbers.win_rate
    if below > STOPPED_FROM:
        return Divergence.STOP
    if abs(below) >= RECALIBRATED_FROM:
        return Divergence.RECALIBRATE
    return Divergence.WATCH if abs(below) >= WATCHED_FROM else Divergence.FINE


def lesson(
    stored: StrategyStatistics | None, fresh: StrategyStatistics, rules: Feedback, prior: Prior | None = None
) -> Lesson:
    """Decide what to store; ``prior`` is what a calibration expected of the strategy.

    Fewer than ``min_trades`` leave the stored numbers and mark them stale. Negative expectancy disables from
    ``disable_after_trades`` on and only warns below; a disabled strategy stays so until an operator enables it,
    and an enabled one is judged again when its numbers change.
    """
    if fresh.total_trades < rules.min_trades:
        if stored is None or stored.is_stale:
            return Lesson(None, Verdict.UNCHANGED)
        stale = stored.model_copy(update={"is_stale": True, "version": stored.version + 1})
        return Lesson(stale, Verdict.UNCHANGED)
    if stored is not None and not stored.is_stale and _same_numbers(stored, fresh):
        return Lesson(None, Verdict.UNCHANGED)
    was_disabled = stored is not None and stored.is_disabled
    disables = fresh.expectancy < 0 and fresh.total_trades >= rules.disable_after_trades
    stops = divergence(fresh, prior, rules) is Divergence.STOP
    after = fresh.model_copy(
        update={"is_disabled": was_disabled or disables or stops, "version": stored.version + 1 if stored else 1}
    )
    if disables and not was_disabled:
        return Lesson(after, Verdict.DISABLED)
    if stops and not was_disabled:
        return Lesson(after, Verdict.DIVERGED)
    zero = sizes_to_zero(after) and not sizes_to_zero(stored) and not was_disabled
    return Lesson(after, Verdict.SIZES_TO_ZERO if zero else Verdict.UPDATED)


def _same_numbers(stored: StrategyStatistics, fresh: StrategyStatistics) -> bool:
    ignored = {"version", "computed_at", "is_disabled", "is_stale"}
    return stored.model_dump(exclude=ignored) == fresh.model_dump(exclude=ignored)


def sizes_to_zero(numbers: StrategyStatistics | None) -> bool:
    """Tell whether Kelly sizes a strategy with these numbers to nothing."""
    if numbers is None or numbers.avg_loss == 0:
        return False
    basis = SizingBasis(win_rate=numbers.win_rate, avg_win=numbers.avg_win, avg_loss=numbers.avg_loss, origin="window")
    return kelly_fraction(basis) <= 0
