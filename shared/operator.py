"""What only a person may do: set the system's own trips back."""

from dataclasses import dataclass

from shared.domain.book import LiveState, RecordDecision
from shared.domain.decisions import Decision, DecisionKind
from shared.domain.ports import Book, Clock, Trips
from shared.domain.vocabulary import Bot, TradingMode
from shared.phases.monitoring.trips import ALL, measured_anew


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator's hand on the breaker; each deed is recorded as a decision."""

    book: Book
    trips: Trips
    clock: Clock

    def clear_trip(self, bot: Bot | None, reason: str) -> None:
        """Set the trip of a bot, or of all, back to ACTIVE.

        What tripped it is measured anew from here, the drawdown and the orders that failed in a row, or it would
        trip again at once.
        """
        for one in (bot,) if bot else tuple(Bot):
            self._measure_anew(one, reason)
        self.trips.clear(bot or ALL)

    def _measure_anew(self, bot: Bot, reason: str) -> None:
        live = self.book.live(bot)
        changes = (RecordDecision(self._decision(live, reason)), *measured_anew(live))
        self.book.commit("measure anew", changes)

    def _decision(self, live: LiveState, reason: str) -> Decision:
        now = self.clock.now()
        mode = live.ledgers[0].mode if live.ledgers else TradingMode.PAPER
        return Decision(
            decision_id=f"{live.bot}-operator-{now:%Y-%m-%dT%H:%M:%SZ}",
            kind=DecisionKind.OPERATOR,
            bot=live.bot,
            mode=mode,
            underlying="",
            at=now,
            what=f"BREAKER ACTIVE for {live.bot}",
            why=(),
            how=reason,
            last_seen=now,
        )
