"""Runs that meet: functions are woken at the same second, a slow run meets the next one, an operator acts meanwhile."""

from datetime import date
from decimal import Decimal

import pytest

from functions.monitor.workflow import Monitor
from infra.local.vendors.faults import FaultKind
from shared.adapters.tradier.client import TradierClient
from shared.domain import messages
from shared.domain.book import SetLedger, Tell, Trip
from shared.domain.orders import BrokerOrder, BrokerPosition, IntentState, OrderStatus
from shared.domain.positions import PositionState
from shared.domain.vocabulary import ExitReason, TradingMode, TradingState
from tests.faults.arena import Arena
from tests.faults.documents import ONE_LOOK, SELLER
from tests.faults.ground import Ground
from tests.faults.market import CRASHED
from tests.faults.stage import monitor_of
from tests.faults.test_post import POST
from tests.faults.trail import Trail

RALLIED = 430.0
TODAY = date(2026, 11, 23)


def _other(arena: Arena) -> Monitor:
    """Return the monitor of another process, whose calls are not on the trail."""
    return monitor_of(arena.new_stage(arena.ground.database, Trail()), arena.environment)


def _live(arena: Arena) -> None:
    arena.configure(SELLER, ONE_LOOK)
    arena.confirm(SELLER)


def test_a_word_given_while_monitor_runs_stands(ground: Ground) -> None:
    """What a run read of the configuration when it began says nothing of a word that is younger."""
    arena = Arena(ground, seconds=50)
    arena.enter()
    arena.configure(SELLER, {**ONE_LOOK, "mode": "paper"})
    arena.later(1).monitor()
    assert arena.live().confirmation is None
    arena.outbox.subjects.clear()
    arena.later(60).inject(FaultKind.NO_FILL)
    arena.move(CRASHED)
    arena.trail.just_before("book.live", lambda: _live(arena), occasion=9)
    arena.monitor()
    assert arena.live().confirmation is not None
    assert not any("no longer trades live" in subject for subject in arena.outbox.subjects)


@pytest.mark.parametrize(
    ("seconds", "times"),
    [
        pytest.param(1, 0, id="which another run is just sending"),
        pytest.param(29, 0, id="which a slow run may still be sending"),
        pytest.param(30, 1, id="which nobody is sending any more"),
    ],
)
def test_monitor_sends_an_alert(arena: Arena, seconds: float, times: int) -> None:
    """Collect, trade and monitor are woken at the same second: monitor sees what the others are about to send."""
    arena.monitor()
    unsent = messages.missing_key("no Tradier token", arena.now)
    arena.stage.book.commit("tell", (Tell(unsent),))
    arena.later(seconds).monitor()
    assert arena.outbox.subjects.count(unsent.subject) == times


def test_an_alert_that_another_run_sent_while_this_one_waited_is_not_sent_again(arena: Arena) -> None:
    arena.monitor()
    alert = messages.missing_key("no Tradier token", arena.now)
    arena.stage.book.commit("tell", (Tell(alert),))

    def is_slow() -> None:
        assert arena.stage.alerts.resend(alert)
        arena.later(31)

    arena.trail.just_before("broker.orders", is_slow)
    arena.later(1).monitor()
    arena.minutes(2)
    assert arena.outbox.subjects.count(alert.subject) == 1


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        pytest.param((57, 3), PositionState.OPEN, id="not yet, by two runs within seconds"),
        pytest.param((30, 30), PositionState.BROKEN, id="by two runs a while apart"),
        pytest.param((57, 3, 27), PositionState.BROKEN, id="by a third, a while after the first"),
    ],
)
def test_holdings_that_lag_a_fill_break_a_position(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, seconds: tuple[int, ...], state: PositionState
) -> None:
    arena.monitor()
    arena.trade(arena.signal())

    def none(_: TradierClient) -> tuple[BrokerPosition, ...]:
        return ()

    with monkeypatch.context() as lagging:
        lagging.setattr(TradierClient, "positions", none)
        for one in seconds:
            arena.later(one).monitor()
    (held,) = arena.live().positions
    assert held.state is state
    if state is PositionState.OPEN:
        arena.minutes(3, 60)
        assert (arena.live().positions[0].state, arena.state()) == (PositionState.OPEN, TradingState.ACTIVE)


def test_what_was_bought_since_the_book_was_read_is_no_strangers(arena: Arena) -> None:
    arena.minutes(1)
    arena.later(60)
    arena.trail.just_before("broker.positions", lambda: arena.trade(arena.signal()))
    arena.monitor()
    assert len(arena.live().intents) + len(arena.live().positions) > 0
    arena.minutes(3, 60)
    assert not any("EXTERNAL" in subject for subject in arena.outbox.subjects)
    assert arena.seen().positions[0].state is PositionState.OPEN


def test_a_strangers_contracts_are_told_though_a_paper_position_has_the_same(arena: Arena) -> None:
    """Only what lies in the account explains what the account holds."""
    arena.configure(SELLER, {**ONE_LOOK, "mode": "paper"})
    arena.enter()
    (held,) = arena.minutes(2).live().positions
    assert held.state is PositionState.OPEN
    _live(arena)
    leg = held.legs[0]
    arena.trade_by_hand(leg.option_symbol, leg.sign, Decimal("1.00"))
    arena.at(arena.now.replace(day=24)).minutes(3, 60)
    assert sum("EXTERNAL holding" in subject for subject in arena.outbox.subjects) == 1
    assert arena.state() is TradingState.ACTIVE


def _closing_for_its_target(arena: Arena) -> None:
    arena.enter()
    arena.inject(FaultKind.NO_FILL)
    arena.move(RALLIED).later(60).monitor()
    (exit_,) = arena.live().intents
    assert (exit_.state, exit_.exit_reason) == (IntentState.WORKING, ExitReason.PROFIT_TARGET)


def test_a_stop_that_another_run_made_of_a_target_is_booked_as_a_stop(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is back in the state that the slower run saw, under another reason, and fills there."""
    _closing_for_its_target(arena)
    other, read, is_filled = _other(arena), TradierClient.orders, list[bool]()

    def filled(client: TradierClient) -> tuple[BrokerOrder, ...]:
        fill = {"status": OrderStatus.FILLED, "fill_price": Decimal("-4.45")}
        return tuple(
            one if one.status.is_final or not is_filled else one.model_copy(update=fill | {"filled_contracts": n})
            for one in read(client)
            for n in (one.contracts,)
        )

    def overtaken() -> None:
        other.run()
        is_filled.append(True)

    monkeypatch.setattr(TradierClient, "orders", filled)
    arena.trail.just_before("broker.orders", overtaken)
    arena.move(CRASHED).later(20).monitor()
    arena.minutes(1, 60)
    (trade,) = arena.seen().trades
    assert trade.exit_reason is ExitReason.STOP_LOSS
    assert arena.live().counters.stops_today == 1


def test_another_run_that_was_first_is_no_failure(arena: Arena) -> None:
    _closing_for_its_target(arena)
    other = _other(arena)
    arena.outbox.subjects.clear()
    arena.trail.just_before("broker.modify", other.run)
    arena.move(CRASHED).later(20).monitor()
    assert (arena.problems, arena.outbox.subjects) == ([], [])
    assert arena.live().intents[0].exit_reason is ExitReason.STOP_LOSS


def test_a_conflict_that_goes_on_is_told(arena: Arena) -> None:
    _closing_for_its_target(arena)
    other = _other(arena)
    arena.move(CRASHED)
    for _ in range(2):
        arena.trail.before.clear()
        arena.trail.just_before("broker.modify", other.run)
        arena.later(60).monitor()
    assert any("a monitor run could not finish" in subject for subject in arena.outbox.subjects)


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(0, id="at once"),
        pytest.param(90, id="after it was seen working"),
    ],
)
def test_an_order_that_was_in_doubt_and_is_refused_counts_as_one_failure(arena: Arena, seconds: float) -> None:
    arena.monitor()
    arena.inject(FaultKind.NO_FILL)
    arena.inject(FaultKind.LATE_REJECTION, seconds=seconds, reason="margin")
    arena.inject(FaultKind.LOST_RESPONSE, **POST)
    arena.trade(arena.signal())
    assert arena.live().counters.order_failures == 1
    arena.minutes(3, 61)
    assert ([order["status"] for order in arena.orders()], arena.live().intents) == (["rejected"], ())
    assert arena.live().counters.order_failures == 1


def _tripped(arena: Arena) -> Trip:
    arena.minutes(1)
    ledger, loss = arena.live().ledger(TradingMode.LIVE), Decimal(-40_000)
    lost = {"day": TODAY, "day_pnl": loss, "realized_pnl": loss, "version": ledger.version + 1}
    arena.stage.book.commit("a loss", (SetLedger(ledger, ledger.model_copy(update=lost)),))
    arena.minutes(1)
    seen = arena.stage.operator.standing(None)
    assert seen is not None
    return seen


def test_a_run_of_monitor_while_a_trip_is_cleared_does_not_trip_again(arena: Arena) -> None:
    seen, other = _tripped(arena), _other(arena)
    arena.later(60).outbox.subjects.clear()
    arena.trail.just_before("book.live", other.run)
    assert arena.stage.operator.clear_trip(seen, "looked")
    arena.minutes(2, 60)
    assert (arena.stage.operator.standing(None), arena.outbox.subjects) == (None, [])


def test_what_monitor_changes_while_a_trip_is_cleared_is_measured_again(arena: Arena) -> None:
    seen = _tripped(arena)
    ledger = arena.live().ledger(TradingMode.LIVE)
    changed = SetLedger(ledger, ledger.model_copy(update={"version": ledger.version + 1}))
    book = arena.stage.book
    arena.trail.just_before("book.commit measure anew", lambda: book.commit("meanwhile", (changed,)), occasion=2)
    assert arena.stage.operator.clear_trip(seen, "looked")
    arena.minutes(2, 60)
    assert arena.stage.operator.standing(None) is None
