"""Phase 6 closes a position for the right reason, at the exact boundary, in the document's order."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.domain.positions import Position
from shared.domain.vocabulary import ExitReason, StopBasis, Strategy
from shared.phases.monitoring import (
    exit_gates,
    exit_reason,
    is_near_edge,
    mark_of,
    open_pnl,
    pnl_fraction,
    stop_mark,
    stop_warning,
    target_mark,
)
from shared.phases.monitoring.pnl import stop_fraction
from tests.builders import (
    EXPIRATION,
    TODAY,
    exit_rule,
    option_quote,
    position,
    quotes_at,
)

TARGET, STOP, TIME, EXPIRED = (
    ExitReason.PROFIT_TARGET,
    ExitReason.STOP_LOSS,
    ExitReason.TIME_EXIT,
    ExitReason.EXPIRATION,
)


def reason(held: Position, mark: str | None, dte: int = 45) -> ExitReason | None:
    today = held.expiration - timedelta(days=dte)
    return exit_reason(held, None if mark is None else Decimal(mark), today)


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        pytest.param("0.50", TARGET, id="half the credit kept"),
        pytest.param("0.51", None, id="a cent short of half"),
        pytest.param("0", TARGET, id="worthless"),
        pytest.param("2.99", None, id="a cent short of twice the credit lost"),
        pytest.param("3.00", STOP, id="twice the credit lost"),
        pytest.param("5.00", STOP, id="the whole width"),
    ],
)
def test_a_credit_structure_closes_at_half_won_or_twice_lost(mark: str, expected: ExitReason | None) -> None:
    assert reason(position(entry_price="1.00"), mark) is expected


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        pytest.param("16.00", TARGET, id="doubled"),
        pytest.param("15.99", None, id="a cent short of double"),
        pytest.param("4.01", None, id="a cent above half"),
        pytest.param("4.00", STOP, id="halved"),
    ],
)
@pytest.mark.parametrize("strategy", [Strategy.LONG_CALL, Strategy.LONG_PUT])
def test_a_long_option_closes_at_double_or_half(strategy: Strategy, mark: str, expected: ExitReason | None) -> None:
    assert reason(position(strategy, "8.00"), mark) is expected


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize(
    ("dte", "expected"),
    [
        pytest.param(8, None, id="8 days"),
        pytest.param(7, TIME, id="7 days"),
        pytest.param(1, TIME, id="1 day"),
        pytest.param(0, EXPIRED, id="the last day"),
        pytest.param(-1, EXPIRED, id="a day late"),
    ],
)
def test_every_strategy_is_closed_by_time(strategy: Strategy, dte: int, expected: ExitReason | None) -> None:
    held = position(strategy, "1.00")
    assert reason(held, "1.00", dte) is expected
    assert reason(held, None, dte) is expected


@pytest.mark.parametrize(
    ("mark", "dte", "expected"),
    [
        pytest.param("0.10", 0, EXPIRED, id="expiration before target"),
        pytest.param("4.00", 0, EXPIRED, id="expiration before stop"),
        pytest.param("1.00", 0, EXPIRED, id="expiration before time exit"),
        pytest.param("0.10", 7, TARGET, id="target before time exit"),
        pytest.param("4.00", 7, STOP, id="stop before time exit"),
    ],
)
def test_the_conditions_have_their_order(mark: str, dte: int, expected: ExitReason) -> None:
    assert reason(position(), mark, dte) is expected


def test_a_missing_mark_is_neither_a_stop_nor_a_target() -> None:
    assert reason(position(), None, 20) is None


@pytest.mark.parametrize(
    ("strategy", "entry", "mark", "fees", "pnl"),
    [
        pytest.param(Strategy.BULL_PUT_SPREAD, "1.00", "0.40", "0", "0.6", id="credit less cost to close"),
        pytest.param(Strategy.BULL_PUT_SPREAD, "1.00", "1.60", "0", "-0.6", id="credit at a loss"),
        pytest.param(Strategy.BULL_PUT_SPREAD, "1.00", "0.40", "2.00", "0.56", id="credit net of fees both ways"),
        pytest.param(Strategy.LONG_CALL, "8.00", "10.00", "0", "0.25", id="value less debit"),
        pytest.param(Strategy.LONG_CALL, "8.00", "10.00", "4.00", "0.24", id="debit net of fees both ways"),
        pytest.param(Strategy.LONG_PUT, "8.00", "0", "0", "-1", id="debit lost"),
    ],
)
def test_profit_is_a_share_of_the_premium(strategy: Strategy, entry: str, mark: str, fees: str, pnl: str) -> None:
    assert pnl_fraction(position(strategy, entry, fees=fees), Decimal(mark)) == Decimal(pnl)


def test_fees_are_those_of_all_contracts() -> None:
    held = position(entry_price="1.00", fees="20.00", contracts=10)
    assert pnl_fraction(held, Decimal("0.40")) == Decimal("0.56")


@pytest.mark.parametrize(
    ("strategy", "mark", "closed", "dollars"),
    [
        pytest.param(Strategy.BULL_PUT_SPREAD, "0.40", 0, "580.00", id="a credit, all held: .60 on ten, less the fees"),
        pytest.param(
            Strategy.BULL_PUT_SPREAD, "0.40", 4, "348.00", id="four closed: their share of the fees is booked"
        ),
        pytest.param(Strategy.LONG_CALL, "0.40", 4, "-372.00", id="a debit that lost"),
    ],
)
def test_what_is_open_is_valued_with_its_own_share_of_the_fees(
    strategy: Strategy, mark: str, closed: int, dollars: str
) -> None:
    held = position(strategy, "1.00", fees="20.00", contracts=10).model_copy(update={"closed_contracts": closed})
    assert open_pnl(held, Decimal(mark)) == Decimal(dollars)


@pytest.mark.parametrize(
    ("entry", "stop"),
    [
        pytest.param("1.00", "2.00", id="a small credit: twice the credit"),
        pytest.param("1.40", "2.00", id="2.80 of 3.60 that can be lost"),
        pytest.param("2.00", "1.20", id="a credit above a third of the width: 80 % of the maximum loss"),
        pytest.param("4.00", "0.20", id="a credit of most of the width"),
    ],
)
def test_the_stop_is_never_later_than_80_percent_of_the_maximum_loss(entry: str, stop: str) -> None:
    held = position(entry_price=entry)
    assert stop_fraction(held) == Decimal(stop)
    assert reason(held, "5.00") is STOP


def test_a_stop_on_the_cost_to_close_fires_when_the_option_doubles() -> None:
    rule = exit_rule(stop_basis=StopBasis.COST_TO_CLOSE)
    held = position(entry_price="1.00", exit_rule=rule)
    assert (reason(held, "1.99"), reason(held, "2.00")) == (None, STOP)


def test_the_cost_to_close_says_nothing_of_a_debit() -> None:
    rule = exit_rule(Strategy.LONG_CALL, stop_basis=StopBasis.COST_TO_CLOSE)
    held = position(Strategy.LONG_CALL, "8.00", exit_rule=rule)
    assert (reason(held, "4.01"), reason(held, "4.00")) == (None, STOP)


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("fees", ["0", "1.40"])
def test_target_and_stop_marks_are_where_the_rules_fire(strategy: Strategy, fees: str) -> None:
    held = position(strategy, "1.00", fees=fees)
    cent = Decimal("0.01") if strategy.is_credit else Decimal("-0.01")
    target, stop = target_mark(held), stop_mark(held)
    assert (reason(held, str(target)), reason(held, str(target + cent))) == (TARGET, None)
    assert (reason(held, str(stop)), reason(held, str(stop - cent))) == (STOP, None)


@pytest.mark.parametrize(
    ("mark", "near"),
    [
        pytest.param("0.60", True, id="four fifths of the way to the target"),
        pytest.param("0.61", False, id="not yet"),
        pytest.param("2.59", False, id="not yet at the stop"),
        pytest.param("2.60", True, id="four fifths of the way to the stop"),
        pytest.param(None, False, id="no mark"),
    ],
)
def test_the_last_fifth_of_the_way_is_watched_closely(mark: str | None, near: bool) -> None:
    assert is_near_edge(position(), None if mark is None else Decimal(mark)) is near


@pytest.mark.parametrize(
    ("mark", "warned"),
    [
        pytest.param("2.49", False, id="short of three quarters"),
        pytest.param("2.50", True, id="three quarters of the way to the stop"),
        pytest.param("0.10", False, id="winning"),
        pytest.param(None, False, id="no mark"),
    ],
)
def test_three_quarters_of_the_way_to_the_stop_warns(mark: str | None, warned: bool) -> None:
    assert stop_warning(position(), None if mark is None else Decimal(mark)) is warned


def test_the_mark_is_the_mid_of_all_legs() -> None:
    held = position()
    assert mark_of(held, quotes_at(held, "0.80")) == Decimal("0.80")
    bought = position(Strategy.LONG_CALL, "8.00")
    assert mark_of(bought, quotes_at(bought, "9.10")) == Decimal("9.10")


def test_a_condor_is_worth_both_of_its_spreads() -> None:
    held = position(Strategy.IRON_CONDOR, "2.00")
    mids = {390: 4, 385: 3, 410: 5, 415: 3}
    quotes = {
        leg.option_symbol: option_quote(leg.contract, mids[int(leg.contract.strike)], mids[int(leg.contract.strike)])
        for leg in held.legs
    }
    assert mark_of(held, quotes) == Decimal(3)


@pytest.mark.parametrize("missing", [0, 1])
@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        pytest.param("1.00", None, id="no ask"),
        pytest.param(None, "1.00", id="no bid"),
        pytest.param("1.10", "1.00", id="crossed"),
        pytest.param("0", "0", id="nothing asked"),
        pytest.param("-1", "1", id="negative"),
    ],
)
def test_an_unsound_leg_leaves_no_mark(missing: int, bid: str | None, ask: str | None) -> None:
    held = position()
    quotes = quotes_at(held, "0.80")
    leg = held.legs[missing]
    assert mark_of(held, quotes | {leg.option_symbol: option_quote(leg.contract, bid, ask)}) is None


@pytest.mark.parametrize("missing", [0, 1])
def test_an_absent_leg_leaves_no_mark_instead_of_zero(missing: int) -> None:
    held = position()
    quotes = quotes_at(held, "0.80")
    del quotes[held.legs[missing].option_symbol]
    assert mark_of(held, quotes) is None


@pytest.mark.parametrize(
    ("strategy", "mark", "possible"),
    [
        pytest.param(Strategy.BULL_PUT_SPREAD, "-0.01", False, id="a spread below nothing"),
        pytest.param(Strategy.BULL_PUT_SPREAD, "0", True, id="a spread at nothing"),
        pytest.param(Strategy.BULL_PUT_SPREAD, "5.00", True, id="a spread at its width"),
        pytest.param(Strategy.BULL_PUT_SPREAD, "5.01", False, id="a spread beyond its width"),
        pytest.param(Strategy.BULL_CALL_SPREAD, "5.01", False, id="a debit spread beyond its width"),
        pytest.param(Strategy.CASH_SECURED_PUT, "390.01", False, id="a put beyond its strike"),
        pytest.param(Strategy.LONG_PUT, "400", True, id="a put at its strike"),
        pytest.param(Strategy.LONG_CALL, "900", True, id="a call has no bound"),
    ],
)
def test_a_mark_outside_what_is_possible_is_no_mark(strategy: Strategy, mark: str, possible: bool) -> None:
    held = position(strategy)
    found = mark_of(held, quotes_at(held, mark, half="0"))
    assert found == (Decimal(mark) if possible else None)


def test_every_condition_is_shown_with_value_and_limit() -> None:
    gates = exit_gates(position(), Decimal("0.50"), TODAY)
    assert [(gate.code, gate.value, gate.limit, gate.passed) for gate in gates] == [
        (EXPIRED, "45 DTE", "0 DTE", False),
        (TARGET, "50.0%", "50%", True),
        (STOP, "50.0%", "-200.0%", False),
        (TIME, "45 DTE", "7 DTE", False),
    ]


def test_without_a_mark_the_conditions_say_so() -> None:
    gates = {gate.code: gate for gate in exit_gates(position(), None, EXPIRATION - timedelta(days=7))}
    assert gates[TIME].passed
    assert gates[STOP].value == "no sound mark"
    assert not gates[STOP].passed
