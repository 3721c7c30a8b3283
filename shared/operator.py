"""What only a person may do: set the system's own trips back."""

from dataclasses import dataclass

from shared.domain.book import LiveState, RecordDecision, SetLedger
from shared.domain.decisions import Decision, DecisionKind
from shared.domain.ports import Book, Clock, Trips
from shared.domain.vocabulary import Bot, TradingMode


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator's hand on the breaker; each deed is recorded as a decision."""

    book: Book
    trips: Trips
    clock: Clock

    def clear_trip(self, bot: Bot, reason: str) -> None:
        """Set a bot's trip back to ACTIVE; its drawdown is measured anew from here, or it would trip again at once."""
        live = self.book.live(bot)
        for ledger in live.ledgers:
            anew = ledger.model_copy(update={"peak_pnl": ledger.realized_pnl, "version": ledger.version + 1})
            self.book.commit("measure the drawdown anew", (SetLedger(ledger, anew),))
        self.trips.clear(bot)
        self.book.commit("record the operator", (RecordDecision(self._decision(live, reason)),))

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
