"""No order is priced, and no target or stop fires, on quotes that are old or too wide to say anything."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shared.domain.config import Freshness
from shared.domain.options import OptionQuote
from shared.domain.orders import Intent, IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import ExitReason, Strategy, TradingMode, TradingState
from shared.phases.execution.walk import walked
from shared.phases.monitoring import firm_mark, fresh_quotes, is_stop_held_back, is_unwatched, mark_of, present_reason
from tests.builders import (
    NOON,
    PAPER,
    TODAY,
    config,
    entry_intent,
    exit_intent,
    option_quote,
    position,
    quotes_at,
    seconds,
)

HALF = Decimal("0.50")
TARGET, STOP, TIME, MANUAL = (
    ExitReason.PROFIT_TARGET,
    ExitReason.STOP_LOSS,
    ExitReason.TIME_EXIT,
    ExitReason.MANUAL,
)


def aged(held: Position, ages: tuple[float | None, ...], mark: object = "4.50") -> dict[str, OptionQuote]:
    """Quotes at a mark, each leg's of its own age in seconds."""
    at_mark = quotes_at(held, mark)
    times = (None if age is None else NOON - seconds(age) for age in ages)
    return {
        leg.option_symbol: replace(at_mark[leg.option_symbol], as_of=at)
        for leg, at in zip(held.legs, times, strict=False)
    }


@pytest.mark.parametrize(
    ("mode", "ages", "is_valued"),
    [
        pytest.param(PAPER, (15, 15), True, id="15 s"),
        pytest.param(PAPER, (16, 16), False, id="16 s"),
        pytest.param(PAPER, (3_600, 2), True, id="one leg has not changed for an hour: the newest counts"),
        pytest.param(PAPER, (72_000, 72_000), False, id="a frozen feed"),
        pytest.param(PAPER, (None, None), False, id="without a time"),
        pytest.param(TradingMode.LIVE, (16, 16), False, id="live"),
        pytest.param(TradingMode.SANDBOX, (1_200, 1_200), True, id="the sandbox is 20 minutes late at most"),
        pytest.param(TradingMode.SANDBOX, (1_201, 1_201), False, id="even the sandbox"),
    ],
)
def test_a_position_is_valued_by_quotes_young_enough_for_an_order(
    mode: TradingMode, ages: tuple[float | None, ...], is_valued: bool
) -> None:
    held = position(mode=mode)
    usable = fresh_quotes(held, aged(held, ages), Freshness(), NOON)
    assert (mark_of(held, usable) is not None) is is_valued


@pytest.mark.parametrize(
    ("strategy", "entry", "pairs", "mark"),
    [
        pytest.param(
            Strategy.BULL_PUT_SPREAD, "1.00", (("0.50", 9), ("0.50", "2.50")), None, id="first quotes of a day"
        ),
        pytest.param(Strategy.BULL_PUT_SPREAD, "1.00", ((4, 8), ("0.50", 3)), None, id="wider than the width"),
        pytest.param(Strategy.BULL_PUT_SPREAD, "1.00", ((4, 5), ("1.50", "3.00")), "2.25", id="half the width"),
        pytest.param(Strategy.LONG_CALL, "5.00", (("0.50", 9),), None, id="a long option, pennies by dollars"),
        pytest.param(Strategy.LONG_CALL, "5.00", (("2.40", "2.60"),), "2.50", id="a long option, well quoted"),
    ],
)
def test_quotes_too_wide_to_say_fire_nothing(
    strategy: Strategy, entry: str, pairs: tuple[tuple[object, object], ...], mark: str | None
) -> None:
    held = position(strategy, entry)
    quotes = {leg.option_symbol: option_quote(leg.contract, *pair) for leg, pair in zip(held.legs, pairs, strict=True)}
    assert mark_of(held, quotes) is not None
    assert firm_mark(held, quotes, HALF) == (None if mark is None else Decimal(mark))


@pytest.mark.parametrize(
    ("minutes", "ages", "expected"),
    [
        pytest.param(150, (180, 180), True, id="three minutes old in the middle of the day"),
        pytest.param(150, (100, 100), False, id="only a little old"),
        pytest.param(2, (64_800, 64_800), False, id="before the first quotes of a day"),
        pytest.param(150, (), True, id="no quote"),
    ],
)
def test_a_position_without_a_usable_quote_is_told_of(
    minutes: int, ages: tuple[float | None, ...], expected: bool
) -> None:
    held, at = position(), NOON + timedelta(minutes=minutes - 150)
    quotes = {
        symbol: replace(one, as_of=one.as_of and one.as_of + (at - NOON)) for symbol, one in aged(held, ages).items()
    }
    assert is_unwatched(held, quotes, at) is expected


@pytest.mark.parametrize(
    ("minutes", "mark", "expected"),
    [
        pytest.param(0, "3.20", True, id="beyond the stop"),
        pytest.param(0, "2.50", False, id="before the stop"),
        pytest.param(0, None, False, id="without a mark"),
        pytest.param(-148, "3.20", False, id="two minutes after the open"),
        pytest.param(-147, "3.20", True, id="three minutes after the open"),
    ],
)
def test_a_stop_that_no_firm_mark_may_fire_is_told(minutes: int, mark: str | None, expected: bool) -> None:
    at = NOON + timedelta(minutes=minutes)
    assert is_stop_held_back(position(), None if mark is None else Decimal(mark), at) is expected


@pytest.mark.parametrize(
    ("first", "mark", "reason"),
    [
        pytest.param(TARGET, "3.00", STOP, id="a stop beats a target"),
        pytest.param(TIME, "3.00", STOP, id="and a time exit"),
        pytest.param(STOP, "0.40", STOP, id="a target never beats a stop"),
        pytest.param(TARGET, "1.00", TARGET, id="a target that is left stays"),
        pytest.param(MANUAL, "3.00", MANUAL, id="what a person asked stays"),
        pytest.param(STOP, None, STOP, id="without a mark"),
    ],
)
def test_an_exit_tried_anew_takes_the_stricter_reason(first: ExitReason, mark: str | None, reason: ExitReason) -> None:
    held = position(state=PositionState.EXIT_PENDING, exit_reason=first)
    assert present_reason(held, None if mark is None else Decimal(mark), TODAY) is reason


def step(held: Position, intent: Intent, quotes: dict[str, OptionQuote]) -> Intent | None:
    moved = walked(config(), intent, held, quotes, TradingState.ACTIVE, NOON)
    assert moved is None or isinstance(moved, Intent)
    return moved


def working(intent: Intent) -> Intent:
    changes = {"state": IntentState.WORKING, "order_id": "b1", "stepped_at": NOON - seconds(10)}
    return intent.model_copy(update=changes)


@pytest.mark.parametrize("age", [pytest.param(16, id="16 s"), pytest.param(18_000, id="five hours")])
def test_no_working_order_moves_on_old_quotes(age: float) -> None:
    opening, closing = position(state=PositionState.OPENING), position(state=PositionState.CLOSING)
    quotes = aged(opening, (age, age), "1.00")
    assert step(opening, working(entry_intent(opening, planned_at=NOON - seconds(10))), quotes) is None
    assert step(closing, working(exit_intent(closing)), quotes) is None


def test_a_working_entry_does_not_follow_the_market_beyond_its_plan() -> None:
    held = position(Strategy.LONG_CALL, "5.00", contracts=3, state=PositionState.OPENING)
    moved = step(held, working(entry_intent(held, "4.98", planned_at=NOON - seconds(10))), quotes_at(held, "8.00"))
    assert moved is not None
    assert moved.order.limit_price == Decimal("5.00")


@pytest.mark.parametrize(("filled", "moves"), [pytest.param(9, True, id="one left"), pytest.param(10, False, id="all")])
def test_nothing_moves_once_all_has_filled(filled: int, moves: bool) -> None:
    held = position(state=PositionState.CLOSING, contracts=10)
    intent = working(exit_intent(held)).model_copy(update={"filled_contracts": filled})
    assert (step(held, intent, quotes_at(held, "3.50")) is not None) is moves


def test_a_working_target_that_a_stop_overtakes_is_a_stop() -> None:
    held = position(state=PositionState.CLOSING)
    moved = step(held, working(exit_intent(held)), quotes_at(held, "3.50"))
    assert moved is not None
    assert moved.exit_reason is STOP
