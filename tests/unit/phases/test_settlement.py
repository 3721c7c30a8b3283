"""Expiration pays the intrinsic value at the official close, after the close of the last day."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.options import Right
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import ExitReason, Strategy
from shared.phases.monitoring import (
    is_settled_by,
    settlement_fill,
)
from tests.builders import (
    EXPIRATION,
    NOON,
    contract,
    legs_of,
    long,
    position,
    short,
)

TARGET, STOP, TIME, EXPIRED = (
    ExitReason.PROFIT_TARGET,
    ExitReason.STOP_LOSS,
    ExitReason.TIME_EXIT,
    ExitReason.EXPIRATION,
)


@pytest.mark.parametrize(
    ("strategy", "close", "cash"),
    [
        pytest.param(Strategy.BULL_PUT_SPREAD, "390", "0", id="put spread at the short strike"),
        pytest.param(Strategy.BULL_PUT_SPREAD, "400", "0", id="put spread out of the money"),
        pytest.param(Strategy.BULL_PUT_SPREAD, "388.50", "-150", id="put spread between the strikes"),
        pytest.param(Strategy.BULL_PUT_SPREAD, "300", "-500", id="put spread beyond the long strike"),
        pytest.param(Strategy.BEAR_CALL_SPREAD, "412", "-200", id="call spread between the strikes"),
        pytest.param(Strategy.BEAR_CALL_SPREAD, "500", "-500", id="call spread beyond the long strike"),
        pytest.param(Strategy.IRON_CONDOR, "400", "0", id="condor in the middle"),
        pytest.param(Strategy.IRON_CONDOR, "387", "-300", id="condor below"),
        pytest.param(Strategy.IRON_CONDOR, "500", "-500", id="condor above"),
        pytest.param(Strategy.CASH_SECURED_PUT, "380", "-1000", id="put in the money"),
        pytest.param(Strategy.CASH_SECURED_PUT, "391", "0", id="put out of the money"),
        pytest.param(Strategy.LONG_CALL, "425", "2500", id="call in the money"),
        pytest.param(Strategy.LONG_CALL, "400", "0", id="call at the money"),
        pytest.param(Strategy.LONG_PUT, "425", "0", id="put out of the money"),
        pytest.param(Strategy.BULL_CALL_SPREAD, "403", "300", id="call vertical between the strikes"),
        pytest.param(Strategy.BEAR_PUT_SPREAD, "300", "500", id="put vertical beyond"),
    ],
)
def test_expiration_pays_the_intrinsic_value(strategy: Strategy, close: str, cash: str) -> None:
    assert settlement_fill(position(strategy), Decimal(close), NOON).cash == Decimal(cash)


def test_only_the_contracts_left_are_settled() -> None:
    held = position(Strategy.LONG_CALL, contracts=10, closed_contracts=6)
    closing = settlement_fill(held, Decimal(425), NOON)
    assert (closing.contracts, closing.cash) == (4, Decimal(10_000))


@pytest.mark.parametrize(
    ("booked", "dated"),
    [
        pytest.param("16:30", "16:00", id="the same day"),
        pytest.param("15:00", "15:00", id="never after it is booked"),
    ],
)
def test_a_settlement_is_dated_by_the_end_of_its_last_session(booked: str, dated: str) -> None:
    held = position()

    def new_york(wall: str) -> datetime:
        return datetime.combine(held.expiration, time.fromisoformat(wall), NEW_YORK)

    assert settlement_fill(held, Decimal(425), new_york(booked)).at == new_york(dated)
    assert settlement_fill(held, Decimal(425), new_york("16:00") + timedelta(days=3)).at == new_york("16:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expiration", "now", "settled"),
    [
        pytest.param(date(2026, 11, 20), "2026-11-20 20:59:59", False, id="a second before the close"),
        pytest.param(date(2026, 11, 20), "2026-11-20 21:00:00", True, id="the close"),
        pytest.param(date(2026, 11, 20), "2026-11-20 01:00:00", False, id="the evening before in New York"),
        pytest.param(date(2026, 11, 20), "2026-11-22 17:00:00", True, id="days late"),
        pytest.param(date(2026, 11, 27), "2026-11-27 17:59:59", False, id="half-day before 13:00"),
        pytest.param(date(2026, 11, 27), "2026-11-27 18:00:00", True, id="half-day at 13:00"),
        pytest.param(date(2019, 4, 19), "2019-04-20 00:30:00", False, id="20:30 in New York on a closed last day"),
        pytest.param(date(2019, 4, 19), "2019-04-20 04:30:00", True, id="the day after a closed last day"),
    ],
)
def test_a_position_is_settled_after_the_close_of_its_last_day(expiration: date, now: str, settled: bool) -> None:
    assert is_settled_by(position(expiration=expiration), at(now)) is settled


@pytest.mark.parametrize("strategy", Strategy)
def test_a_position_of_every_strategy_knows_its_legs(strategy: Strategy) -> None:
    held = position(strategy, contracts=3)
    assert held.signed_legs() == {leg.option_symbol: 3 * leg.sign for leg in legs_of(strategy)}
    assert held.expiration == EXPIRATION


def test_a_condor_with_unequal_sides_is_bounded_by_the_wider_one() -> None:
    legs: tuple[Any, ...] = (short(390), short(410, Right.CALL), long(388), long(415, Right.CALL))
    held = position(Strategy.IRON_CONDOR, "2.00", legs=legs)
    assert held.max_loss == Decimal(300)
    assert contract(390).option_symbol in held.signed_legs()
