"""A book that says in the log what became of orders and positions, each line under the snapshot that began it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shared.domain.book import (
    CreateIntent,
    CreatePosition,
    MoveIntent,
    MovePosition,
    RecordClosedTrade,
    RecordDecision,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.domain.book import Change, LiveState
    from shared.domain.decisions import Decision
    from shared.domain.orders import Intent
    from shared.domain.ports import Book
    from shared.domain.positions import ClosedTrade, Position
    from shared.domain.vocabulary import Bot


class Journal(Protocol):
    """Whoever writes a line of named values."""

    def info(self, msg: object, *, extra: Mapping[str, object]) -> None:
        """Write a line."""


class JournaledBook:
    """The book, its changes written down once they are made; it also remembers what it last showed of each bot."""

    def __init__(self, book: Book, journal: Journal) -> None:
        """Tell this journal of what becomes of this book."""
        self._book = book
        self._journal = journal
        self._snapshots: dict[str, str] = {}
        self.seen: dict[Bot, LiveState] = {}

    def live(self, bot: Bot) -> LiveState:
        """Return all that is live of a bot."""
        live = self._book.live(bot)
        self.seen[bot] = live
        for position in live.positions:
            self._snapshots[position.position_id] = position.snapshot_id
        return live

    def commit(self, name: str, changes: Sequence[Change]) -> None:
        """Make all changes or none, and tell of those that were made."""
        self._book.commit(name, changes)
        for change in changes:
            self._tell(change)

    def position(self, bot: Bot, position_id: str) -> Position | None:
        """Return one position, live or over."""
        return self._book.position(bot, position_id)

    def intent(self, bot: Bot, intent_id: str) -> Intent | None:
        """Return one intent, live or over."""
        return self._book.intent(bot, intent_id)

    def _tell(self, change: Change) -> None:
        match change:
            case CreateIntent(intent=intent):
                self._of_intent(None, intent)
            case MoveIntent(before=before, after=after):
                self._of_intent(before, after)
            case CreatePosition(position=position):
                self._of_position(None, position)
            case MovePosition(before=held, after=moved) if held.state is not moved.state:
                self._of_position(held, moved)
            case RecordDecision(decision=decision) if not decision.kind.is_of_entering:
                self._of_decision(decision)
            case RecordClosedTrade(trade=trade):
                self._of_trade(trade)
            case _:
                return

    def _say(self, line: str, /, correlation_id: str | None, **fields: object) -> None:
        self._journal.info(line, extra={"correlation_id": correlation_id, **fields})

    def _of_intent(self, before: Intent | None, after: Intent) -> None:
        self._say(
            "order",
            correlation_id=after.snapshot_id or self._snapshots.get(after.position_id),
            bot=after.bot,
            mode=after.mode,
            kind=after.kind,
            intent_id=after.intent_id,
            position_id=after.position_id,
            order_id=after.order_id,
            before=None if before is None else before.state,
            state=after.state,
            limit_price=after.order.limit_price,
            steps=after.steps,
            reason=after.reason,
        )

    def _of_position(self, before: Position | None, after: Position) -> None:
        self._snapshots[after.position_id] = after.snapshot_id
        self._say(
            "position",
            correlation_id=after.snapshot_id,
            bot=after.bot,
            mode=after.mode,
            position_id=after.position_id,
            underlying=after.underlying,
            strategy=after.strategy,
            before=None if before is None else before.state,
            state=after.state,
            contracts=after.contracts,
            exit_reason=after.exit_reason,
        )

    def _of_decision(self, decision: Decision) -> None:
        self._say(
            "decision",
            correlation_id=decision.snapshot_id or self._snapshots.get(decision.position_id or ""),
            bot=decision.bot,
            mode=decision.mode,
            kind=decision.kind,
            decision_id=decision.decision_id,
            position_id=decision.position_id,
            intent_id=decision.intent_id,
            what=decision.what,
        )

    def _of_trade(self, trade: ClosedTrade) -> None:
        self._say(
            "closed trade",
            correlation_id=self._snapshots.get(trade.position_id),
            bot=trade.bot,
            mode=trade.mode,
            position_id=trade.position_id,
            strategy=trade.strategy,
            exit_reason=trade.exit_reason,
            pnl=trade.pnl,
        )
