"""Each strategy is opened by the market that calls for it, and closed by each reason there is."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from infra.local.vendors.faults import FaultKind, Vendor
from shared.domain.config import bot_config
from shared.domain.decisions import DecisionKind
from shared.domain.options import Right
from shared.domain.positions import Position
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import Bot, ExitReason, Strategy
from tests.functions.house import ONE_LOOK, House, total
from tests.functions.story import DIRECTION_TIME, PREMIUM_TIME, Chapter, session_before

BOT_OF = {
    Strategy.BULL_PUT_SPREAD: Bot.PROMETHEUS,
    Strategy.BEAR_CALL_SPREAD: Bot.PROMETHEUS,
    Strategy.IRON_CONDOR: Bot.PROMETHEUS,
    Strategy.CASH_SECURED_PUT: Bot.ATLAS,
    Strategy.LONG_CALL: Bot.SOLOMON,
    Strategy.LONG_PUT: Bot.SOLOMON,
    Strategy.BULL_CALL_SPREAD: Bot.SOLOMON,
    Strategy.BEAR_PUT_SPREAD: Bot.SOLOMON,
}
VERTICALS = frozenset({Strategy.BULL_CALL_SPREAD, Strategy.BEAR_PUT_SPREAD})
PROFIT, LOSS = 1, -1
LOOKS_IN_A_MOVE = 20


class Case(NamedTuple):
    """What is opened in which chapter, how it must end, and with which sign."""

    strategy: Strategy
    reason: ExitReason
    chapter: Chapter
    sign: int


def _moves(strategy: Strategy, profit: Chapter, stop: Chapter) -> tuple[Case, ...]:
    return (
        Case(strategy, ExitReason.PROFIT_TARGET, profit, PROFIT),
        Case(strategy, ExitReason.STOP_LOSS, stop, LOSS),
    )


MOVES = (
    *_moves(Strategy.BULL_PUT_SPREAD, Chapter.UP_RALLY, Chapter.UP_CRASH),
    *_moves(Strategy.BEAR_CALL_SPREAD, Chapter.DOWN_CRASH, Chapter.DOWN_RALLY),
    *_moves(Strategy.IRON_CONDOR, Chapter.RANGE_FLAT, Chapter.RANGE_CRASH),
    *_moves(Strategy.CASH_SECURED_PUT, Chapter.UP_RALLY, Chapter.UP_CRASH),
    *_moves(Strategy.LONG_CALL, Chapter.UP_RALLY, Chapter.UP_CRASH),
    *_moves(Strategy.LONG_PUT, Chapter.DOWN_CRASH, Chapter.DOWN_RALLY),
    *_moves(Strategy.BULL_CALL_SPREAD, Chapter.UP_RALLY, Chapter.UP_CRASH),
    *_moves(Strategy.BEAR_PUT_SPREAD, Chapter.DOWN_CRASH, Chapter.DOWN_RALLY),
)
QUIET = {
    Strategy.BULL_PUT_SPREAD: (Chapter.UP_FLAT, PROFIT),
    Strategy.BEAR_CALL_SPREAD: (Chapter.DOWN_FLAT, PROFIT),
    Strategy.IRON_CONDOR: (Chapter.RANGE_FLAT, PROFIT),
    Strategy.CASH_SECURED_PUT: (Chapter.UP_FLAT, PROFIT),
    Strategy.LONG_CALL: (Chapter.UP_FLAT, LOSS),
    Strategy.LONG_PUT: (Chapter.DOWN_FLAT, LOSS),
    Strategy.BULL_CALL_SPREAD: (Chapter.UP_FLAT, LOSS),
    Strategy.BEAR_PUT_SPREAD: (Chapter.DOWN_FLAT, LOSS),
}
IN_THE_MONEY = (
    (Strategy.BULL_PUT_SPREAD, Chapter.UP_CRASH, LOSS),
    (Strategy.BEAR_CALL_SPREAD, Chapter.DOWN_RALLY, LOSS),
    (Strategy.IRON_CONDOR, Chapter.RANGE_CRASH, LOSS),
    (Strategy.CASH_SECURED_PUT, Chapter.UP_CRASH, LOSS),
    (Strategy.LONG_CALL, Chapter.UP_RALLY, PROFIT),
    (Strategy.LONG_PUT, Chapter.DOWN_CRASH, PROFIT),
    (Strategy.BULL_CALL_SPREAD, Chapter.UP_RALLY, PROFIT),
    (Strategy.BEAR_PUT_SPREAD, Chapter.DOWN_CRASH, PROFIT),
)


def _case_id(case: Case) -> str:
    return f"{case.strategy}, {case.reason}, {case.chapter}"


def _document(strategy: Strategy, **rule: Any) -> dict[str, Any]:
    document: dict[str, Any] = {**ONE_LOOK, "strategies": {strategy: rule}}
    return document | ({"structure": "debit_spread"} if strategy in VERTICALS else {})


def _patient(strategy: Strategy, time_exit_dte: int) -> dict[str, Any]:
    """Let neither target nor stop speak, so that time does."""
    rule = {"profit_target": 20, "stop_loss": 20, "time_exit_dte": time_exit_dte}
    return _document(strategy, **rule) | {"exits": {"latest_stop": 1}}


def _enter(house: House, case: Case, document: dict[str, Any]) -> Position:
    moment = case.chapter.at(PREMIUM_TIME if case.strategy.is_credit else DIRECTION_TIME)
    held = house.enter(BOT_OF[case.strategy], moment, document)
    assert held.strategy is case.strategy
    return held


def _at(day: date, wall: time) -> datetime:
    return datetime.combine(day, wall, NEW_YORK)


def _closed_books(house: House, case: Case, deed: DecisionKind) -> None:
    """Everything is booked once, given back, recorded and told."""
    bot, capital = BOT_OF[case.strategy], bot_config(BOT_OF[case.strategy]).capital
    (trade,) = trades = house.trades(case.strategy)
    assert trade.exit_reason is case.reason
    assert trade.pnl * case.sign > 0
    assert house.live(bot).positions == ()
    assert house.live(bot).intents == ()
    ledger = house.ledger(bot)
    assert ledger.open_count == ledger.open_risk == ledger.secured_cash == 0
    assert all(risk == 0 for risk in ledger.risk_by_underlying.values())
    assert ledger.realized_pnl == total(trades)
    assert house.slots() == 0
    assert [one.kind for one in house.decisions(bot)] == [DecisionKind.ENTRY, deed]
    assert len(house.subjects(f"{bot} opened")) == 1
    assert len(house.subjects(f"{bot} closed")) == 1
    house.at(_at(case.chapter.day + timedelta(days=70), time(10)))
    account = house.paper_account(bot)
    assert account.holdings == {}
    assert account.cash == capital + total(trades)


@pytest.mark.parametrize("case", [pytest.param(case, id=_case_id(case)) for case in MOVES])
def test_a_move_of_the_market_closes_every_strategy_at_its_target_or_stop(house: House, case: Case) -> None:
    held = _enter(house, case, _document(case.strategy))
    for days in range(1, LOOKS_IN_A_MOVE):
        house.at(case.chapter.at(time(12), days)).monitor()
        if not house.live(held.bot).positions:
            break
    _closed_books(house, case, DecisionKind.EXIT)


@pytest.mark.parametrize("strategy", list(QUIET))
def test_seven_days_before_expiration_every_strategy_is_closed_by_time(house: House, strategy: Strategy) -> None:
    case = Case(strategy, ExitReason.TIME_EXIT, *QUIET[strategy])
    held = _enter(house, case, _patient(strategy, 7))
    house.at(_at(held.expiration - timedelta(days=8), time(12))).monitor()
    assert house.position(held.bot).state == "OPEN"
    house.at(_at(held.expiration - timedelta(days=7), time(12))).monitor()
    house.later(60).monitor()
    _closed_books(house, case, DecisionKind.EXIT)


@pytest.mark.parametrize("strategy", list(QUIET))
def test_on_its_last_day_every_strategy_is_closed_by_an_order_while_there_is_a_market(
    house: House, strategy: Strategy
) -> None:
    case = Case(strategy, ExitReason.EXPIRATION, *QUIET[strategy])
    held = _enter(house, case, _patient(strategy, 0))
    house.at(_at(held.expiration, time(10))).monitor()
    house.later(60).monitor()
    house.later(300).monitor()
    _closed_books(house, case, DecisionKind.EXIT)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=_case_id(case))
        for case in (
            *(Case(strategy, ExitReason.EXPIRATION, *how) for strategy, how in QUIET.items()),
            *(Case(strategy, ExitReason.EXPIRATION, chapter, sign) for strategy, chapter, sign in IN_THE_MONEY),
        )
    ],
)
def test_what_could_not_be_traded_is_settled_at_the_official_close(house: House, case: Case) -> None:
    held = _enter(house, case, _patient(case.strategy, 7))
    for leg in held.legs:
        house.control.inject(FaultKind.QUOTE_MISSING, count=None, vendor=Vendor.TRADIER, symbol=leg.option_symbol)
    for days in (4, 3, 2, 1):
        house.at(_at(session_before(held.expiration, days), time(12))).monitor()
    waiting = house.position(held.bot)
    assert (waiting.state, waiting.closing_intent) == ("EXIT_PENDING", None)
    assert len(house.subjects("an exit has no price")) == 1
    house.at(_at(held.expiration, time(15, 59))).monitor()
    assert house.trades(case.strategy) == ()
    house.at(_at(held.expiration, time(16, 29))).monitor()
    assert (house.trades(case.strategy), house.position(held.bot).state) == ((), "SETTLING")
    house.at(_at(held.expiration, time(16, 30))).monitor()
    (trade,) = house.trades(case.strategy)
    close = Decimal(str(house.stage.market_data.daily_bars(held.underlying, held.expiration, held.expiration)[0].close))
    assert trade.settlement_source == f"daily bar of {held.underlying} {held.expiration}"
    assert trade.exit_price == _intrinsic(held, close)
    _closed_books(house, case, DecisionKind.SETTLEMENT)


def _intrinsic(held: Position, close: Decimal) -> Decimal:
    worth = Decimal(0)
    for leg in held.legs:
        inside = close - leg.contract.strike if leg.contract.right is Right.CALL else leg.contract.strike - close
        worth += leg.sign * max(inside, Decimal(0))
    return abs(worth)
