"""Judge one batch and store what came of it."""

from dataclasses import dataclass, field

from shared.backtest.calibration.batch import (
    Batch,
    history_key,
    judged_batch,
    market_of,
    outcome_key,
    unpacked,
    written,
)
from shared.backtest.runner.market import Market
from shared.domain.objects import Objects
from shared.domain.values import Value

MARKETS_KEPT = 1
"""A market of twenty years takes a hundred megabytes."""


class CalibrateRequest(Value):
    """One item of the workflow: of which run, and which trials over which window."""

    run: str
    batch: Batch


@dataclass(frozen=True, slots=True)
class Calibrate:
    """The order of work of one batch; a market once opened serves the next batch too."""

    objects: Objects
    markets: dict[tuple[str, int], Market] = field(default_factory=dict)

    def run(self, request: CalibrateRequest) -> int:
        """Judge the batch and return how many judgements were stored; judging twice stores the same."""
        outcome = judged_batch(request.batch, self._market(request.run, request.batch.seed))
        self.objects.write(outcome_key(request.run, outcome.number), written(outcome))
        return len(outcome.judged)

    def _market(self, run: str, seed: int) -> Market:
        if (run, seed) not in self.markets:
            if len(self.markets) >= MARKETS_KEPT:
                self.markets.clear()
            self.markets[run, seed] = market_of(unpacked(self.objects.read(history_key(run))), seed)
        return self.markets[run, seed]
