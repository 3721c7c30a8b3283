"""The log hears of every change that was made, and of none that was not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.adapters.journal import JournaledBook
from shared.domain.book import Change, CreateIntent, LiveState, MoveIntent, MovePosition, RecordDecision
from shared.domain.decisions import DecisionKind
from shared.domain.errors import ConflictError
from shared.domain.orders import Intent, IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import Bot
from tests import builders


@dataclass
class Paper:
    """Takes lines down."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def info(self, msg: object, *, extra: Mapping[str, object]) -> None:
        self.lines.append({"message": msg, **extra})


@dataclass
class OneBook:
    """A book that shows one state, and takes every change or refuses all."""

    state: LiveState
    refuses: bool = False

    def live(self, bot: Bot) -> LiveState:
        return self.state

    def commit(self, name: str, changes: Sequence[Change]) -> None:
        if self.refuses:
            raise ConflictError(name, ("MoveIntent",))

    def position(self, bot: Bot, position_id: str) -> Position | None:
        return None

    def intent(self, bot: Bot, intent_id: str) -> Intent | None:
        return None


HELD = builders.position()
ENTRY = builders.entry_intent(HELD)
EXIT = builders.exit_intent(HELD)


def journal(*, refuses: bool = False) -> tuple[JournaledBook, Paper]:
    paper = Paper()
    return JournaledBook(OneBook(builders.live(positions=(HELD,)), refuses), paper), paper


def test_an_order_that_is_given_up_says_why() -> None:
    book, paper = journal()
    given_up = ENTRY.model_copy(update={"state": IntentState.ABANDONED, "reason": "breaker HALTED"})
    book.commit("end", (MoveIntent(ENTRY, given_up),))
    (line,) = paper.lines
    assert (line["message"], line["before"], line["state"]) == ("order", ENTRY.state, IntentState.ABANDONED)
    assert line["reason"] == "breaker HALTED"


def test_an_exit_is_told_under_the_snapshot_of_its_entry() -> None:
    book, paper = journal()
    book.live(HELD.bot)
    book.commit("plan exit", (CreateIntent(EXIT),))
    assert [line["correlation_id"] for line in paper.lines] == [HELD.snapshot_id]
    assert EXIT.snapshot_id is None


def test_a_change_that_was_not_made_is_not_told() -> None:
    book, paper = journal(refuses=True)
    with pytest.raises(ConflictError):
        book.commit("plan exit", (CreateIntent(EXIT),))
    assert paper.lines == []


@pytest.mark.parametrize(
    ("state", "told"),
    [
        pytest.param(PositionState.EXIT_PENDING, ["position"], id="another state is told"),
        pytest.param(PositionState.OPEN, [], id="the same state again is not"),
    ],
)
def test_a_position_is_told_when_its_state_changes(state: PositionState, told: list[str]) -> None:
    book, paper = journal()
    book.commit("move", (MovePosition(HELD, HELD.model_copy(update={"state": state})),))
    assert [line["message"] for line in paper.lines] == told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        pytest.param(DecisionKind.EXIT, 1, id="an exit"),
        pytest.param(DecisionKind.ENTRY, 0, id="an entry, which trade tells of"),
        pytest.param(DecisionKind.NO_ENTRY, 0, id="no entry, which trade tells of"),
    ],
)
def test_a_decision_is_told_once(kind: DecisionKind, told: int) -> None:
    book, paper = journal()
    book.commit("decide", (RecordDecision(builders.decision(kind=kind)),))
    assert len(paper.lines) == told


def test_it_remembers_what_it_last_showed() -> None:
    book, _ = journal()
    assert book.seen == {}
    shown = book.live(HELD.bot)
    assert book.seen == {HELD.bot: shown}
