"""What a live entry needs: both steps to live trading, a preview, a broker that answers, the breaker of that moment."""

from infra.local.vendors.faults import FaultKind
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.vocabulary import TradingState
from tests.faults.arena import Arena
from tests.faults.documents import ONE_LOOK, SELLER


def test_no_entry_while_the_broker_cannot_be_read(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.POSITIONS_ERROR, count=None)
    (decision,) = arena.trade(arena.signal())
    assert [denial.code for denial in decision.denials] == [DenialCode.BROKER_UNKNOWN]
    arena.heal()
    (decision,) = arena.trade(arena.later(60).signal())
    assert decision.kind is DecisionKind.ENTRY


def test_going_live_takes_both_steps(arena: Arena) -> None:
    arena.configure(SELLER, {**ONE_LOOK, "mode": "paper"})
    arena.minutes(2)
    arena.configure(SELLER, ONE_LOOK)
    arena.minutes(1)
    (decision,) = arena.trade(arena.signal())
    assert [denial.code for denial in decision.denials] == [DenialCode.MODE_MISMATCH]
    assert arena.orders() == []


def test_a_refused_preview_is_a_denial_in_the_brokers_words(arena: Arena) -> None:
    arena.monitor()
    arena.inject(FaultKind.RISK_REFUSAL, codes=["DayTradingBuyingPowerExceeded"])
    (decision,) = arena.trade(arena.signal())
    (refusal,) = decision.denials
    assert refusal.code is DenialCode.PREVIEW_REFUSED
    assert "DayTradingBuyingPowerExceeded" in refusal.value
    assert arena.orders() == []


def test_a_breaker_tripped_at_the_commit_is_named(arena: Arena) -> None:
    arena.switch(TradingState.REDUCING)
    arena.monitor()
    arena.switch(TradingState.ACTIVE)
    (decision,) = arena.trade(arena.signal())
    assert [denial.code for denial in decision.denials] == [DenialCode.BREAKER]
