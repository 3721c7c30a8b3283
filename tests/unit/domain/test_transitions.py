"""The state machine: what stands in the tables may be done, and nothing else."""

from enum import StrEnum
from itertools import product

import pytest

from shared.domain.book import MoveIntent, MovePosition
from shared.domain.errors import InvalidValueError
from shared.domain.orders import IntentState
from shared.domain.positions import PositionState
from shared.domain.transitions import INTENT_TRANSITIONS, POSITION_TRANSITIONS, Transition, may_move
from shared.phases.execution import protocol
from tests.builders import entry_intent, position

ROWS: tuple[Transition[IntentState] | Transition[PositionState], ...] = (*INTENT_TRANSITIONS, *POSITION_TRANSITIONS)
NEVER_AGAIN = {IntentState.FILLED, IntentState.CANCELED, IntentState.REJECTED, IntentState.EXPIRED}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{'/'.join(row.before) or 'none'} to {row.after}")
def test_every_row_names_a_function_that_is_there_and_a_guard(row: Transition[IntentState]) -> None:
    assert callable(getattr(protocol, row.function))
    assert row.guard


@pytest.mark.parametrize("state", [*IntentState, *PositionState])
def test_every_state_is_reached(state: StrEnum) -> None:
    assert any(row.after is state for row in ROWS)


@pytest.mark.parametrize("state", sorted(NEVER_AGAIN))
def test_a_finished_intent_never_moves_again(state: IntentState) -> None:
    assert not any(may_move(state, after) for after in IntentState if after is not state)


def test_a_closed_position_never_moves_again() -> None:
    assert not any(
        may_move(PositionState.CLOSED, after) for after in PositionState if after is not PositionState.CLOSED
    )


@pytest.mark.parametrize(("before", "after"), list(product(IntentState, IntentState)))
def test_an_intent_moves_only_as_the_table_says(before: IntentState, after: IntentState) -> None:
    one = entry_intent(position(), state=before)
    other = one.model_copy(update={"state": after})
    if before is after or any(before in row.before and after is row.after for row in INTENT_TRANSITIONS):
        assert MoveIntent(one, other).after is other
    else:
        with pytest.raises(InvalidValueError, match=f"{before} to {after}"):
            MoveIntent(one, other)


@pytest.mark.parametrize(("before", "after"), list(product(PositionState, PositionState)))
def test_a_position_moves_only_as_the_table_says(before: PositionState, after: PositionState) -> None:
    one = position(state=before)
    other = one.model_copy(update={"state": after})
    if before is after or any(before in row.before and after is row.after for row in POSITION_TRANSITIONS):
        assert MovePosition(one, other).after is other
    else:
        with pytest.raises(InvalidValueError, match=f"{before} to {after}"):
            MovePosition(one, other)
