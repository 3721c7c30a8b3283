"""The last half hour in which a position that must be closed can be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.positions import PositionState
from shared.domain.vocabulary import ExitReason, Strategy
from shared.phases.monitoring.last_call import is_delivered, last_call
from tests.builders import EXPIRATION, position


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


PENDING: dict[str, Any] = {
    "state": PositionState.EXIT_PENDING,
    "exit_reason": ExitReason.TIME_EXIT,
    "exit_pending_since": at("2026-11-23 15:00"),
}
EVE, EXPIRING = f"{EXPIRATION - timedelta(days=1)} 20:30", f"{EXPIRATION} 20:30"
BEFORE = f"{EXPIRATION - timedelta(days=2)} 20:45"
EX_DIVIDEND = {"exit_reason": ExitReason.ASSIGNMENT_RISK}
SPREAD, CALL = Strategy.BULL_PUT_SPREAD, Strategy.LONG_CALL


@pytest.mark.parametrize(
    ("strategy", "now", "changes", "is_told"),
    [
        pytest.param(SPREAD, EVE, {}, True, id="a short leg in shares would go into its expiration day"),
        pytest.param(SPREAD, EVE, {"state": PositionState.CLOSING}, True, id="its order works and does not fill"),
        pytest.param(SPREAD, EVE, {"state": PositionState.OPEN}, False, id="no exit is under way"),
        pytest.param(SPREAD, EVE, {"underlying": "SPX"}, False, id="an index has a day more"),
        pytest.param(CALL, EVE, {}, False, id="an owned option has a day more"),
        pytest.param(CALL, EXPIRING, {}, True, id="an owned option on its last day"),
        pytest.param(SPREAD, EXPIRING, {"underlying": "SPX"}, True, id="an index on its last day"),
        pytest.param(SPREAD, EVE.replace("20:30", "20:29"), {}, False, id="more than half an hour is left"),
        pytest.param(SPREAD, EVE.replace("20:30", "21:00"), {}, False, id="the session is over"),
        pytest.param(SPREAD, BEFORE, {}, False, id="a day before the last"),
        pytest.param(SPREAD, BEFORE, EX_DIVIDEND, True, id="before an ex-dividend date"),
        pytest.param(SPREAD, "2026-11-27 17:30", EX_DIVIDEND, True, id="half an hour before a half-day ends"),
        pytest.param(SPREAD, "2026-11-26 20:30", EX_DIVIDEND, False, id="on Thanksgiving"),
        pytest.param(
            SPREAD, EVE, {"exit_pending_since": at(EVE) - timedelta(seconds=119)}, False, id="it only just began"
        ),
    ],
)
def test_an_exit_is_told_near_the_close_that_it_must_not_miss(
    strategy: Strategy, now: str, changes: dict[str, Any], is_told: bool
) -> None:
    held = position(strategy).model_copy(update=PENDING | changes)
    assert (last_call(held, at(now)) is not None) is is_told


def test_the_close_that_is_told_is_that_of_the_session() -> None:
    held = position(SPREAD).model_copy(update=PENDING)
    assert last_call(held, at(EVE)) == at(EVE) + timedelta(minutes=30)


@pytest.mark.parametrize(("underlying", "shares"), [("SPY", True), ("SPX", False), ("XSP", False)])
def test_shares_are_delivered_for_what_is_no_index(underlying: str, shares: bool) -> None:
    assert is_delivered(position().model_copy(update={"underlying": underlying})) is shares
