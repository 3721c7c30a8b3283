"""Near the end of a run: no call outlasts it, and no order leaves whose answer nobody would hear."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.tradier.client import ACCOUNT_TIMEOUT_S, ORDER_TIMEOUT_S, SHORTEST_ORDER_S, TradierClient
from shared.domain.errors import FeedUnavailableError, OrderDeniedError
from tests.unit.adapters.test_tradier_trading import ACK, TAG, order
from tests.unit.adapters.wire import Wire, reply

Call = Callable[[TradierClient], Any]
NO_POSITIONS = {"positions": "null"}
ORDERS: dict[str, Call] = {
    "an order": lambda broker: broker.submit(order(), TAG),
    "a change": lambda broker: broker.modify("51000001", Decimal("1.05")),
    "a cancel": lambda broker: broker.cancel("51000001"),
}


def _asked(left: float, call: Call, answer: Any = ACK) -> tuple[Wire, float]:
    """Make a call with this time left; return the line and how long an answer is waited for."""
    wire = Wire(reply(answer))
    call(TradierClient("https://tradier.example/v1", "t0ken", "VA0", time_left=lambda: left, transport=wire))
    return wire, wire.requests[-1].extensions["timeout"]["read"]


@pytest.mark.parametrize("call", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize(
    ("left", "longest"),
    [pytest.param(60.0, ORDER_TIMEOUT_S, id="time enough"), pytest.param(4.0, 4.0, id="little time")],
)
def test_an_order_waits_no_longer_than_the_run(call: Call, left: float, longest: float) -> None:
    wire, seconds = _asked(left, call)
    assert (len(wire.requests), seconds) == (1, longest)


@pytest.mark.parametrize("call", ORDERS.values(), ids=ORDERS)
def test_without_time_for_an_answer_nothing_is_sent(call: Call) -> None:
    wire = Wire(reply(ACK))
    broker = TradierClient(
        "https://tradier.example/v1", "t0ken", "VA0", time_left=lambda: SHORTEST_ORDER_S / 2, transport=wire
    )
    with pytest.raises(OrderDeniedError, match="no time left"):
        call(broker)
    assert wire.requests == []


@pytest.mark.parametrize(
    ("left", "longest"),
    [pytest.param(60.0, ACCOUNT_TIMEOUT_S, id="time enough"), pytest.param(4.0, 4.0, id="little time")],
)
def test_a_read_waits_no_longer_than_the_run(left: float, longest: float) -> None:
    _, seconds = _asked(left, lambda broker: broker.positions(), NO_POSITIONS)
    assert longest - 1 < seconds <= longest


def test_without_time_nothing_is_read() -> None:
    with pytest.raises(FeedUnavailableError, match="no time left"):
        _asked(0.0, lambda broker: broker.positions(), NO_POSITIONS)
