"""An entry with its legs, size and price; each refusal of the structure alone, and all of them together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.decisions import DenialCode, LastDecided, denials_of
from shared.domain.market import BrokerClock, Snapshot
from shared.domain.options import OptionQuote, Right
from shared.domain.orders import OrderSide, PriceEffect
from shared.domain.positions import PositionState
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Action, Bot, Strategy
from shared.phases.entry import (
    Account,
    Look,
    Proposal,
    look,
    propose,
)
from shared.phases.execution.denials import (
    Setting,
)
from tests.builders import (
    NOON,
    TODAY,
    account,
    buy_calls_snapshot,
    chain,
    contract,
    last_decided,
    ledger,
    live,
    option_quote,
    seconds,
    setting,
    snapshot,
    spx_snapshot,
    statistics,
)

CODES = DenialCode
SOLOMON = last_decided(Action.BUY_CALLS)


def refusals(answer: Look | Proposal) -> list[str]:
    return [denial.code for denial in denials_of(answer.gates)]


def proposed(
    where: Setting | None = None,
    rows: tuple[OptionQuote, ...] | None = None,
    stored: StrategyStatistics | None = None,
    broker: Account | None = None,
    seen: Snapshot | None = None,
    last: LastDecided | None = None,
) -> Proposal:
    where, seen = where or setting(), seen or snapshot()
    seen_by_bot = look(where, seen, last or last_decided())
    assert seen_by_bot.strategy is not None
    rows = chain() if rows is None else rows
    return propose(where, seen, seen_by_bot, rows, stored, broker or account())


def holding(**changes: Any) -> Setting:
    return setting(live=live(**changes))


def test_the_proposal_is_the_trade_of_the_document() -> None:
    answer = proposed()
    assert refusals(answer) == []
    assert answer.intent is not None
    assert answer.position is not None
    assert [(leg.option_symbol, leg.side) for leg in answer.intent.order.legs] == [
        ("SPY270107P00390000", OrderSide.SELL_TO_OPEN),
        ("SPY270107P00385000", OrderSide.BUY_TO_OPEN),
    ]
    assert (answer.intent.order.effect, answer.intent.order.limit_price) == (PriceEffect.CREDIT, Decimal("1.25"))
    executable, fees = Decimal("1.21"), Decimal("1.40")
    worst = (5 - executable) * 100 + fees
    assert (answer.position.max_loss, answer.position.risk) == (worst, worst)
    assert answer.position.contracts == int(Decimal(100_000) * Decimal("0.0396") / worst) == 10
    assert answer.position.total_risk == worst * 10
    assert answer.position.state is PositionState.OPENING
    assert answer.position.position_id == answer.intent.position_id


def changed(strike: int, change: Callable[[OptionQuote], OptionQuote]) -> tuple[OptionQuote, ...]:
    return tuple(change(row) if row.contract == contract(strike, Right.PUT) else row for row in chain())


def quoted(strike: int, bid: object, ask: object) -> tuple[OptionQuote, ...]:
    def requote(row: OptionQuote) -> OptionQuote:
        return option_quote(row.contract, bid, ask, row.delta)

    return changed(strike, requote)


def near_chain() -> tuple[OptionQuote, ...]:
    return chain(expiration=TODAY + timedelta(days=7))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        pytest.param({"rows": ()}, CODES.NO_STRIKE, id="an empty chain"),
        pytest.param({"rows": quoted(385, "4.96", "5.00")}, CODES.CREDIT_TOO_SMALL, id="executable credit of 0.48"),
        pytest.param({"rows": quoted(390, "5.30", "5.90")}, CODES.ILLIQUID_LEG, id="a leg 10.7 % wide"),
        pytest.param({"rows": quoted(390, None, "5.52")}, CODES.UNQUOTED_LEG, id="no bid"),
        pytest.param({"rows": quoted(390, "5.48", None)}, CODES.UNQUOTED_LEG, id="no ask"),
        pytest.param({"rows": quoted(390, "5.60", "5.50")}, CODES.UNQUOTED_LEG, id="crossed"),
        pytest.param({"rows": quoted(385, "0", "0")}, CODES.UNQUOTED_LEG, id="ask 0"),
        pytest.param({"rows": changed(390, lambda row: replace(row, as_of=NOON - seconds(16)))}, CODES.STALE_QUOTE,
                     id="a leg quoted 16 s ago"),
        pytest.param({"rows": changed(385, lambda row: replace(row, as_of=None))}, CODES.STALE_QUOTE,
                     id="a leg without a time"),
        pytest.param({"stored": statistics(win_rate=Decimal("0.5"))}, CODES.NEGATIVE_EXPECTANCY, id="a losing record"),
        pytest.param({"where": setting(changes={"capital": 2_000})}, CODES.SIZE_ZERO, id="too small an account"),
        pytest.param({"stored": statistics(is_disabled=True)}, CODES.STRATEGY_DISABLED, id="a disabled strategy"),
        pytest.param({"broker": account(clock=BrokerClock(now=NOON - seconds(6), is_open=True))}, CODES.CLOCK_SKEW,
                     id="the broker's clock 6 s behind"),
        pytest.param({"broker": account(clock=BrokerClock(now=NOON + seconds(6), is_open=True))}, CODES.CLOCK_SKEW,
                     id="the broker's clock 6 s ahead"),
        pytest.param({"broker": account(clock=None)}, CODES.CLOCK_SKEW, id="no broker clock"),
        pytest.param({"broker": account(holdings={"SPY270107P00390000": 1})}, CODES.NETTING,
                     id="long the leg to be sold"),
        pytest.param({"broker": account(holdings={"SPY270107P00385000": -1})}, CODES.NETTING,
                     id="short the leg to be bought"),
        pytest.param({"rows": near_chain()}, CODES.DTE_TOO_SHORT, id="seven days to go"),
    ],
)  # fmt: skip
def test_each_refusal_of_a_structure_alone_keeps_the_order_back(asked: dict[str, Any], code: DenialCode) -> None:
    answer = proposed(**asked)
    assert refusals(answer) == [code]
    assert (answer.intent, answer.position) == (None, None)


@pytest.mark.parametrize(
    ("asked", "bot"),
    [
        pytest.param({"rows": quoted(385, "4.94", "4.98")}, Bot.PROMETHEUS, id="executable credit of exactly 0.50"),
        pytest.param({"rows": quoted(390, "5.24", "5.79")}, Bot.PROMETHEUS, id="a leg just within 10 %"),
        pytest.param({"rows": changed(390, lambda row: replace(row, as_of=NOON - seconds(15)))}, Bot.PROMETHEUS,
                     id="a leg quoted 15 s ago"),
        pytest.param({"broker": account(clock=BrokerClock(now=NOON + seconds(5), is_open=True))}, Bot.PROMETHEUS,
                     id="clocks 5 s apart"),
        pytest.param({"broker": account(holdings={"SPY270107P00390000": -3, "SPY270107P00385000": 3})}, Bot.PROMETHEUS,
                     id="more of the same legs"),
    ],
)  # fmt: skip
def test_at_its_limit_a_structure_still_goes(asked: dict[str, Any], bot: Bot) -> None:
    assert refusals(proposed(**asked)) == []


def test_every_refusal_of_a_structure_is_returned_together() -> None:
    rows = tuple(
        option_quote(row.contract, "4.60", "5.40", row.delta, age=99)
        if row.contract.strike in (385, 390) and row.contract.right is Right.PUT
        else row
        for row in chain()
    )
    broker = account(clock=None, holdings={"SPY270107P00390000": 1})
    answer = proposed(rows=rows, stored=statistics(is_disabled=True), broker=broker)
    assert set(refusals(answer)) >= {
        CODES.ILLIQUID_LEG,
        CODES.STALE_QUOTE,
        CODES.CREDIT_TOO_SMALL,
        CODES.STRATEGY_DISABLED,
        CODES.NETTING,
        CODES.CLOCK_SKEW,
    }


@pytest.mark.parametrize(
    ("at_stake", "contracts", "reason"),
    [
        pytest.param({"open_risk": Decimal(48_000)}, 5, "open risk allows 5", id="half the capital at risk"),
        pytest.param(
            {"risk_by_underlying": {"SPY": Decimal(29_000)}}, 2, "risk on the underlying allows 2",
            id="30 % on one underlying",
        ),
    ],
)  # fmt: skip
def test_open_risk_clamps_a_size_with_its_reason(at_stake: dict[str, Any], contracts: int, reason: str) -> None:
    answer = proposed(holding(ledgers=(ledger(**at_stake),)))
    assert answer.size is not None
    assert (answer.size.contracts, answer.size.clamps) == (contracts, (reason,))


@pytest.mark.parametrize(
    ("caps", "contracts", "reason"),
    [
        pytest.param({"contracts_per_order": 4}, 4, "contracts per order allows 4", id="4 contracts an order"),
        pytest.param({"max_position": "0.01"}, 2, "maximum loss per order allows 2", id="1 % of the capital, not of it "
                     "and its profits"),
    ],
)  # fmt: skip
def test_a_cap_on_one_order_clamps_a_size_with_its_reason(caps: dict[str, Any], contracts: int, reason: str) -> None:
    rich = live(ledgers=(ledger(realized_pnl=Decimal(60_000)),))
    answer = proposed(setting(changes={"caps": caps}, live=rich))
    assert answer.size is not None
    assert (answer.size.contracts, answer.size.clamps[-1]) == (contracts, reason)


@pytest.mark.parametrize(
    ("where", "broker"),
    [
        pytest.param(holding(ledgers=(ledger(open_risk=Decimal(50_000)),)), account(), id="open risk used up"),
        pytest.param(
            holding(ledgers=(ledger(risk_by_underlying={"SPY": Decimal(30_000)}),)), account(),
            id="the underlying used up",
        ),
    ],
)  # fmt: skip
def test_no_room_left_is_a_refusal(where: Setting, broker: Account) -> None:
    answer = proposed(where, broker=broker)
    assert refusals(answer) == [CODES.SIZE_ZERO]
    assert answer.intent is None


@pytest.mark.parametrize(
    ("buying_power", "contracts"),
    [
        pytest.param("3804.00", 10, id="for all"),
        pytest.param("760.80", 2, id="for two"),
        pytest.param("760.79", 1, id="a cent short of two"),
    ],
)
def test_buying_power_clamps_to_what_can_be_paid(buying_power: str, contracts: int) -> None:
    answer = proposed(broker=account(buying_power=Decimal(buying_power)))
    assert answer.intent is not None
    assert answer.intent.order.contracts == contracts


def test_an_entry_is_refused_when_not_even_one_contract_can_be_paid() -> None:
    answer = proposed(broker=account(buying_power=Decimal("380.39")))
    assert CODES.INSUFFICIENT_MARGIN in refusals(answer)
    assert answer.intent is None


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        pytest.param(59, [CODES.DUPLICATE_ORDER], id="59 s ago"),
        pytest.param(60, [], id="a minute ago"),
    ],
)
def test_an_identical_order_is_not_sent_twice_within_a_minute(ago: int, expected: list[str]) -> None:
    twin = proposed().intent
    assert twin is not None
    sent = twin.model_copy(update={"planned_at": NOON - seconds(ago)})
    assert refusals(proposed(holding(intents=(sent,)))) == expected


def atlas(**ledger_facts: Any) -> Proposal:
    where = setting(Bot.ATLAS, live=live(Bot.ATLAS, ledgers=(ledger(Bot.ATLAS, **ledger_facts),)))
    return proposed(where, chain("SPXW"), seen=spx_snapshot(), broker=account(buying_power=Decimal(1_000_000)))


def test_a_cash_secured_put_counts_its_stop_as_risk_and_secures_its_strike() -> None:
    """Each at the limit where it is worst: the cash at the lowest premium, the stop at the highest one asked."""
    answer = atlas()
    held, intent = answer.position, answer.intent
    assert held is not None
    assert intent is not None
    premium, fees = Decimal("42.40"), Decimal("1.90")
    assert held.secured_cash == (3925 - premium) * 100 + fees
    assert held.entry_price == premium < intent.order.limit_price
    assert held.risk == 2 * intent.order.limit_price * 100 + fees
    assert held.contracts == 1


def test_half_the_capital_may_be_secured() -> None:
    assert refusals(atlas(secured_cash=Decimal(111_000))) == []
    assert refusals(atlas(secured_cash=Decimal(112_000))) == [CODES.SIZE_ZERO]


@pytest.mark.parametrize(
    ("changes", "strategy", "limit"),
    [
        pytest.param({}, Strategy.LONG_CALL, "8.00", id="a long call at mid"),
        pytest.param({"structure": "debit_spread"}, Strategy.BULL_CALL_SPREAD, "1.25", id="a vertical at mid"),
    ],
)
def test_solomon_buys_for_a_debit(changes: dict[str, Any], strategy: Strategy, limit: str) -> None:
    where = setting(Bot.SOLOMON, {"capital": 100_000, **changes})
    answer = proposed(where, seen=buy_calls_snapshot(), last=SOLOMON)
    assert answer.intent is not None
    assert answer.intent.strategy is strategy
    assert (answer.intent.order.effect, answer.intent.order.limit_price) == (PriceEffect.DEBIT, Decimal(limit))


def test_realized_results_change_the_balance_that_is_sized() -> None:
    poorer = proposed(holding(ledgers=(ledger(realized_pnl=Decimal(-50_000)),)))
    assert poorer.size is not None
    assert poorer.size.dollars == Decimal(50_000) * Decimal("0.0396")
