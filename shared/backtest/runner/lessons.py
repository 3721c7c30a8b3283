"""Phase 7 during a run: what each closed trade teaches is what the next one is sized by."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from shared.backtest.runner.book import RunBook
from shared.domain.config import BotConfig, Feedback
from shared.domain.positions import ClosedTrade
from shared.domain.vocabulary import Strategy
from shared.phases import feedback
from shared.phases.feedback import Verdict
from shared.phases.sizing import basis_of, kelly_fraction


@dataclass
class _Window:
    """A strategy's closed trades in the order of their time, and from which on they count."""

    trades: list[ClosedTrade] = field(default_factory=list)
    start: int = 0

    def move(self, since: datetime) -> bool:
        """Let trades leave that closed before a moment; True when one did."""
        before = self.start
        while self.start < len(self.trades) and self.trades[self.start].closed_at < since:
            self.start += 1
        return self.start != before


class KellyPoint(NamedTuple):
    """What sizing rests on from a moment on: Kelly's fraction and where it comes from."""

    at: datetime
    strategy: Strategy
    kelly: Decimal
    win_rate: Decimal
    origin: str


@dataclass
class Lessons:
    """Keeps the statistics of one bot's strategies.

    A disabled strategy is enabled again, as an operator would, once its window holds too few trades to speak
    against it; ``disabled`` counts how often it came to that.
    """

    config: BotConfig
    rules: Feedback
    book: RunBook
    points: list[KellyPoint] = field(default_factory=list)
    disabled: int = 0
    learned: int = 0
    _windows: defaultdict[Strategy, _Window] = field(default_factory=lambda: defaultdict(_Window))

    def learn(self, now: datetime) -> None:
        """Learn from the trades closed since the last lesson."""
        fresh = self.book.trades[self.learned :]
        self.learned = len(self.book.trades)
        for trade in fresh:
            self._windows[trade.strategy].trades.append(trade)
        for strategy in sorted({trade.strategy for trade in fresh}):
            self._windows[strategy].move(feedback.window_start(now, self.rules))
            self._learn(strategy, now)

    def learn_daily(self, now: datetime) -> None:
        """Learn what time alone changes: trades that leave the window."""
        for mode, strategy in list(self.book.statistics):
            if mode is self.config.mode and self._windows[strategy].move(feedback.window_start(now, self.rules)):
                self._learn(strategy, now)

    def _learn(self, strategy: Strategy, now: datetime) -> None:
        key = (self.config.mode, strategy)
        window = self._windows[strategy]
        trades = window.trades[window.start :]
        stored = self.book.statistics.get(key)
        lesson = feedback.lesson(
            stored, feedback.statistics(*key, trades, now), self.rules, self.config.priors[strategy]
        )
        if lesson.statistics is None:
            return
        after = lesson.statistics
        if lesson.verdict in (Verdict.DISABLED, Verdict.DIVERGED):
            self.disabled += 1
        if after.is_disabled and after.is_stale:
            after = after.model_copy(update={"is_disabled": False})
        self.book.statistics[key] = after
        basis = basis_of(after, self.config.priors[strategy])
        kelly = kelly_fraction(basis, self.config.kelly)
        self.points.append(KellyPoint(now, strategy, kelly, basis.win_rate, basis.origin))
