"""What fills do to a position, its ledger, its counters and its result: dollars in, dollars out, none lost."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.domain.config import Fees
from shared.domain.counting import counters_after_close, counters_after_failure, counters_after_order
from shared.domain.package import max_loss
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import ExitReason, StopBasis, Strategy
from shared.phases.execution.booking import (
    closed_trade,
    filled_position,
    ledger_after_close,
    ledger_after_resize,
    reduced_position,
    risk_per_contract,
)
from shared.phases.execution.fills import exit_fill
from shared.phases.monitoring.pnl import stop_fraction
from tests.builders import NOON, TODAY, counters, ledger, legs_of, position, seconds

FEES = Fees()
NO_FEES = Fees(per_contract=Decimal(0), index_surcharge=Decimal(0))


@pytest.mark.parametrize(
    ("strategy", "premium", "worst"),
    [
        pytest.param(Strategy.BULL_PUT_SPREAD, "1.20", "381.40", id="put spread: (width - credit) x 100 + fees"),
        pytest.param(Strategy.BEAR_CALL_SPREAD, "1.20", "381.40", id="call spread: the same"),
        pytest.param(Strategy.IRON_CONDOR, "2.00", "301.40", id="condor: (wider side - credit) x 100 + fees"),
        pytest.param(Strategy.CASH_SECURED_PUT, "4.00", "38601.40", id="put: (strike - credit) x 100 + fees"),
        pytest.param(Strategy.LONG_CALL, "8.00", "801.40", id="long call: debit x 100 + fees"),
        pytest.param(Strategy.LONG_PUT, "8.00", "801.40", id="long put: debit x 100 + fees"),
        pytest.param(Strategy.BULL_CALL_SPREAD, "2.00", "201.40", id="call vertical: debit x 100 + fees"),
        pytest.param(Strategy.BEAR_PUT_SPREAD, "2.00", "201.40", id="put vertical: debit x 100 + fees"),
    ],
)
def test_the_maximum_loss_of_one_contract(strategy: Strategy, premium: str, worst: str) -> None:
    assert max_loss(strategy, legs_of(strategy), Decimal(premium), Decimal("1.40")) == Decimal(worst)


def planned(contracts: int = 10, strategy: Strategy = Strategy.BULL_PUT_SPREAD, price: str = "1.20") -> Position:
    return position(strategy, price, contracts=contracts, state=PositionState.OPENING, opened_at=None)


def test_a_fill_opens_what_was_filled_at_the_brokers_price() -> None:
    opened = filled_position(planned(), 4, Decimal("1.25"), NOON, FEES)
    assert (opened.state, opened.contracts, opened.entry_price) == (PositionState.OPEN, 4, Decimal("1.25"))
    assert (opened.entry_fees, opened.booked_fees) == (Decimal("2.80"), Decimal("2.80"))
    assert opened.booked_cash == Decimal(500)
    assert opened.max_loss == opened.risk == Decimal("376.40")
    assert (opened.opened_at, opened.version) == (NOON, 2)


def test_a_debit_fill_costs_cash() -> None:
    opened = filled_position(planned(2, Strategy.LONG_CALL, "8.00"), 2, Decimal("-8.10"), NOON, FEES)
    assert (opened.entry_price, opened.booked_cash) == (Decimal("8.10"), Decimal(-1_620))
    assert opened.max_loss == Decimal("810.70")


def test_an_index_leg_pays_the_surcharge() -> None:
    opened = filled_position(planned().model_copy(update={"underlying": "SPX"}), 1, Decimal(1), NOON, FEES)
    assert opened.entry_fees == Decimal("1.90")


def test_a_filled_put_secures_its_strike_and_risks_its_stop() -> None:
    put = planned(1, Strategy.CASH_SECURED_PUT, "4.00").model_copy(update={"risk": Decimal(900)})
    opened = filled_position(put, 1, Decimal(4), NOON, FEES)
    assert opened.secured_cash == Decimal("38600.70")
    assert opened.risk == Decimal("800.70")


@pytest.mark.parametrize("basis", StopBasis)
@pytest.mark.parametrize("filled", ["3.90", "4.00", "4.10", "6.33", "11.99"])
def test_a_better_premium_never_risks_more_to_the_stop_than_was_capped(basis: StopBasis, filled: str) -> None:
    put = planned(1, Strategy.CASH_SECURED_PUT, "4.00")
    rule = put.exit_rule.model_copy(update={"stop_basis": basis})
    most = risk_per_contract(put.strategy, rule, put.entry_price, put.max_loss, 2 * put.entry_fees)
    opened = filled_position(put.model_copy(update={"exit_rule": rule, "risk": most}), 1, Decimal(filled), NOON, FEES)
    to_the_stop = stop_fraction(opened) * opened.entry_price * 100
    assert opened.risk == to_the_stop + 2 * opened.entry_fees
    assert opened.risk <= most
    if opened.entry_price >= put.entry_price:
        assert most - opened.risk < Decimal("0.01")


@pytest.mark.parametrize(
    ("strategy", "entry", "exits", "cash"),
    [
        pytest.param(Strategy.BULL_PUT_SPREAD, "1.25", [(3, "-0.50")], "225", id="bought back at once"),
        pytest.param(
            Strategy.BULL_PUT_SPREAD, "1.25", [(1, "-0.50"), (2, "-0.60")], "205", id="bought back in two parts"
        ),
        pytest.param(Strategy.LONG_CALL, "-8.00", [(3, "4.00")], "-1200", id="sold at half"),
        pytest.param(Strategy.LONG_CALL, "-8.00", [(2, "16.00"), (1, "0")], "800", id="sold in parts"),
    ],
)
def test_the_result_equals_the_brokers_cash_less_fees(
    strategy: Strategy, entry: str, exits: list[tuple[int, str]], cash: str
) -> None:
    held = filled_position(planned(3, strategy), 3, Decimal(entry), NOON, FEES)
    one_way = Decimal("0.35") * len(held.legs)
    for contracts, price in exits:
        held = reduced_position(held, exit_fill(held, contracts, Decimal(price), NOON, FEES, ()))
    assert held.remaining_contracts == 0
    trade = closed_trade(held, NOON, ExitReason.PROFIT_TARGET)
    assert trade.fees == 2 * one_way * 3
    assert trade.pnl == Decimal(cash) - trade.fees
    assert trade.pnl_fraction == (trade.pnl / (abs(Decimal(entry)) * 300)).quantize(Decimal("0.000001"))


def test_the_exit_price_is_the_average_of_the_parts() -> None:
    held = filled_position(planned(4), 4, Decimal("1.20"), NOON, NO_FEES)
    for contracts, price in ((1, "-0.50"), (3, "-0.70")):
        held = reduced_position(held, exit_fill(held, contracts, Decimal(price), NOON, NO_FEES, ()))
    assert closed_trade(held, NOON, ExitReason.TIME_EXIT).exit_price == Decimal("0.65")


def test_a_partial_fill_leaves_only_what_is_open_on_the_ledger() -> None:
    before = planned()
    reserved = ledger(
        open_count=1, open_risk=before.total_risk, risk_by_underlying={"SPY": before.total_risk}, version=7
    )
    opened = filled_position(before, 4, Decimal("1.20"), NOON, NO_FEES)
    after = ledger_after_resize(reserved, before, opened)
    assert (after.open_count, after.open_risk, after.version) == (1, opened.risk * 4, 8)
    assert after.risk_by_underlying == {"SPY": opened.risk * 4}


def test_a_partial_close_frees_the_risk_and_the_cash_of_what_was_closed() -> None:
    held = position(Strategy.CASH_SECURED_PUT, "4.00", contracts=10)
    booked = ledger(
        open_count=1,
        open_risk=held.total_risk,
        secured_cash=held.secured_cash,
        risk_by_underlying={"SPY": held.total_risk},
    )
    part = exit_fill(held, 4, Decimal(-2), NOON, NO_FEES, ())
    after = ledger_after_resize(booked, held, reduced_position(held, part))
    assert after.open_risk == held.risk * 6
    assert after.secured_cash == Decimal(38_600) * 6


def test_a_position_that_never_opened_gives_everything_back() -> None:
    before = planned()
    reserved = ledger(open_count=2, open_risk=before.total_risk + 100, risk_by_underlying={"SPY": before.total_risk})
    after = ledger_after_resize(reserved, before, None)
    assert (after.open_count, after.open_risk, after.risk_by_underlying) == (1, Decimal(100), {"SPY": Decimal(0)})


def test_a_close_moves_risk_to_result() -> None:
    held = position(contracts=2)
    booked = ledger(
        open_count=1, open_risk=held.total_risk, risk_by_underlying={"SPY": held.total_risk}, day=TODAY,
        day_pnl=Decimal(-50), realized_pnl=Decimal(200), peak_pnl=Decimal(300),
    )  # fmt: skip
    after = ledger_after_close(booked, held, Decimal(150), TODAY)
    assert (after.open_count, after.open_risk) == (0, Decimal(0))
    assert (after.realized_pnl, after.peak_pnl, after.day_pnl) == (Decimal(350), Decimal(350), Decimal(100))


def test_a_new_day_starts_at_nothing_and_a_loss_leaves_the_peak() -> None:
    booked = ledger(open_count=1, day=TODAY, day_pnl=Decimal(500), realized_pnl=Decimal(500), peak_pnl=Decimal(500))
    after = ledger_after_close(booked, position(), Decimal(-120), TODAY + timedelta(days=1))
    assert (after.day_pnl, after.realized_pnl, after.peak_pnl) == (Decimal(-120), Decimal(380), Decimal(500))


def test_a_result_of_an_earlier_day_leaves_the_loss_of_this_one() -> None:
    booked = ledger(open_count=1, day=TODAY, day_pnl=Decimal(-900), realized_pnl=Decimal(500), peak_pnl=Decimal(500))
    after = ledger_after_close(booked, position(), Decimal(120), TODAY - timedelta(days=1))
    assert (after.day, after.day_pnl) == (TODAY, Decimal(-900))
    assert (after.realized_pnl, after.peak_pnl, after.open_count) == (Decimal(620), Decimal(620), 0)


def test_orders_are_counted_by_the_minute_and_by_the_day() -> None:
    before = counters(orders_today=3, order_times=(NOON - seconds(60), NOON - seconds(59)))
    after = counters_after_order(before, NOON)
    assert (after.orders_today, after.order_times) == (4, (NOON - seconds(59), NOON))
    assert counters_after_order(before, NOON + timedelta(days=1)).orders_today == 1


@pytest.mark.parametrize(
    ("reason", "stops", "stopped", "target"),
    [
        pytest.param(ExitReason.STOP_LOSS, 2, True, False, id="a stop"),
        pytest.param(ExitReason.PROFIT_TARGET, 1, False, True, id="a target"),
        pytest.param(ExitReason.TIME_EXIT, 1, False, False, id="a time exit"),
        pytest.param(ExitReason.EXPIRATION, 1, False, False, id="a settlement"),
    ],
)
def test_stops_and_targets_are_remembered(reason: ExitReason, stops: int, stopped: bool, target: bool) -> None:
    after = counters_after_close(counters(stops_today=1), reason, NOON)
    assert after.stops_today == stops
    assert (after.last_stop_on == TODAY, after.last_target_at == NOON) == (stopped, target)


def test_stops_are_counted_anew_each_day() -> None:
    after = counters_after_close(counters(stops_today=2), ExitReason.STOP_LOSS, NOON + timedelta(days=1))
    assert after.stops_today == 1


@pytest.mark.parametrize("reason", [ExitReason.MANUAL, ExitReason.STOP_LOSS, ExitReason.PROFIT_TARGET])
def test_a_close_of_an_earlier_day_leaves_the_counts_of_this_one(reason: ExitReason) -> None:
    today = counters(orders_today=3, stops_today=2, order_failures=1, last_stop_on=TODAY, last_target_at=NOON)
    after = counters_after_close(today, reason, NOON - timedelta(days=1))
    assert after == today.model_copy(update={"order_failures": 0, "version": today.version + 1})


def test_failures_add_up() -> None:
    assert counters_after_failure(counters(order_failures=4)).order_failures == 5
