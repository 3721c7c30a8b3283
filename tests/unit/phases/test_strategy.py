"""Phase 3 maps actions to structures, and finds expiration and strikes."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.config import StrategyRule
from shared.domain.options import Leg, LegSide, OptionQuote, Right
from shared.domain.vocabulary import Action, Bot, DirectionalStructure, Strategy, Trend
from shared.phases.strategy import choose_expiration, choose_legs, strategy_for
from tests.builders import TODAY, chain, config, contract, legs_of, option_quote

RULES = config().strategies
LONG_OPTION, DEBIT_SPREAD = DirectionalStructure
UP, DOWN, RANGE = Trend.UPTREND, Trend.DOWNTREND, Trend.RANGE
SELL, CALLS, PUTS, FLAT = Action.SELL_PREMIUM, Action.BUY_CALLS, Action.BUY_PUTS, Action.STAY_FLAT


@pytest.mark.parametrize(
    ("bot", "action", "trend", "strategy"),
    [
        pytest.param(Bot.ATLAS, SELL, UP, Strategy.CASH_SECURED_PUT, id="ATLAS sells puts in an uptrend"),
        pytest.param(Bot.ATLAS, SELL, RANGE, Strategy.CASH_SECURED_PUT, id="ATLAS sells puts in a range"),
        pytest.param(Bot.ATLAS, SELL, DOWN, None, id="ATLAS does nothing in a downtrend"),
        pytest.param(Bot.ATLAS, CALLS, UP, None, id="ATLAS buys no calls"),
        pytest.param(Bot.ATLAS, PUTS, UP, None, id="ATLAS buys no puts"),
        pytest.param(Bot.ATLAS, FLAT, UP, None, id="ATLAS stays flat"),
        pytest.param(Bot.PROMETHEUS, SELL, UP, Strategy.BULL_PUT_SPREAD, id="PROMETHEUS in an uptrend"),
        pytest.param(Bot.PROMETHEUS, SELL, DOWN, Strategy.BEAR_CALL_SPREAD, id="PROMETHEUS in a downtrend"),
        pytest.param(Bot.PROMETHEUS, SELL, RANGE, Strategy.IRON_CONDOR, id="PROMETHEUS in a range"),
        pytest.param(Bot.PROMETHEUS, CALLS, UP, None, id="PROMETHEUS buys no calls"),
        pytest.param(Bot.PROMETHEUS, PUTS, UP, None, id="PROMETHEUS buys no puts"),
        pytest.param(Bot.PROMETHEUS, FLAT, UP, None, id="PROMETHEUS stays flat"),
        pytest.param(Bot.SOLOMON, SELL, UP, None, id="SOLOMON sells nothing"),
        pytest.param(Bot.SOLOMON, CALLS, DOWN, Strategy.LONG_CALL, id="SOLOMON buys calls in any trend"),
        pytest.param(Bot.SOLOMON, PUTS, RANGE, Strategy.LONG_PUT, id="SOLOMON buys puts in any trend"),
        pytest.param(Bot.SOLOMON, FLAT, UP, None, id="SOLOMON stays flat"),
    ],
)
def test_each_bot_trades_its_own_actions(bot: Bot, action: Action, trend: Trend, strategy: Strategy | None) -> None:
    assert strategy_for(bot, action, trend, LONG_OPTION) is strategy


@pytest.mark.parametrize(
    ("action", "strategy"),
    [
        pytest.param(CALLS, Strategy.BULL_CALL_SPREAD, id="calls"),
        pytest.param(PUTS, Strategy.BEAR_PUT_SPREAD, id="puts"),
    ],
)
def test_solomon_may_buy_the_vertical_instead(action: Action, strategy: Strategy) -> None:
    assert strategy_for(Bot.SOLOMON, action, UP, DEBIT_SPREAD) is strategy


RULES_TABLE = """
strategy          short long  dte target stop time credit width
BULL_PUT_SPREAD   0.30  0.15  45  0.50   2.00 7    0.50   5
BEAR_CALL_SPREAD  0.30  0.15  45  0.50   2.00 7    0.50   5
IRON_CONDOR       0.16  0.10  45  0.50   2.00 7    1.00   5
CASH_SECURED_PUT  0.20  -     45  0.50   2.00 7    -      -
LONG_CALL         -     0.50  30  1.00   0.50 7    -      -
LONG_PUT          -     0.50  30  1.00   0.50 7    -      -
BULL_CALL_SPREAD  0.30  0.50  30  1.00   0.50 7    -      5
BEAR_PUT_SPREAD   0.30  0.50  30  1.00   0.50 7    -      5
"""
"""The numbers of phase 3, a strategy a line; a dash is none."""


def rule_of(line: str) -> tuple[Strategy, StrategyRule]:
    strategy, *numbers = line.split()
    names = (
        "short_delta", "long_delta", "dte_target", "profit_target", "stop_loss", "time_exit_dte", "min_credit",
        "max_width",
    )  # fmt: skip
    facts: dict[str, Any] = {
        name: None if number == "-" else number for name, number in zip(names, numbers, strict=True)
    }
    return Strategy(strategy), StrategyRule.model_validate(facts)


@pytest.mark.parametrize("line", [pytest.param(line, id=line.split()[0]) for line in RULES_TABLE.splitlines()[2:]])
@pytest.mark.parametrize("bot", Bot)
def test_every_strategy_has_the_numbers_of_the_document(bot: Bot, line: str) -> None:
    strategy, rule = rule_of(line)
    assert config(bot).strategies[strategy] == rule


def test_no_strategy_is_left_out() -> None:
    assert {rule_of(line)[0] for line in RULES_TABLE.splitlines()[2:]} == set(Strategy) == set(RULES)


def days(*counts: int) -> list[date]:
    return [TODAY + timedelta(days=count) for count in counts]


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        pytest.param((30, 44, 60), 44, id="the nearest"),
        pytest.param((23,), 23, id="just above half"),
        pytest.param((22,), None, id="just below half"),
        pytest.param((67,), 67, id="just below one and a half"),
        pytest.param((68,), None, id="just above one and a half"),
        pytest.param((43, 47), 43, id="of two equally near ones the earlier"),
        pytest.param((47, 43), 43, id="in whatever order they are listed"),
        pytest.param((1, 7, 365), None, id="none in range"),
        pytest.param((), None, id="none listed"),
    ],
)
def test_the_expiration_nearest_45_days_is_chosen(listed: tuple[int, ...], chosen: int | None) -> None:
    expected = None if chosen is None else days(chosen)[0]
    assert choose_expiration(days(*listed), TODAY, 45, 8) == expected


@pytest.mark.parametrize(
    ("count", "found"),
    [
        pytest.param(14, False, id="below half of 30"),
        pytest.param(15, True, id="exactly half of 30"),
        pytest.param(45, True, id="exactly one and a half"),
        pytest.param(46, False, id="beyond one and a half"),
    ],
)
def test_half_and_one_and_a_half_are_inside(count: int, found: bool) -> None:
    assert (choose_expiration(days(count), TODAY, 30, 8) is not None) is found


def test_an_expiration_within_a_week_is_never_chosen() -> None:
    assert choose_expiration(days(7), TODAY, 10, 8) is None
    assert choose_expiration(days(8), TODAY, 10, 8) == days(8)[0]


def strikes(legs: tuple[Leg, ...] | None) -> list[str] | None:
    if legs is None:
        return None
    return [f"{leg.side} {leg.contract.strike} {leg.contract.right}" for leg in legs]


def chosen(strategy: Strategy, rows: tuple[OptionQuote, ...] | None = None, **changes: Any) -> list[str] | None:
    rule = RULES[strategy].model_copy(update=changes)
    return strikes(choose_legs(strategy, rows if rows is not None else chain(), rule))


@pytest.mark.parametrize(
    ("strategy", "legs"),
    [
        pytest.param(Strategy.BULL_PUT_SPREAD, ["short 390 put", "long 385 put"], id="put spread: 30 delta, five wide"),
        pytest.param(
            Strategy.BEAR_CALL_SPREAD, ["short 410 call", "long 415 call"], id="call spread: 30 delta, five wide"
        ),
        pytest.param(
            Strategy.IRON_CONDOR,
            ["short 383 put", "short 417 call", "long 380 put", "long 420 call"],
            id="condor: 16 and 10 delta",
        ),
        pytest.param(Strategy.CASH_SECURED_PUT, ["short 385 put"], id="put: 20 delta"),
        pytest.param(Strategy.LONG_CALL, ["long 400 call"], id="call at the money"),
        pytest.param(Strategy.LONG_PUT, ["long 400 put"], id="put at the money"),
        pytest.param(
            Strategy.BULL_CALL_SPREAD, ["short 405 call", "long 400 call"], id="call vertical: 50 delta, five wide"
        ),
        pytest.param(
            Strategy.BEAR_PUT_SPREAD, ["short 395 put", "long 400 put"], id="put vertical: 50 delta, five wide"
        ),
    ],
)
def test_each_structure_finds_its_strikes(strategy: Strategy, legs: list[str]) -> None:
    assert chosen(strategy) == legs


@pytest.mark.parametrize(
    ("width", "long_strike"),
    [
        pytest.param("3", "387", id="the width is nearer"),
        pytest.param("7", "383", id="both at the same strike"),
        pytest.param("20", "382", id="the delta is nearer, of a tie the strike further out"),
    ],
)
def test_the_long_leg_is_the_nearer_of_delta_and_width(width: str, long_strike: str) -> None:
    legs = chosen(Strategy.BULL_PUT_SPREAD, max_width=Decimal(width))
    assert legs == ["short 390 put", f"long {long_strike} put"]


def test_a_width_between_two_strikes_takes_the_strike_inside() -> None:
    wide = tuple(row for row in chain() if int(row.contract.strike) % 3 == 0)
    assert chosen(Strategy.BULL_PUT_SPREAD, wide) == ["short 390 put", "long 387 put"]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        pytest.param(Strategy.CASH_SECURED_PUT, "short 384 put", id="a put further down"),
        pytest.param(Strategy.LONG_CALL, "long 400 call", id="a call at the money has no tie"),
    ],
)
def test_of_two_equally_near_deltas_the_out_of_the_money_one_is_taken(strategy: Strategy, expected: str) -> None:
    tied = Decimal("0.19") if strategy is Strategy.CASH_SECURED_PUT else None
    delta = {"short_delta": tied} if tied else {}
    without = tuple(row for row in chain() if row.contract.strike != Decimal("384.5"))
    assert chosen(strategy, without, **delta) == [expected]


def test_of_two_equally_near_calls_the_higher_strike_is_taken() -> None:
    assert chosen(Strategy.LONG_CALL, long_delta=Decimal("0.47")) == ["long 402 call"]


def test_a_morning_settled_root_is_never_chosen() -> None:
    evening, morning = chain("SPXW"), chain("SPX")
    rule = RULES[Strategy.CASH_SECURED_PUT]
    legs = choose_legs(Strategy.CASH_SECURED_PUT, (*morning, *evening), rule)
    assert legs is not None
    assert [leg.contract.root for leg in legs] == ["SPXW"]
    assert choose_legs(Strategy.CASH_SECURED_PUT, morning, rule) is None


def test_a_contract_without_a_delta_is_passed_over() -> None:
    rows = tuple(
        option_quote(row.contract, row.bid, row.ask, None if row.contract.strike == 390 else row.delta)
        for row in chain()
    )
    assert chosen(Strategy.BULL_PUT_SPREAD, rows) == ["short 389 put", "long 384 put"]


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((), id="nothing listed"),
        pytest.param(tuple(option_quote(row.contract, row.bid, row.ask) for row in chain()), id="no deltas at all"),
    ],
)
def test_without_a_strike_there_is_no_structure(strategy: Strategy, rows: tuple[OptionQuote, ...]) -> None:
    assert chosen(strategy, rows) is None


@pytest.mark.parametrize(
    "strategy",
    [strategy for strategy in Strategy if len(legs_of(strategy)) > 1],
)
def test_a_spread_needs_a_strike_within_its_width(strategy: Strategy) -> None:
    sparse = tuple(row for row in chain() if row.contract.strike % 10 == 0)
    assert chosen(strategy, sparse) is None


def test_all_legs_share_the_expiration_and_short_legs_come_first() -> None:
    legs = choose_legs(Strategy.IRON_CONDOR, chain(), RULES[Strategy.IRON_CONDOR])
    assert legs is not None
    assert len({leg.contract.expiration for leg in legs}) == 1
    assert [leg.side for leg in legs] == [LegSide.SHORT, LegSide.SHORT, LegSide.LONG, LegSide.LONG]


def test_a_put_is_measured_by_the_size_of_its_delta() -> None:
    rows = (option_quote(contract(380, Right.PUT), 3, 3, -0.2), option_quote(contract(390, Right.PUT), 6, 6, -0.4))
    assert chosen(Strategy.CASH_SECURED_PUT, rows) == ["short 380 put"]
