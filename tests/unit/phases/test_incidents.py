"""What happened to others with real money, each as the test that would have caught it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.book import RecordClosedTrade
from shared.domain.config import Fees, SystemConfig, Walk
from shared.domain.decisions import DenialCode, denials_of
from shared.domain.market import FaultCode, Snapshot
from shared.domain.orders import IntentState, OrderStatus
from shared.domain.positions import PositionState
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import ExitReason, Strategy, TradingMode, TradingState
from shared.phases.collection import snapshots
from shared.phases.entry import look
from shared.phases.execution import exit_gates, protocol
from shared.phases.exit import exit_intent
from shared.phases.feedback import Verdict, lesson, statistics
from shared.phases.monitoring import exit_reason, is_settled_by, mark_of, settlement_fill
from shared.phases.regime import classify_snapshot
from shared.phases.strategy import choose_legs
from tests.builders import (
    NOON,
    PAPER,
    TODAY,
    broker_order,
    chain,
    closed_trade,
    config,
    counters,
    decision,
    exit_order,
    exit_rule,
    gamma,
    last_decided,
    live,
    option_quote,
    position,
    quotes_at,
    reading,
    readings,
    setting,
    snapshot,
)
from tests.builders import exit_intent as planned_exit
from tests.unit.phases.midway import all_left

SYSTEM = SystemConfig()


def judged(**changes: Any) -> Snapshot:
    (only,) = snapshots(readings(**changes), SYSTEM)
    return only


# ---- I1: an unpriced or expired close was booked at price 0 = maximum profit


@pytest.mark.parametrize("strategy", Strategy)
def test_incident_i01_a_position_without_quotes_is_neither_valued_nor_priced(strategy: Strategy) -> None:
    held = position(strategy)
    assert mark_of(held, {}) is None
    assert exit_intent(held, ExitReason.STOP_LOSS, {}, Walk(), NOON) is None


def test_incident_i01_a_fill_without_a_price_is_not_booked() -> None:
    held = position(state=PositionState.CLOSING, closing_intent="x1")
    unpriced = broker_order(OrderStatus.FILLED, 1, None)
    assert not protocol.is_bookable(unpriced)
    sent = planned_exit(held, state=IntentState.WORKING)
    changes = protocol.end_exit(sent, held, live(), IntentState.FILLED, unpriced, Fees())
    assert protocol.trades_in(changes) == ()
    assert protocol.positions_in(changes)[0].state is PositionState.EXIT_PENDING


def test_incident_i01_an_expired_position_is_settled_at_the_close_and_not_at_nothing() -> None:
    held = position(entry_price="1.00", state=PositionState.SETTLING)
    settled = settlement_fill(held, Decimal(380), NOON)
    trade, _ = protocol.settle(held, live(), settled, "tradier", decision())
    assert trade.pnl == Decimal(100 - 500)


# ---- I6: an expiration date turned into UTC midnight, and positions closed a day early


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        pytest.param("2027-01-07 00:01", ExitReason.TIME_EXIT, id="UTC midnight is the evening before in New York"),
        pytest.param("2027-01-07 04:59", ExitReason.TIME_EXIT, id="a minute before New York's midnight"),
        pytest.param("2027-01-07 05:00", ExitReason.EXPIRATION, id="New York's midnight"),
    ],
)
def test_incident_i06_the_expiration_day_begins_in_new_york(now: str, reason: ExitReason) -> None:
    held, moment = position(), datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert held.expiration == date(2027, 1, 7)
    assert exit_reason(held, Decimal("1.00"), new_york_date(moment)) is reason
    assert not is_settled_by(held, moment)


def test_incident_i06_a_fresh_entry_is_not_closed_a_minute_later() -> None:
    held = position()
    assert exit_reason(held, held.entry_price, new_york_date(NOON + timedelta(minutes=1))) is None


# ---- I9: live positions stopped by the sandbox configuration


def test_incident_i09_a_position_is_closed_only_in_its_own_mode() -> None:
    held = position(mode=TradingMode.LIVE)
    gates = exit_gates(held, exit_order(held), TradingState.ACTIVE, TradingMode.SANDBOX, is_open=True)
    assert [denial.code for denial in denials_of(gates)] == [DenialCode.MODE_MISMATCH]


def test_incident_i09_a_live_position_keeps_the_stop_it_was_opened_with() -> None:
    strict = position(mode=TradingMode.LIVE, exit_rule=exit_rule(stop_loss=Decimal("0.50")))
    patient = position(mode=TradingMode.LIVE)
    assert exit_reason(strict, Decimal("1.60"), TODAY) is ExitReason.STOP_LOSS
    assert exit_reason(patient, Decimal("1.60"), TODAY) is None


# ---- I10: a missing leg quote counted as $0.00: phantom stops, and same-minute re-entry


@pytest.mark.parametrize("leg", [0, 1])
@pytest.mark.parametrize("bid", [None, "0"])
def test_incident_i10_a_leg_without_a_quote_is_not_worth_nothing(leg: int, bid: str | None) -> None:
    held = position()
    missing = held.legs[leg]
    quotes = quotes_at(held, "1.00") | {missing.option_symbol: option_quote(missing.contract, bid, "0")}
    mark = mark_of(held, quotes)
    assert mark is None
    assert exit_reason(held, mark, TODAY) is None


def test_incident_i10_an_absurd_mark_is_a_data_error_and_no_stop() -> None:
    held = position()
    assert mark_of(held, quotes_at(held, "9.00")) is None


def test_incident_i10_nothing_is_entered_again_in_the_session_of_a_stop() -> None:
    stopped = setting(live=live(counters=counters(last_stop_on=TODAY)))
    answer = look(stopped, snapshot(), last_decided())
    assert [denial.code for denial in denials_of(answer.gates)] == [DenialCode.COOLING_DOWN]


# ---- I11: a configuration change hid open positions from the monitor


def test_incident_i11_a_changed_configuration_changes_no_open_position() -> None:
    held = position()
    greedy = config(strategies={"BULL_PUT_SPREAD": {"profit_target": "0.90", "stop_loss": "9"}})
    assert greedy.strategies[Strategy.BULL_PUT_SPREAD].profit_target == Decimal("0.90")
    assert exit_reason(held, Decimal("0.50"), TODAY) is ExitReason.PROFIT_TARGET


def test_incident_i11_a_position_of_a_removed_underlying_and_action_is_still_closed() -> None:
    elsewhere = config(underlyings=["QQQ"], gamma_thresholds={"QQQ": {}}, actions=[], enabled=False)
    held = position(Strategy.LONG_CALL, "8.00")
    assert held.underlying not in elsewhere.underlyings
    assert exit_reason(held, Decimal(4), TODAY) is ExitReason.STOP_LOSS
    assert exit_intent(held, ExitReason.STOP_LOSS, quotes_at(held, "4.00"), Walk(), NOON) is not None


# ---- I14: spreads were never closed at all, because an option-type lookup failed and the loop skipped them


@pytest.mark.parametrize("strategy", [Strategy.BULL_PUT_SPREAD, Strategy.BEAR_CALL_SPREAD, Strategy.IRON_CONDOR])
@pytest.mark.parametrize("reason", ExitReason)
def test_incident_i14_the_legs_that_were_chosen_are_the_legs_that_are_closed(
    strategy: Strategy, reason: ExitReason
) -> None:
    rows = chain()
    legs = choose_legs(strategy, rows, config().strategies[strategy])
    assert legs is not None
    held = position(strategy, legs=legs)
    quotes = {row.option_symbol: row for row in rows}
    intent = exit_intent(held, reason, quotes, Walk(), NOON)
    assert mark_of(held, quotes) is not None
    assert intent is not None
    assert {leg.option_symbol for leg in intent.order.legs} == {leg.option_symbol for leg in legs}


# ---- I15: statistics never updated, because strategy names carried the premium


def test_incident_i15_trades_of_one_strategy_count_together_whatever_their_premium() -> None:
    premiums = ("0.55", "0.80", "1.05", "1.30", "2.45")
    closed = [closed_trade("0.50", entry_price=Decimal(premium)) for premium in premiums]
    assert len({trade.strategy for trade in closed}) == 1
    numbers = statistics(PAPER, Strategy.BULL_PUT_SPREAD, closed, NOON)
    assert lesson(None, numbers, SYSTEM.feedback).verdict is Verdict.UPDATED


def test_incident_i15_a_closed_position_carries_its_strategy_into_the_result() -> None:
    held = position(Strategy.IRON_CONDOR, "2.37")
    _, changes = protocol.settle(held, live(), all_left(held, 0), "tradier", decision())
    assert [change.trade.strategy for change in changes if isinstance(change, RecordClosedTrade)] == ["IRON_CONDOR"]


# ---- I16: the vendor's feed stood still for a whole session while answering 200


@pytest.mark.parametrize(
    ("frozen", "code"),
    [
        pytest.param({"gamma": gamma(age=6 * 3_600)}, FaultCode.STALE_GAMMA, id="exposure"),
        pytest.param({"spot": reading(400, age=6 * 3_600)}, FaultCode.STALE_SPOT, id="quotes"),
    ],
)
def test_incident_i16_a_frozen_feed_is_stale_by_the_vendors_time(frozen: dict[str, Any], code: FaultCode) -> None:
    assert [fault.code for fault in judged(**frozen).faults] == [code]


def test_incident_i16_a_fresh_stamp_on_an_old_price_is_caught_by_the_other_feed() -> None:
    assert [fault.code for fault in judged(gamma=gamma(spot=390, age=1)).faults] == [FaultCode.SPOT_MISMATCH]


def test_incident_i16_a_snapshot_that_was_fresh_when_stored_grows_stale() -> None:
    late = setting(now=NOON + timedelta(minutes=11))
    answer = look(late, snapshot(), last_decided())
    assert {denial.code for denial in denials_of(answer.gates)} == {DenialCode.STALE_SNAPSHOT}


# ---- I18: a missing VIX became 18.0, a missing GEX 0.0


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        pytest.param("vix", FaultCode.NO_VIX, id="VIX"),
        pytest.param("gamma", FaultCode.NO_GAMMA, id="GEX"),
        pytest.param("spot", FaultCode.NO_SPOT, id="spot"),
    ],
)
def test_incident_i18_what_is_missing_stays_missing(missing: str, code: FaultCode) -> None:
    nothing: dict[str, Any] = {missing: None}
    minute = readings()
    if missing == "vix":
        minute = replace(minute, **nothing)
    else:
        minute = replace(minute, underlyings=(replace(minute.underlyings[0], **nothing),))
    (seen,) = snapshots(minute, SYSTEM)
    assert getattr(seen, missing) is None
    assert code in {fault.code for fault in seen.faults}
    assert classify_snapshot(seen, config()) is None
    assert look(setting(), seen, last_decided()).strategy is None


def test_incident_i18_an_unknown_iv_rank_is_neither_0_nor_50() -> None:
    seen = judged(vix_bars=None)
    assert (seen.iv_rank, seen.iv_percentile) == (None, None)
