"""The system trips its own breaker beyond each limit, and not at it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.vocabulary import Bot, TradingState
from shared.phases.monitoring.trips import ALL, account_trip, bot_trips
from tests.builders import NOON, TODAY, config, counters, ledger

CAPITAL = 100_000


@pytest.mark.parametrize(
    ("facts", "counted", "scopes"),
    [
        pytest.param({"day": TODAY, "day_pnl": Decimal(-10_000)}, {}, [], id="10 % lost today"),
        pytest.param({"day": TODAY, "day_pnl": Decimal("-10000.01")}, {}, ["PROMETHEUS"], id="beyond 10 % today"),
        pytest.param({"day": TODAY - timedelta(days=1), "day_pnl": Decimal(-11_000)}, {}, [], id="lost yesterday"),
        pytest.param({"peak_pnl": Decimal(5_000), "realized_pnl": Decimal(-15_000)}, {}, [], id="20 % down"),
        pytest.param(
            {"peak_pnl": Decimal(5_000), "realized_pnl": Decimal("-15000.01")}, {}, ["PROMETHEUS"],
            id="more than 20 % down from the peak",
        ),
        pytest.param({}, {"stops_today": 2}, [], id="two stops"),
        pytest.param({}, {"stops_today": 3}, ["PROMETHEUS"], id="three stops in a session"),
        pytest.param({}, {"stops_today": 3, "day": TODAY - timedelta(days=1)}, [], id="three stops yesterday"),
        pytest.param({}, {"order_failures": 4}, [], id="four failures in a row"),
        pytest.param({}, {"order_failures": 5}, [ALL], id="five failures in a row stop all bots"),
    ],
)  # fmt: skip
def test_a_bot_trips_beyond_its_limits(facts: dict[str, Any], counted: dict[str, Any], scopes: list[str]) -> None:
    trips = bot_trips(config(), ledger(**facts), counters(**counted), NOON)
    assert [trip.scope for trip in trips] == scopes
    assert all(trip.state is TradingState.REDUCING and trip.reason for trip in trips)


def test_every_reason_is_told() -> None:
    facts: dict[str, Any] = {"day": TODAY, "day_pnl": Decimal(-30_000), "realized_pnl": Decimal(-30_000)}
    trips = bot_trips(config(), ledger(**facts), counters(stops_today=3, order_failures=5), NOON)
    assert [trip.scope for trip in trips] == ["PROMETHEUS", "PROMETHEUS", "PROMETHEUS", ALL]


@pytest.mark.parametrize(
    ("losses", "tripped"),
    [
        pytest.param((-2_000, -1_000), False, id="3 % of all capital"),
        pytest.param((-2_000, "-1000.01"), True, id="more than 3 %"),
        pytest.param((-9_000, 8_000), False, id="one bot's gain counts against another's loss"),
    ],
)
def test_the_account_trips_all_bots_beyond_three_percent(losses: tuple[object, object], tripped: bool) -> None:
    ledgers = [
        ledger(bot, day=TODAY, day_pnl=Decimal(str(loss)))
        for bot, loss in zip((Bot.PROMETHEUS, Bot.SOLOMON), losses, strict=True)
    ]
    trip = account_trip(ledgers, Decimal(CAPITAL), Decimal("0.03"), NOON)
    assert (trip is not None) is tripped
    if trip is not None:
        assert (trip.scope, trip.state) == (ALL, TradingState.REDUCING)
