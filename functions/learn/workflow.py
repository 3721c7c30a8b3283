"""Make statistics of the closed trades, and act on what they say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product

from shared.domain import messages
from shared.domain.config import Feedback
from shared.domain.errors import ConflictError, InvalidConfigurationError
from shared.domain.ports import Alerts, Clock, Parameters, TradeHistory
from shared.domain.vocabulary import Bot, Strategy, TradingMode
from shared.phases import feedback
from shared.phases.feedback import Verdict

Pair = tuple[TradingMode, Strategy]
TRIES = 3


@dataclass(frozen=True, slots=True)
class Learn:
    """The order of work of the feedback: recomputed from the stored trades, so a repeat changes nothing."""

    parameters: Callable[[], Parameters]
    history: TradeHistory
    alerts: Alerts
    clock: Clock

    def run(self, pairs: Iterable[Pair] | None = None) -> dict[str, str]:
        """Recompute the statistics of these modes and strategies, by default of every mode that a bot trades in.

        The verdicts that changed something come back.
        """
        parameters = self.parameters()
        rules = parameters.system().feedback
        wanted = dict.fromkeys(pairs if pairs is not None else self._every_pair(parameters))
        verdicts = {f"{mode}#{strategy}": self._learn(mode, strategy, rules) for mode, strategy in wanted}
        return {pair: verdict for pair, verdict in verdicts.items() if verdict is not Verdict.UNCHANGED}

    def _every_pair(self, parameters: Parameters) -> Iterable[Pair]:
        modes = {mode for mode in TradingMode if self.history.has_statistics(mode)}
        for bot in Bot:
            try:
                modes.add(parameters.bot(bot).mode)
            except InvalidConfigurationError as problem:
                self.alerts.send(messages.invalid_configuration(bot, str(problem), self.clock.now()))
        return product(sorted(modes), Strategy)

    def _learn(self, mode: TradingMode, strategy: Strategy, rules: Feedback) -> Verdict:
        for _ in range(TRIES - 1):
            try:
                return self._recompute(mode, strategy, rules)
            except ConflictError:
                continue
        return self._recompute(mode, strategy, rules)

    def _recompute(self, mode: TradingMode, strategy: Strategy, rules: Feedback) -> Verdict:
        now = self.clock.now()
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
