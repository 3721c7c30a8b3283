"""The broker's clock is judged at the moment of its reading: a slow answer is no wrong clock."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from shared.adapters.market_data import MarketData
from shared.adapters.tradier.client import TradierClient
from shared.domain.market import BrokerClock

NOON = datetime(2022, 9, 9, 16, 0, tzinfo=UTC)


class SlowBroker:
    """Tells the time in the middle of a wait, so many seconds off; our own clock runs on meanwhile."""

    def __init__(self, wait: float, off: float) -> None:
        self._half, self._off = timedelta(seconds=wait / 2), timedelta(seconds=off)
        self._at = NOON

    def now(self) -> datetime:
        return self._at

    def sleep(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)

    def clock(self) -> BrokerClock:
        said = BrokerClock(now=self._at + self._half + self._off, is_open=True)
        self._at += 2 * self._half
        return said


@pytest.mark.parametrize(
    ("wait", "off", "skew"),
    [
        pytest.param(0, 0, 0, id="at once and right"),
        pytest.param(20, 0, 0, id="slow and right"),
        pytest.param(2, 7, 6, id="ahead of the end of the wait"),
        pytest.param(2, -7, 6, id="behind the start of the wait"),
        pytest.param(0, -6, 6, id="at once and wrong"),
    ],
)
def test_the_skew_is_measured_between_question_and_answer(wait: float, off: float, skew: int) -> None:
    broker = SlowBroker(wait, off)
    data = MarketData(lambda: cast(TradierClient, cast(Any, broker)), broker)
    assert data.clock().skew == Decimal(skew)
