"""The rails refuse an entry beside the workflow: each on by default, each a field of the configuration."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.config import Rails
from shared.domain.decisions import DenialCode, denials_of
from shared.domain.ledgers import Counters
from shared.domain.market import Snapshot
from shared.domain.vocabulary import Action, Breakout
from shared.phases.regime import classify_snapshot, rails
from tests.builders import NOON, TODAY, buy_calls_snapshot, config, gamma, momentum, reading, seconds, snapshot

BUY = (Action.BUY_CALLS,) * 2
SELL = (Action.SELL_PREMIUM,) * 2
NONE: tuple[DenialCode, ...] = ()


def refusals(
    seen: Snapshot,
    recent: tuple[Action, ...] = SELL,
    counted: Counters | None = None,
    **changes: Any,
) -> tuple[str, ...]:
    regime = classify_snapshot(seen, config())
    assert regime is not None
    gates = rails(regime, seen, recent, counted or Counters(), NOON, Rails(**changes))
    return tuple(denial.code for denial in denials_of(gates))


def negative_gamma(flip: str) -> Snapshot:
    return snapshot(gamma=gamma(-600_000_000, flip), vix=reading(25))


@pytest.mark.parametrize(
    ("flip", "expected"),
    [
        pytest.param("400.01", (DenialCode.NEAR_FLIP,), id="a cent from the flip"),
        pytest.param("402", (DenialCode.NEAR_FLIP,), id="0.4975 % from it"),
        pytest.param("402.02", NONE, id="0.5025 % from it"),
        pytest.param("500", NONE, id="far from it"),
    ],
)
def test_rule_2_keeps_half_a_percent_from_the_flip(flip: str, expected: tuple[DenialCode, ...]) -> None:
    assert refusals(negative_gamma(flip), BUY) == expected


def test_half_a_percent_is_far_enough() -> None:
    seen = snapshot(spot=reading("402"), gamma=gamma(-600_000_000, 400), vix=reading(25))
    assert refusals(seen, (Action.BUY_PUTS,) * 2) == NONE


def test_other_rules_may_enter_near_the_flip() -> None:
    assert refusals(snapshot(gamma=gamma(flip=400))) == NONE
    assert refusals(buy_calls_snapshot(gamma=gamma(0, 400)), BUY) == NONE


@pytest.mark.parametrize(
    ("recent", "expected"),
    [
        pytest.param(SELL, NONE, id="three in a row with this one"),
        pytest.param((Action.STAY_FLAT, *SELL), NONE, id="only the last three count"),
        pytest.param(SELL[:1], (DenialCode.NOT_CONFIRMED,), id="two in a row"),
        pytest.param((), (DenialCode.NOT_CONFIRMED,), id="the first of all"),
        pytest.param((*SELL, Action.STAY_FLAT), (DenialCode.NOT_CONFIRMED,), id="interrupted"),
        pytest.param(BUY, (DenialCode.NOT_CONFIRMED,), id="another action"),
    ],
)
def test_an_action_is_confirmed_by_three_snapshots(
    recent: tuple[Action, ...], expected: tuple[DenialCode, ...]
) -> None:
    assert refusals(snapshot(), recent) == expected


def test_one_confirmation_is_the_snapshot_itself() -> None:
    assert refusals(snapshot(), (), confirmations=1) == NONE


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        pytest.param(Counters(last_stop_on=TODAY), (DenialCode.COOLING_DOWN,), id="stopped in this session"),
        pytest.param(Counters(last_stop_on=TODAY - timedelta(days=3)), NONE, id="stopped in the session before"),
        pytest.param(
            Counters(last_target_at=NOON - seconds(3_599)), (DenialCode.COOLING_DOWN,), id="a target 59:59 ago"
        ),
        pytest.param(Counters(last_target_at=NOON - seconds(3_600)), NONE, id="a target an hour ago"),
    ],
)
def test_a_bot_cools_down_after_a_stop_and_after_a_target(counted: Counters, expected: tuple[DenialCode, ...]) -> None:
    assert refusals(snapshot(), SELL, counted) == expected


def test_cooling_down_can_be_switched_off() -> None:
    counted = Counters(last_stop_on=TODAY, last_target_at=NOON)
    off = {"cool_down_after_stop": False, "cool_down_after_target_seconds": 0}
    assert refusals(snapshot(), SELL, counted) == (DenialCode.COOLING_DOWN,) * 2
    assert refusals(snapshot(), SELL, counted, **off) == NONE


@pytest.mark.parametrize(
    ("found", "required", "expected"),
    [
        pytest.param(Breakout.NONE, False, NONE, id="off by default"),
        pytest.param(Breakout.NONE, True, (DenialCode.NOT_BREAKING_OUT,), id="inside the 20 days"),
        pytest.param(Breakout.BELOW, True, (DenialCode.NOT_BREAKING_OUT,), id="out on the wrong side"),
        pytest.param(Breakout.ABOVE, True, NONE, id="breaking out"),
    ],
)
def test_rule_3_may_be_told_to_wait_for_a_breakout(
    found: Breakout, required: bool, expected: tuple[DenialCode, ...]
) -> None:
    seen = buy_calls_snapshot(momentum=momentum(breakout=found))
    assert refusals(seen, BUY, require_breakout=required) == expected


def test_puts_wait_for_a_breakout_below() -> None:
    seen = buy_calls_snapshot(momentum=momentum(405, 410, Breakout.BELOW))
    assert refusals(seen, (Action.BUY_PUTS,) * 2, require_breakout=True) == NONE


def test_rule_2_never_waits_for_a_breakout() -> None:
    assert refusals(negative_gamma("500"), BUY, require_breakout=True) == NONE


def test_every_rail_is_on_by_default_but_the_breakout() -> None:
    assert Rails().model_dump() == {
        "near_flip": Decimal("0.005"),
        "confirmations": 3,
        "cool_down_after_stop": True,
        "cool_down_after_target_seconds": 3_600,
        "require_breakout": False,
    }
