"""What an entry leaves on record: its identity, its stamped exit rule, its decision."""

from decimal import Decimal
from typing import Any

import pytest

from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.market import Snapshot
from shared.phases.entry import (
    Proposal,
    decision_of,
    look,
    propose,
)
from shared.phases.execution.denials import (
    Setting,
)
from tests.builders import (
    NOON,
    account,
    chain,
    last_decided,
    seconds,
    setting,
    snapshot,
)

CODES = DenialCode


def proposed(where: Setting | None = None, seen: Snapshot | None = None) -> Proposal:
    where, seen = where or setting(), seen or snapshot()
    return propose(where, seen, look(where, seen, last_decided()), chain(), None, account())


def test_the_same_signal_always_gives_the_same_intent() -> None:
    first, second = proposed(), proposed()
    assert first == second
    assert first.intent is not None
    assert set(first.intent.tag) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("change", "another"),
    [
        pytest.param({"changes": {"mode": "sandbox"}}, {}, id="another mode"),
        pytest.param({}, {"at": NOON + seconds(60)}, id="another snapshot"),
    ],
)
def test_another_signal_is_another_intent(change: dict[str, Any], another: dict[str, Any]) -> None:
    one, other = proposed().intent, proposed(setting(**change), seen=snapshot(**another)).intent
    assert one is not None
    assert other is not None
    assert one.intent_id != other.intent_id


def test_the_exit_rule_is_stamped_at_entry() -> None:
    held = proposed(setting(changes={"strategies": {"BULL_PUT_SPREAD": {"profit_target": "0.40"}}})).position
    assert held is not None
    assert (held.exit_rule.profit_target, held.exit_rule.stop_loss) == (Decimal("0.40"), Decimal("2.00"))
    assert (held.exit_rule.time_exit_dte, held.exit_rule.latest_stop) == (7, Decimal("0.80"))


def test_the_decision_says_what_why_and_how() -> None:
    where, seen = setting(), snapshot()
    answer = look(where, seen, last_decided())
    entered = decision_of(where, seen, answer, proposed())
    assert entered.kind is DecisionKind.ENTRY
    assert entered.what == "OPEN BULL_PUT_SPREAD on SPY"
    assert entered.how == "2-leg order, 10 contracts, credit 1.25"
    assert all(gate.passed for gate in entered.why)
    assert [row.option_symbol for row in entered.chain] == ["SPY270107P00390000", "SPY270107P00385000"]


def test_a_non_entry_names_every_refusal_and_keeps_every_gate() -> None:
    answer = look(setting(), snapshot(market_open=False), last_decided(times=0))
    stayed = decision_of(setting(), snapshot(market_open=False), answer, None)
    assert stayed.kind is DecisionKind.NO_ENTRY
    assert [denial.code for denial in stayed.denials] == [CODES.MARKET_CLOSED, CODES.NOT_CONFIRMED]
    assert stayed.how == "no order: MARKET_CLOSED, NOT_CONFIRMED"
    assert len(stayed.why) == len(answer.gates) > len(stayed.denials)
