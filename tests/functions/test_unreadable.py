"""An item that cannot be read: set aside with its facts, told once, no entry over it, and everything else goes on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from infra.local.vendors.faults import FaultKind
from shared.adapters.dynamodb import keys
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.orders import IntentState
from shared.domain.positions import PositionState
from shared.domain.vocabulary import ExitReason, Strategy, TradingMode, TradingState
from tests.faults.arena import Arena
from tests.faults.documents import ONE_LOOK, SAME_STRIKE, SELLER, TWIN
from tests.faults.found import stored, told
from tests.faults.ground import Ground
from tests.faults.market import CRASHED

NEWER = {"schema_version": {"N": "99"}}


def _store(arena: Arena, sort_key: str, **attributes: Any) -> None:
    kind = {"POS": "POSITION", "INT": "INTENT", "COU": "COUNTERS", "LED": "LEDGER"}[sort_key[:3]]
    item = {"pk": {"S": keys.account(SELLER)}, "sk": {"S": sort_key}, "kind": {"S": kind}, "active": {"S": kind}}
    arena.ground.store(arena.ground.names.positions, item | NEWER | attributes)


def _told(arena: Arena) -> int:
    return sum("has an item that cannot be read" in subject for subject in arena.outbox.subjects)


@pytest.mark.parametrize(
    ("sort_key", "attributes"),
    [
        pytest.param("POS#newer", {}, id="a position of a newer version"),
        pytest.param("INT#newer", {}, id="an intent of a newer version"),
        pytest.param("POS#damaged", {"schema_version": {"N": "1"}, "body": {"S": "?"}}, id="a damaged position"),
        pytest.param("LEDGER#live", {"open_count": {"S": "many"}}, id="a ledger that is no number"),
    ],
)
def test_no_entry_is_made_over_what_cannot_be_read_and_the_other_bots_go_on(
    ground: Ground, sort_key: str, attributes: dict[str, Any]
) -> None:
    arena = Arena(ground, bots=(SELLER, TWIN))
    arena.configure(TWIN, SAME_STRIKE)
    arena.monitor()
    _store(arena, sort_key, **attributes)
    (refused,) = arena.trade(arena.signal())
    assert [denial.code for denial in refused.denials] == [DenialCode.UNREADABLE_ITEM]
    assert sort_key in refused.denials[0].value
    (entered,) = arena.trade(arena.later(60).signal(), TWIN)
    assert entered.kind is DecisionKind.ENTRY


def test_it_is_told_once_a_day_though_whoever_can_read_it_still_writes_it(ground: Ground) -> None:
    arena = Arena(ground)
    held = arena.enter()
    for number in range(4):
        _store(arena, "POS#newer", body={"S": f"moved {number} times"})
        arena.minutes(1, 61)
    assert _told(arena) == 1
    assert arena.state() is TradingState.ACTIVE
    arena.move(CRASHED).minutes(3, 61)
    after = arena.stage.book.position(SELLER, held.position_id)
    assert after is not None
    assert after.state is PositionState.CLOSED
    arena.later(24 * 3600).minutes(2, 61)
    assert _told(arena) == 2


LEDGER = "LEDGER#live"
DAY = 24 * 3600


def _damage(arena: Arena) -> Callable[[], None]:
    """Let a newer version write the ledger; return how to take that back."""
    rows = arena.ground._items(arena.ground.names.positions)
    (good,) = (row for row in rows if (row["pk"]["S"], row["sk"]["S"]) == (keys.account(SELLER), LEDGER))
    arena.ground.store(arena.ground.names.positions, good | NEWER)
    return lambda: arena.ground.store(arena.ground.names.positions, good)


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(600, id="the same day"),
        pytest.param(DAY, id="forgotten by the broker"),
        pytest.param(50 * DAY, id="its legs expired since"),
    ],
)
def test_a_close_that_cannot_be_booked_is_kept_told_and_booked_once_the_ledger_is_read(
    ground: Ground, rest: int
) -> None:
    arena = Arena(ground)
    held = arena.enter()
    mend = _damage(arena)
    arena.move(CRASHED).minutes(3, 30)
    (intent,) = arena.live().intents
    assert (stored(arena, held).state, arena.broker_positions()) == (PositionState.CLOSING, {})
    assert (intent.filled_contracts, told(arena, "cannot be booked")) == (held.contracts, 1)
    arena.later(rest).minutes(2, 60)
    assert told(arena, "cannot be booked") == (1 if rest < DAY else 2)
    assert stored(arena, held).state is PositionState.CLOSING
    mend()
    arena.minutes(2, 60)
    closed = stored(arena, held)
    assert (closed.state, closed.exit_reason) == (PositionState.CLOSED, ExitReason.STOP_LOSS)
    assert arena.live().ledger(TradingMode.LIVE).open_count == 0
    arena.rest()
    arena.verify()


def test_an_entry_that_cannot_be_booked_is_told_to_be_without_a_stop_and_opens_once_the_ledger_is_read(
    ground: Ground,
) -> None:
    arena = Arena(ground)
    arena.monitor()
    arena.inject(FaultKind.NO_FILL)
    arena.trade(arena.signal())
    (held,) = arena.live().positions
    mend = _damage(arena)
    (order,) = arena.orders()
    arena.act("fill", order_id=order["id"])
    arena.minutes(2, 10)
    assert stored(arena, held).state is PositionState.OPENING
    assert told(arena, "a filled entry of BULL_PUT_SPREAD on SPY cannot be booked") == 1
    mend()
    arena.minutes(1, 60)
    assert stored(arena, held).state is PositionState.OPEN
    arena.rest()


def test_a_fill_that_grew_after_it_was_last_read_is_not_booked_as_it_was_read(ground: Ground) -> None:
    """Three of five were seen, five changed hands, and the broker forgot: no price is known for two of them."""
    arena = Arena(ground)
    arena.monitor()
    arena.inject(FaultKind.PARTIAL_FILL, contracts=3)
    arena.trade(arena.signal())
    arena.minutes(1, 10)
    (intent,) = arena.live().intents
    assert (intent.state, intent.filled_contracts) == (IntentState.PARTIALLY_FILLED, 3)
    arena.heal()
    (order,) = arena.orders()
    arena.act("fill", order_id=order["id"])
    arena.later(DAY).minutes(3, 60)
    (broken,) = arena.live().positions
    assert (broken.state, broken.contracts) == (PositionState.BROKEN, intent.order.contracts)


def test_a_settlement_that_cannot_be_booked_waits_for_the_ledger(ground: Ground) -> None:
    arena = Arena(ground)
    rules = {Strategy.BULL_PUT_SPREAD: {"time_exit_dte": 0, "profit_target": 20, "stop_loss": 20}}
    index = {"underlyings": ["SPX"], "gamma_thresholds": {"SPX": {}}, "strategies": rules, "exits": {"latest_stop": 1}}
    arena.configure(SELLER, {**ONE_LOOK, **index})
    held = arena.enter(underlying="SPX")
    mend = _damage(arena)
    arena.at(arena.now + (held.expiration - arena.now.date()) + timedelta(hours=4, minutes=30))
    arena.minutes(3, 300)
    assert stored(arena, held).state is PositionState.SETTLING
    assert told(arena, "a monitor run could not finish") >= 1
    mend()
    arena.minutes(1, 300)
    assert stored(arena, held).exit_reason is ExitReason.EXPIRATION
    assert stored(arena, held).state is PositionState.CLOSED
