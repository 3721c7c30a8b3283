"""The paper broker walks the path of a real one: it delays, fills in parts, refuses, forgets, and keeps its cash."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.paper import PaperBroker
from shared.domain.errors import ConflictError, OrderFinalError, OrderRejectedError
from shared.domain.fills import cash_by_leg
from shared.domain.market import DailyBar, Quote
from shared.domain.options import OptionQuote
from shared.domain.orders import Order, OrderStatus
from shared.domain.paper import PaperAccount
from shared.phases.execution import paper_fill
from tests.builders import NOON, config, entry_intent, position, quotes_at, seconds

HELD = position(contracts=5)
ORDER: Order = entry_intent(HELD, "1.00").order


@dataclass
class Place:
    """Everything outside the broker: one account, a market at a mark, a clock that stands still."""

    account: PaperAccount | None = None
    mark: str = "1.05"
    at: datetime = NOON
    age: float = 2
    asked: list[str] = field(default_factory=list)
    conflicts: int = 0
    is_applied: bool = False

    def load(self, account_id: str) -> PaperAccount | None:
        return self.account

    def save(self, before: PaperAccount | None, after: PaperAccount) -> None:
        if self.conflicts:
            self.conflicts -= 1
            self.account = after if self.is_applied else self._saved_by_another(before)
            raise ConflictError("save paper account")
        assert before == self.account
        self.account = after

    @staticmethod
    def _saved_by_another(before: PaperAccount | None) -> PaperAccount:
        known = before or PaperAccount(account_id="PAPER-PROMETHEUS", cash=Decimal(100_000))
        return known.model_copy(update={"version": known.version + 1})

    def quotes(self, symbols: Any) -> dict[str, Quote]:
        return {}

    def option_quotes(self, option_symbols: Any) -> dict[str, OptionQuote]:
        as_of = self.at - seconds(self.age)
        return {symbol: replace(one, as_of=as_of) for symbol, one in quotes_at(HELD, self.mark).items()}

    def daily_bars(self, symbol: str, start: Any, end: Any) -> tuple[DailyBar, ...]:
        return ()

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        raise AssertionError("a broker never waits")

    def broker(self, **paper: Any) -> PaperBroker:
        told = config(paper={"slippage": 0, **paper}, fees={"per_contract": 1, "index_surcharge": 0})
        return PaperBroker(told, self, self, self, self, paper_fill)

    def later(self, count: float) -> None:
        self.at += seconds(count)


def test_an_order_fills_at_the_first_look() -> None:
    place = Place()
    broker = place.broker()
    order_id = broker.submit(ORDER, "agx-1")
    told = broker.order(order_id)
    assert (told.status, told.filled_contracts, told.fill_price) == (OrderStatus.FILLED, 5, Decimal("1.05"))
    assert broker.balances().total_equity == Decimal(100_000) + Decimal(525) - 10


@pytest.mark.parametrize(
    ("age", "status"),
    [
        pytest.param(15, OrderStatus.FILLED, id="15 s"),
        pytest.param(16, OrderStatus.WORKING, id="16 s"),
        pytest.param(72_000, OrderStatus.WORKING, id="a frozen feed"),
    ],
)
def test_nothing_fills_at_a_quote_too_old_to_price_an_order(age: float, status: OrderStatus) -> None:
    broker = Place(age=age).broker()
    assert broker.order(broker.submit(ORDER, "agx-1")).status is status


@pytest.mark.parametrize(
    "is_applied",
    [
        pytest.param(False, id="another run saved the account first"),
        pytest.param(True, id="it was saved and the answer got lost"),
    ],
)
def test_an_order_is_taken_in_once_though(is_applied: bool) -> None:
    place = Place(conflicts=1, is_applied=is_applied)
    broker = place.broker()
    order_id = broker.submit(ORDER, "agx-1")
    assert [one.order_id for one in broker.orders()] == [order_id]


def test_a_fill_is_stored_over_what_another_run_saved_first() -> None:
    place = Place()
    broker = place.broker()
    order_id = broker.submit(ORDER, "agx-1")
    place.conflicts = 2
    assert broker.order(order_id).status is OrderStatus.FILLED
    assert place.account is not None
    assert place.account.orders[0].status.status is OrderStatus.FILLED


def test_an_account_that_others_keep_saving_is_left_to_the_next_run() -> None:
    with pytest.raises(ConflictError):
        Place(conflicts=3).broker().submit(ORDER, "agx-1")


def test_an_order_waits_for_its_delay() -> None:
    place = Place()
    broker = place.broker(delay_seconds=30)
    order_id = broker.submit(ORDER, "agx-1")
    place.later(29)
    assert broker.order(order_id).status is OrderStatus.WORKING
    place.later(1)
    assert broker.order(order_id).status is OrderStatus.FILLED


def test_an_order_fills_in_parts_at_the_prices_of_each_look() -> None:
    place = Place()
    broker = place.broker(contracts_at_once=2)
    order_id = broker.submit(ORDER, "agx-1")
    first = broker.order(order_id)
    assert (first.status, first.filled_contracts) == (OrderStatus.PARTIALLY_FILLED, 2)
    assert {leg.filled_contracts for leg in first.legs} == {2}
    place.mark = "1.10"
    assert broker.order(order_id).fill_price == Decimal("1.075")
    last = broker.order(order_id)
    assert (last.status, last.filled_contracts) == (OrderStatus.FILLED, 5)
    assert broker.balances().total_equity == Decimal(100_000) + 210 + 220 + 110 - 10
    assert {row.contracts for row in broker.positions()} == {-5, 5}


@pytest.mark.parametrize("slippage", ["0", "0.25", "0.5", "1"])
@pytest.mark.parametrize("at_once", [None, 2])
def test_the_legs_add_up_to_what_the_package_fills_at(slippage: str, at_once: int | None) -> None:
    place = Place()
    broker = place.broker(contracts_at_once=at_once, slippage=slippage)
    order_id = broker.submit(ORDER, "agx-1")
    for mark in ("1.05", "1.10", "1.063"):
        place.mark = mark
        told = broker.order(order_id)
    assert told.status is OrderStatus.FILLED
    prices = {leg.option_symbol: leg.fill_price for leg in told.legs}
    assert None not in prices.values()
    assert cash_by_leg(told.legs, 5, (told.fill_price or Decimal(0)) * 500) is not None


def test_what_had_filled_stays_when_the_rest_is_canceled() -> None:
    place = Place()
    broker = place.broker(contracts_at_once=3)
    order_id = broker.submit(ORDER, "agx-1")
    broker.order(order_id)
    place.mark = "0.90"
    broker.cancel(order_id)
    told = broker.order(order_id)
    assert (told.status, told.filled_contracts, told.fill_price) == (OrderStatus.CANCELED, 3, Decimal("1.05"))
    assert {row.contracts for row in broker.positions()} == {-3, 3}
    with pytest.raises(OrderFinalError):
        broker.cancel(order_id)


def test_an_order_beyond_the_buying_power_is_refused() -> None:
    broker = Place().broker()
    with pytest.raises(OrderRejectedError, match="buying power"):
        broker.submit(ORDER.model_copy(update={"contracts": 500}), "agx-1")
    assert broker.orders() == ()


def test_an_order_of_yesterday_is_expired_and_then_forgotten() -> None:
    place = Place(mark="0.50")
    broker = place.broker()
    broker.submit(ORDER, "agx-1")
    place.later(24 * 3600)
    assert [told.status for told in broker.orders()] == [OrderStatus.EXPIRED]
    assert broker.orders() == ()


def test_nobody_else_trades_here_and_the_account_has_a_name() -> None:
    broker = Place().broker()
    assert (broker.account_id, broker.balances().account_id, broker.gain_loss()) == (
        "PAPER-PROMETHEUS",
        "PAPER-PROMETHEUS",
        (),
    )
