"""Every answer to the one POST of an order, for an entry and for an exit."""

from collections.abc import Mapping
from typing import Any

import pytest

from infra.local.vendors.faults import FaultKind
from shared.domain.orders import IntentKind, IntentState
from shared.domain.positions import PositionState
from tests.faults.arena import Arena
from tests.faults.market import CRASHED

POST: dict[str, Any] = {"method": "POST", "path": "/orders$", "preview": False}
"""The POST of an order; the preview of a live entry goes the same way before it."""
UNKNOWN, REJECTED, WORKING = IntentState.UNKNOWN, IntentState.REJECTED, IntentState.WORKING

ANSWERS = [
    pytest.param(FaultKind.LOST_RESPONSE, {}, UNKNOWN, 1, id="accepted, and no answer in time"),
    pytest.param(FaultKind.CONNECTION_CUT, {}, UNKNOWN, 0, id="lost on the way"),
    pytest.param(FaultKind.ERROR_AFTER, {}, UNKNOWN, 1, id="500 after acceptance"),
    pytest.param(FaultKind.ERROR_BEFORE, {"status": 502}, UNKNOWN, 0, id="502 before acceptance"),
    pytest.param(FaultKind.RATE_LIMITED, {}, UNKNOWN, 0, id="429"),
    pytest.param(FaultKind.HTML_PAGE, {"accepted": True}, UNKNOWN, 1, id="accepted, a page with 200"),
    pytest.param(FaultKind.HTML_PAGE, {}, UNKNOWN, 0, id="not accepted, a page with 200"),
    pytest.param(FaultKind.EMPTY_BODY, {"accepted": True}, UNKNOWN, 1, id="accepted, 200 and nothing"),
    pytest.param(FaultKind.GARBAGE, {}, UNKNOWN, 1, id="accepted, half an answer"),
    pytest.param(FaultKind.NO_ID, {}, UNKNOWN, 1, id="accepted, 200 without an id"),
    pytest.param(FaultKind.RISK_REFUSAL, {"codes": ["InitialMargin"]}, REJECTED, 0, id="risk refusal with 200"),
    pytest.param(FaultKind.LATE_REJECTION, {"seconds": 2, "reason": "too late"}, WORKING, 1, id="late rejection"),
]


def _count(arena: Arena, kind: IntentKind) -> int:
    """Return how many orders of a kind the broker ever had."""
    opening = {"buy_to_open", "sell_to_open"}
    sides = [{leg["side"] for leg in order["legs"]} for order in arena.orders()]
    return sum(1 for one in sides if (one <= opening) is (kind is IntentKind.ENTRY))


@pytest.mark.parametrize(("kind", "scope", "state", "accepted"), ANSWERS)
def test_an_entry_is_sent_once_whatever_the_answer(
    arena: Arena, kind: FaultKind, scope: Mapping[str, Any], state: IntentState, accepted: int
) -> None:
    arena.monitor()
    if kind is FaultKind.LATE_REJECTION:
        arena.inject(FaultKind.NO_FILL)
    arena.inject(kind, **{**({} if kind is FaultKind.LATE_REJECTION else POST), **scope})
    arena.trade(arena.signal())
    seen = arena.seen()
    assert [(one.kind, one.state) for one in seen.intents] == [(IntentKind.ENTRY, state)]
    arena.verify()
    seen = arena.rest()
    assert _count(arena, IntentKind.ENTRY) == accepted
    opened = accepted and kind is not FaultKind.LATE_REJECTION
    assert [held.state for held in seen.positions] == [PositionState.OPEN if opened else PositionState.ABANDONED]


@pytest.mark.parametrize(("kind", "scope", "state", "accepted"), ANSWERS)
def test_an_exit_is_sent_once_an_attempt_and_ends_closed(
    arena: Arena, kind: FaultKind, scope: Mapping[str, Any], state: IntentState, accepted: int
) -> None:
    arena.enter()
    if kind is FaultKind.LATE_REJECTION:
        arena.inject(FaultKind.NO_FILL)
    arena.inject(kind, **{**({} if kind is FaultKind.LATE_REJECTION else POST), **scope})
    arena.later(60).move(CRASHED).monitor()
    (exit_,) = (one for one in arena.seen().intents if one.kind is IntentKind.EXIT)
    assert exit_.state is state
    arena.verify()
    arena.minutes(4, 61)
    seen = arena.rest()
    attempts = 1 if accepted and kind is not FaultKind.LATE_REJECTION else 2
    assert (len(seen.trades), seen.holdings) == (1, {})
    assert len([one for one in seen.intents if one.kind is IntentKind.EXIT]) == attempts
    assert _count(arena, IntentKind.EXIT) == (2 if kind is FaultKind.LATE_REJECTION else 1)
