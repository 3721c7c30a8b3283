"""One trial over one window: the same runner, judged after costs and with its drawdown."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from shared.backtest.calibration.space import Trial, document_of
from shared.backtest.calibration.windows import Window
from shared.backtest.figures import daily_moves, drawdowns
from shared.backtest.runner.market import Market
from shared.backtest.runner.result import DayPoint
from shared.backtest.runner.run import Runner
from shared.backtest.runner.schedule import steps_of
from shared.domain.config import BotConfig, SystemConfig, bot_config
from shared.domain.positions import ClosedTrade
from shared.domain.vocabulary import Bot

DRAWDOWN_WEIGHT: Final = 0.5
"""A per cent of drawdown costs as much as half a per cent of return."""


class Judged(NamedTuple):
    """What a trial made of a window: per cent of capital after costs, per cent of drawdown, the sessions' moves."""

    gained: float
    drawdown: float
    moves: tuple[float, ...]
    shares: tuple[tuple[str, float], ...]

    @property
    def score(self) -> float:
        """The objective: what was gained less a part of the drawdown."""
        return self.gained - DRAWDOWN_WEIGHT * self.drawdown

    @property
    def trades(self) -> int:
        """How many trades were closed."""
        return len(self.shares)


def judge(bot: Bot, trial: Trial, window: Window, days: Sequence[date], market: Market) -> Judged:
    """Run a trial over a window, entries in its sessions and exits until every position is closed."""
    return judge_configuration(bot_config(bot, document_of(bot, trial)), window, days, market)


def judge_configuration(config: BotConfig, window: Window, days: Sequence[date], market: Market) -> Judged:
    """Run a configuration over a window."""
    curve, trades = run_window(config, window, days, market)
    moves = daily_moves(curve, config.capital)
    ended = curve[-1].equity if curve else config.capital
    return Judged(
        gained=float(100 * (ended - config.capital) / config.capital),
        drawdown=100 * max(drawdowns(curve), default=0.0),
        moves=tuple(moves),
        shares=tuple((trade.strategy.value, float(trade.pnl_fraction)) for trade in trades),
    )


def run_window(
    config: BotConfig, window: Window, days: Sequence[date], market: Market
) -> tuple[list[DayPoint], tuple[ClosedTrade, ...]]:
    """Return the curve and the trades of a window; after its last session nothing is entered any more."""
    runner = Runner(config, SystemConfig(), market)
    curve: list[DayPoint] = []
    for day in days:
        if not window.first <= day <= window.until:
            continue
        live = runner.book.live(config.bot)
        is_over = day > window.last
        if is_over and not live.positions:
            break
        (step,) = steps_of(day, None)
        if is_over:
            runner.follow_off(step)
        else:
            runner.step(step)
        ledger = live.ledger(config.mode)
        equity = config.capital + runner.value(step.at)
        curve.append(DayPoint(day, equity, Decimal(0), ledger.open_risk, ledger.open_count))
        runner.evening(day)
    return curve, tuple(runner.book.trades)
