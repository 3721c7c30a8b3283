"""An item that cannot be read: set aside with its facts, told once, no entry over it, and everything else goes on."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.ministack import MiniStack
from shared.adapters.dynamodb import keys
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.positions import PositionState
from shared.domain.vocabulary import TradingState
from tests.faults.arena import Arena
from tests.faults.documents import SAME_STRIKE, SELLER, TWIN
from tests.faults.ground import Ground

CRASHED = 360.0
NEWER = {"schema_version": {"N": "99"}}


@pytest.fixture(scope="module")
def ground(ministack: MiniStack) -> Iterator[Ground]:
    with Ground(ministack.endpoint_url, "unreadable") as ground:
        yield ground


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
