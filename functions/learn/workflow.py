"""Make statistics of the closed trades, and act on what they say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product

from shared.domain import messages
from shared.domain.config import Feedback, Prior
from shared.domain.errors import ConflictError, InvalidConfigurationError
from shared.domain.ports import Alerts, Clock, Parameters, TradeHistory
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, Strategy, TradingMode
from shared.phases import feedback
from shared.phases.feedback import Divergence, Verdict

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
        """Recompute the statistics of these modes and strategies, by default of every mode in use.

        The verdicts that changed something come back.
        """
        parameters = self.parameters()
        rules = parameters.system().feedback
        stored = self._stored(parameters) if pairs is None else self._stored_of(pairs)
        verdicts = {pair: self._learn(pair, held, rules) for pair, held in stored.items()}
        return {
            f"{mode}#{strategy}": verdict
            for (mode, strategy), verdict in verdicts.items()
            if verdict is not Verdict.UNCHANGED
        }

    def _stored_of(self, pairs: Iterable[Pair]) -> dict[Pair, StrategyStatistics | None]:
        return {(mode, strategy): self.history.statistics(mode, strategy) for mode, strategy in dict.fromkeys(pairs)}

    def _stored(self, parameters: Parameters) -> dict[Pair, StrategyStatistics | None]:
        """Return what is stored of every strategy in each mode that has statistics or a bot."""
        traded, stored = self._traded_modes(parameters), self.history.statistics_by_pair()
        modes = traded | {mode for mode, _ in stored}
        return {pair: stored.get(pair) for pair in product(TradingMode, Strategy) if pair[0] in modes}

    def _traded_modes(self, parameters: Parameters) -> set[TradingMode]:
        modes = set()
        for bot in Bot:
            try:
                modes.add(parameters.bot(bot).mode)
            except InvalidConfigurationError as problem:
                self.alerts.send(messages.invalid_configuration(bot, str(problem), self.clock.now()))
        return modes

    def _learn(self, pair: Pair, stored: StrategyStatistics | None, rules: Feedback) -> Verdict:
        for _ in range(TRIES - 1):
            try:
                return self._recompute(pair, stored, rules)
            except ConflictError:
                stored = self.history.statistics(*pair)
        return self._recompute(pair, stored, rules)

    def _recompute(self, pair: Pair, stored: StrategyStatistics | None, rules: Feedback) -> Verdict:
        mode, strategy = pair
        now = self.clock.now()
        trades = self.history.closed_trades(mode, strategy, feedback.window_start(now, rules))
        if stored is None and not trades:
            return Verdict.UNCHANGED
        prior = self._prior(strategy)
        lesson = feedback.lesson(stored, feedback.statistics(mode, strategy, trades, now), rules, prior)
        if lesson.statistics is None:
            return lesson.verdict
        grade = feedback.divergence(lesson.statistics, prior, rules)
        if grade is not Divergence.FINE and prior is not None:
            self.alerts.send(messages.diverged(lesson.statistics, prior.win_rate, grade, prior.version))
        # Told before it is stored: a run that ends between the two tells again, under the same event, and stores then.
        if lesson.verdict is Verdict.DISABLED:
            self.alerts.send(messages.strategy_disabled(lesson.statistics))
        if lesson.verdict is Verdict.SIZES_TO_ZERO:
            self.alerts.send(messages.sizes_to_zero(lesson.statistics))
        self.history.save(stored, lesson.statistics)
        return lesson.verdict

    def _prior(self, strategy: Strategy) -> Prior | None:
        """Return what is expected of a strategy; None where the bot's document cannot be read."""
        try:
            return self.parameters().bot(feedback.bot_of(strategy)).priors[strategy]
        except InvalidConfigurationError:
            return None
