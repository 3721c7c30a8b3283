"""Make statistics of the closed trades, and act on what they say."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from shared.domain import messages
from shared.domain.errors import ConflictError
from shared.domain.ports import Alerts, Clock, Configuration, TradeHistory
from shared.domain.vocabulary import Strategy, TradingMode
from shared.phases import feedback
from shared.phases.feedback import Verdict

Pair = tuple[TradingMode, Strategy]
EVERY_PAIR: tuple[Pair, ...] = tuple(product(TradingMode, Strategy))
TRIES = 3


@dataclass(frozen=True, slots=True)
class Learn:
    """The order of work of the feedback: recomputed from the stored trades, so a repeat changes nothing."""

    configuration: Configuration
    history: TradeHistory
    alerts: Alerts
    clock: Clock

    def run(self, pairs: Iterable[Pair] = EVERY_PAIR) -> dict[str, str]:
        """Recompute the statistics of these modes and strategies; the verdicts that changed something come back."""
        verdicts = {f"{mode}#{strategy}": self._learn(mode, strategy) for mode, strategy in dict.fromkeys(pairs)}
        return {pair: verdict for pair, verdict in verdicts.items() if verdict is not Verdict.UNCHANGED}

    def _learn(self, mode: TradingMode, strategy: Strategy) -> Verdict:
        for _ in range(TRIES - 1):
            try:
                return self._recompute(mode, strategy)
            except ConflictError:
                continue
        return self._recompute(mode, strategy)

    def _recompute(self, mode: TradingMode, strategy: Strategy) -> Verdict:
        now, rules = self.clock.now(), self.configuration.system().feedback
        stored = self.history.statistics(mode, strategy)
        trades = self.history.closed_trades(mode, strategy, feedback.window_start(now, rules))
        if stored is None and not trades:
            return Verdict.UNCHANGED
        lesson = feedback.lesson(stored, feedback.statistics(mode, strategy, trades, now), rules)
        if lesson.statistics is None:
            return lesson.verdict
        self.history.save(stored, lesson.statistics)
        if lesson.verdict is Verdict.DISABLED:
            self.alerts.send(messages.strategy_disabled(lesson.statistics))
        if lesson.verdict is Verdict.SIZES_TO_ZERO and not feedback.sizes_to_zero(stored):
            self.alerts.send(messages.sizes_to_zero(lesson.statistics))
        return lesson.verdict
