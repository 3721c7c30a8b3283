"""Controls before an order leaves, each tripped alone: account, broker's clock, limit, settlement, twins."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.book import SetCounters
from shared.domain.decisions import DenialCode, denials_of
from shared.domain.market import BrokerClock
from shared.domain.orders import Order, OrderStatus
from shared.domain.package import PackageQuote
from shared.domain.vocabulary import Strategy, TradingMode, TradingState
from shared.phases.execution import exit_gates, protocol
from shared.phases.execution.denials import structure_gates
from shared.phases.execution.outlet import Outlet, account_gates
from shared.phases.monitoring.holdings import with_working_orders
from tests.builders import (
    NOON,
    broker_order,
    config,
    counters,
    decision,
    entry_intent,
    exit_order,
    last_decided,
    legs_of,
    live,
    long,
    position,
    seconds,
    setting,
    short,
)

CODES = DenialCode
SPREAD = legs_of(Strategy.BULL_PUT_SPREAD)
SHORT_PUT, LONG_PUT = (leg.option_symbol for leg in SPREAD)
OPEN = BrokerClock(now=NOON, is_open=True)
SLOW_BUT_RIGHT = BrokerClock(now=NOON + seconds(6), is_open=True).heard(NOON, NOON + seconds(6))
ACCOUNT = "PAPER-PROMETHEUS"
TWIN = entry_intent(position(contracts=3)).order.fingerprint


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param({"account_id": "6YA99999"}, CODES.ACCOUNT_MISMATCH, id="the broker answers for another account"),
        pytest.param({"clock": BrokerClock(now=NOON, is_open=False)}, CODES.MARKET_CLOSED, id="the broker is closed"),
        pytest.param({"clock": None}, CODES.CLOCK_SKEW, id="no broker clock"),
        pytest.param(
            {"clock": BrokerClock(now=NOON + seconds(6), is_open=True)}, CODES.CLOCK_SKEW, id="six seconds ahead"
        ),
        pytest.param(
            {"clock": BrokerClock(now=NOON - seconds(6), is_open=True)}, CODES.CLOCK_SKEW, id="six seconds behind"
        ),
        pytest.param(
            {"clock": BrokerClock(now=NOON, is_open=True, skew=Decimal(6))}, CODES.CLOCK_SKEW, id="six seconds measured"
        ),
        pytest.param({"holdings": {SHORT_PUT: 1}}, CODES.NETTING, id="the short leg would close a long holding"),
        pytest.param({"holdings": {LONG_PUT: -1}}, CODES.NETTING, id="the long leg would close a short holding"),
        pytest.param({"prints": {TWIN: NOON - seconds(59)}}, CODES.DUPLICATE_ORDER, id="left 59 s ago, ended since"),
    ],
)
def test_each_answer_of_the_broker_alone_keeps_an_entry_back(facts: dict[str, Any], code: DenialCode) -> None:
    assert entry_refusals(**facts) == [code]


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="all is well"),
        pytest.param({"clock": BrokerClock(now=NOON + seconds(5), is_open=True)}, id="five seconds ahead"),
        pytest.param({"holdings": {SHORT_PUT: -4, LONG_PUT: 4}}, id="more of the same"),
        pytest.param({"prints": {TWIN: NOON - seconds(60)}}, id="an identical order a minute ago"),
        pytest.param({"prints": {"3xbuy_to_open:SPY261231P00300000": NOON}}, id="another order just now"),
    ],
)
def test_at_its_limit_an_entry_goes_on(facts: dict[str, Any]) -> None:
    assert entry_refusals(**facts) == []


def entry_refusals(**changes: Any) -> list[DenialCode]:
    facts: dict[str, Any] = {"account_id": ACCOUNT, "clock": OPEN, "holdings": {}, "prints": {}} | changes
    where = setting(live=live(counters=counters(order_prints=facts["prints"])))
    gates = account_gates(where, SPREAD, facts["holdings"], facts["clock"], facts["account_id"])
    return [denial.code for denial in denials_of(gates)]


def test_an_order_that_left_is_remembered_by_its_fingerprint() -> None:
    held = position(contracts=3)
    changes = protocol.plan_entry(entry_intent(held), held, decision(), last_decided(), live(), config())
    (after,) = (change.after for change in changes if isinstance(change, SetCounters))
    assert after.order_prints == {TWIN: NOON}


@pytest.mark.parametrize(
    ("root", "codes"),
    [pytest.param("SPX", [CODES.AM_SETTLED], id="morning"), pytest.param("SPXW", [], id="afternoon")],
)
def test_an_am_root_is_never_entered(root: str, codes: list[DenialCode]) -> None:
    legs = (short(3900, root=root), long(3895, root=root))
    package = PackageQuote(Decimal("1.00"), Decimal("0.10"))
    gates = structure_gates(setting(), "SPX", Strategy.BULL_PUT_SPREAD, legs, package)
    assert [denial.code for denial in denials_of(gates)] == codes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"account_id": "6YA99999"}, CODES.ACCOUNT_MISMATCH, id="another account"),
        pytest.param({"clock": BrokerClock(now=NOON, is_open=False)}, CODES.MARKET_CLOSED, id="the broker is closed"),
        pytest.param({"clock": BrokerClock(now=NOON + seconds(6), is_open=True)}, CODES.CLOCK_SKEW, id="clocks differ"),
        pytest.param({"tried": NOON - seconds(59)}, CODES.DUPLICATE_ORDER, id="tried 59 s ago"),
        pytest.param({"limit": Decimal(0)}, CODES.LIMIT_REQUIRED, id="no limit"),
    ],
)
def test_each_answer_of_the_broker_alone_keeps_an_exit_back(changes: dict[str, Any], code: DenialCode) -> None:
    assert exit_refusals(**changes) == [code]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="all is well"),
        pytest.param({"clock": None}, id="a clock that cannot be read holds no exit back"),
        pytest.param({"clock": SLOW_BUT_RIGHT}, id="a right clock that was read 6 s before or after"),
        pytest.param({"tried": NOON - seconds(60)}, id="tried a minute ago"),
    ],
)
def test_at_its_limit_an_exit_goes_on(changes: dict[str, Any]) -> None:
    assert exit_refusals(**changes) == []


def exit_refusals(
    account_id: str = ACCOUNT,
    clock: BrokerClock | None = OPEN,
    tried: datetime | None = None,
    limit: Decimal = Decimal("0.50"),
) -> list[DenialCode]:
    held = position(exit_tried_at=tried)
    order: Order = exit_order(held).model_copy(update={"limit_price": limit})
    outlet = Outlet(config(), account_id, clock, NOON)
    gates = exit_gates(held, order, TradingState.REDUCING, TradingMode.PAPER, is_open=True, outlet=outlet)
    return [denial.code for denial in denials_of(gates)]


@pytest.mark.parametrize(
    ("status", "filled", "expected"),
    [
        pytest.param(OrderStatus.WORKING, 0, {SHORT_PUT: -5}, id="working: all of it may come"),
        pytest.param(OrderStatus.PARTIALLY_FILLED, 2, {SHORT_PUT: -3}, id="part filled: the rest may come"),
        pytest.param(OrderStatus.CANCELED, 2, {}, id="ended: nothing comes any more"),
    ],
)
def test_working_orders_count_as_holdings(status: OrderStatus, filled: int, expected: dict[str, int]) -> None:
    legs = ({"option_symbol": SHORT_PUT, "side": "sell_to_open", "filled_contracts": filled, "fill_price": None},)
    order = broker_order(status, filled, None, legs=legs, contracts=5)
    assert with_working_orders({}, [order]) == expected
