"""Orders that are seen late, filled in part, or filled while we change our mind."""

from collections.abc import Mapping
from typing import Any

import pytest

from infra.local.vendors.faults import FaultKind
from shared.domain.orders import IntentState
from shared.domain.positions import PositionState
from tests.faults.arena import Arena
from tests.faults.documents import ONE_LOOK, SELLER
from tests.faults.market import CRASHED
from tests.faults.test_post import POST

_ERROR = FaultKind.ERROR_BEFORE
_LIST = {"method": "GET", "path": "/orders$"}
_LATE = {"seconds": 40, "reads": 3}
FIVE: Mapping[str, Any] = {**ONE_LOOK, "caps": {"contracts_per_order": 5}}


@pytest.mark.parametrize(
    ("kind", "scope", "answered"),
    [
        pytest.param(FaultKind.HIDDEN_ORDER, {"seconds": 30}, True, id="visible only after 30 s"),
        pytest.param(FaultKind.HIDDEN_ORDER, {"seconds": 30}, False, id="visible only after 30 s, reply lost"),
        pytest.param(FaultKind.EMPTY_ORDER_LIST, {}, True, id="the list is empty once"),
        pytest.param(FaultKind.EMPTY_ORDER_LIST, {"count": 4}, False, id="the list is empty four times, reply lost"),
        pytest.param(FaultKind.POSITIONS_ERROR, {"count": 20}, True, id="positions answer 500"),
        pytest.param(FaultKind.POSITIONS_ERROR, {"count": 20}, False, id="positions answer 500, reply lost"),
        pytest.param(_ERROR, {**_LIST, "count": 9}, True, id="list answers 500"),
        pytest.param(_ERROR, {**_LIST, "count": 9}, False, id="list answers 500, reply lost"),
        pytest.param(_ERROR, {"method": "GET", "path": "/balances", "count": 9}, False, id="balances 500, reply lost"),
        pytest.param(FaultKind.FILLED_WITHOUT_PRICES, _LATE, True, id="filled without prices"),
        pytest.param(FaultKind.FILLED_WITHOUT_PRICES, _LATE, False, id="filled without prices, reply lost"),
        pytest.param(FaultKind.LAGGING_STATUS, _LATE, True, id="the status lags behind the legs"),
    ],
)
def test_an_order_that_is_seen_late_is_booked_once(
    arena: Arena, kind: FaultKind, scope: Mapping[str, Any], answered: bool
) -> None:
    arena.monitor()
    if kind in (FaultKind.HIDDEN_ORDER, FaultKind.FILLED_WITHOUT_PRICES, FaultKind.LAGGING_STATUS):
        arena.inject(kind, **scope)
    if not answered:
        arena.inject(FaultKind.LOST_RESPONSE, **POST)
    arena.trade(arena.signal())
    arena.inject(kind, **scope)
    for _ in range(4):
        arena.minutes(1, 15).verify()
    seen = arena.rest()
    assert [held.state for held in seen.positions] == [PositionState.OPEN]


@pytest.mark.parametrize(
    ("late", "filled"),
    [
        pytest.param(2, 5, id="the rest fills before the cancel"),
        pytest.param(1, 4, id="one more fills before the cancel"),
        pytest.param(0, 3, id="the cancel wins"),
    ],
)
def test_of_five_three_are_filled_while_the_cancel_races_the_rest(arena: Arena, late: int, filled: int) -> None:
    arena.configure(SELLER, FIVE)
    arena.monitor()
    arena.inject(FaultKind.PARTIAL_FILL, contracts=3)
    if late:
        arena.inject(FaultKind.FILL_ON_CANCEL, contracts=late)
    arena.trade(arena.signal())
    arena.minutes(2, 20).verify()
    assert arena.seen().holdings != {}
    arena.minutes(1, 95).verify()
    seen = arena.rest()
    (held,) = seen.positions
    assert (held.state, held.contracts) == (PositionState.OPEN, filled)


@pytest.mark.parametrize("contracts", [1, 3, 5])
def test_an_exit_that_fills_in_part_keeps_what_is_left(arena: Arena, contracts: int) -> None:
    arena.configure(SELLER, FIVE)
    arena.enter()
    arena.inject(FaultKind.PARTIAL_FILL, contracts=contracts)
    arena.later(60).move(CRASHED).monitor()
    arena.minutes(3, 10).verify()
    for order in arena.orders():
        if order["status"] not in ("filled", "canceled", "rejected", "expired"):
            arena.act("fill", order_id=order["id"])
    seen = arena.rest()
    assert (len(seen.trades), seen.holdings) == (1, {})


def test_a_replace_that_is_refused_because_the_order_filled_books_the_fill(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.NO_FILL)
    arena.inject(FaultKind.FILL_ON_REPLACE)
    arena.trade(arena.signal())
    arena.minutes(1, 10).verify()
    seen = arena.rest()
    assert [one.state for one in seen.intents] == [IntentState.FILLED]


def test_a_cancel_of_an_order_that_is_already_finalized_books_what_it_says(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.NO_FILL)
    arena.inject(FaultKind.FILL_ON_CANCEL)
    arena.trade(arena.signal())
    arena.minutes(1, 95).verify()
    seen = arena.rest()
    assert [one.state for one in seen.intents] == [IntentState.FILLED]


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param({"method": "PUT"}, id="modify"),
        pytest.param({"method": "DELETE"}, id="cancel"),
    ],
)
@pytest.mark.parametrize("kind", [FaultKind.LOST_RESPONSE, FaultKind.CONNECTION_CUT, FaultKind.ERROR_BEFORE])
def test_an_unanswered_change_of_an_order_is_read_again(
    arena: Arena, kind: FaultKind, scope: Mapping[str, Any]
) -> None:
    arena.monitor()
    arena.inject(FaultKind.NO_FILL)
    arena.trade(arena.signal())
    arena.inject(kind, **scope)
    for _ in range(4):
        arena.minutes(1, 30).verify()
    seen = arena.rest()
    assert [one.state for one in seen.intents] == [IntentState.CANCELED]
    assert [held.state for held in seen.positions] == [PositionState.ABANDONED]


def test_an_order_whose_cancel_is_slow_is_not_given_up_before_it_ended(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.NO_FILL)
    arena.inject(FaultKind.SLOW_CANCEL, seconds=50)
    arena.trade(arena.signal())
    arena.minutes(1, 95).verify()
    assert arena.live().intents[0].state is IntentState.CANCELING
    seen = arena.rest()
    assert [one.state for one in seen.intents] == [IntentState.CANCELED]
