"""An entry is refused for each reason alone, for all of them together, and goes when there is none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.decisions import DecisionKind, DenialCode, LastDecided, denials_of
from shared.domain.market import BrokerClock, Fault, FaultCode, Snapshot
from shared.domain.options import OptionQuote, Right
from shared.domain.orders import OrderSide, PriceEffect
from shared.domain.positions import PositionState
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Action, Bot, Strategy, TradingMode, TradingState
from shared.phases.entry import (
    Account,
    Look,
    Proposal,
    decision_of,
    entry_dte,
    look,
    propose,
    remembered,
)
from shared.phases.execution import denials
from shared.phases.execution.denials import Setting, session_gates, structure_gates
from tests.builders import (
    NOON,
    TODAY,
    account,
    buy_calls_snapshot,
    by_symbol,
    chain,
    config,
    contract,
    counters,
    gamma,
    last_decided,
    ledger,
    legs_of,
    live,
    long,
    momentum,
    option_quote,
    position,
    reading,
    seconds,
    setting,
    short,
    snapshot,
    spx_snapshot,
    statistics,
)

CODES = DenialCode


def refusals(answer: Look | Proposal) -> list[str]:
    return [denial.code for denial in denials_of(answer.gates)]


def looked(where: Setting | None = None, seen: Snapshot | None = None, last: LastDecided | None = None) -> Look:
    return look(where or setting(), seen or snapshot(), last or last_decided())


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


# ---- before any chain


def test_a_sound_snapshot_of_a_free_bot_is_worth_a_chain() -> None:
    answer = looked()
    assert refusals(answer) == []
    assert (answer.action, answer.strategy) == (Action.SELL_PREMIUM, Strategy.BULL_PUT_SPREAD)


RULE_2 = {"gamma": gamma(-600_000_000, 401), "vix": reading(25)}
SOLOMON = last_decided(Action.BUY_CALLS)


@pytest.mark.parametrize(
    ("where", "seen", "last", "code"),
    [
        pytest.param(
            setting(), snapshot(faults=(Fault(code=FaultCode.NO_GAMMA),)), None, CODES.INVALID_SNAPSHOT, id="invalid data"
        ),
        pytest.param(
            setting(), snapshot(iv_rank=Decimal(40)), None, CODES.STAY_FLAT, id="uncertain conditions"
        ),
        pytest.param(
            setting(), buy_calls_snapshot(), SOLOMON, CODES.NOT_THIS_BOT, id="an action of another bot"
        ),
        pytest.param(
            setting(Bot.ATLAS), spx_snapshot(momentum=momentum(4050, 4100)), None, CODES.TREND_EXCLUDED,
            id="ATLAS in a downtrend",
        ),
        pytest.param(
            setting(changes={"min_confidence": 91}), snapshot(), None, CODES.LOW_CONFIDENCE, id="confidence 90 of 91"
        ),
        pytest.param(setting(changes={"enabled": False}), snapshot(), None, CODES.BOT_DISABLED, id="bot switched off"),
        pytest.param(
            setting(Bot.ATLAS), spx_snapshot(vix=reading("11.99")), None, CODES.VIX_OUT_OF_RANGE, id="ATLAS at VIX 11.99"
        ),
        pytest.param(
            setting(Bot.ATLAS), spx_snapshot(vix=reading("35.01")), None, CODES.VIX_OUT_OF_RANGE, id="ATLAS at VIX 35.01"
        ),
        pytest.param(setting(Bot.SOLOMON), snapshot(**RULE_2), SOLOMON, CODES.NEAR_FLIP, id="rule 2 near the flip"),
        pytest.param(setting(), snapshot(), last_decided(times=1), CODES.NOT_CONFIRMED, id="not yet confirmed"),
        pytest.param(
            holding(counters=counters(last_stop_on=TODAY)), snapshot(), None, CODES.COOLING_DOWN, id="stopped today"
        ),
        pytest.param(
            setting(Bot.SOLOMON, {"rails": {"require_breakout": True}}), buy_calls_snapshot(), SOLOMON,
            CODES.NOT_BREAKING_OUT, id="no breakout",
        ),
        pytest.param(
            holding(ledgers=(ledger(open_count=10),)), snapshot(), None, CODES.MAX_POSITIONS, id="ten open"
        ),
        pytest.param(setting(), snapshot(market_open=False), None, CODES.MARKET_CLOSED, id="the broker says closed"),
        pytest.param(
            holding(positions=(position(),)), snapshot(), None, CODES.SLOT_TAKEN, id="the same strategy is open"
        ),
        pytest.param(
            setting(state=TradingState.REDUCING), snapshot(), None, CODES.BREAKER, id="breaker REDUCING"
        ),
        pytest.param(setting(state=TradingState.HALTED), snapshot(), None, CODES.BREAKER, id="breaker HALTED"),
        pytest.param(
            setting(config=config().model_copy(update={"mode": TradingMode.LIVE})), snapshot(), None,
            CODES.MODE_MISMATCH, id="live without a confirmed account",
        ),
        pytest.param(
            holding(counters=counters(order_times=(NOON - seconds(59),) * 6)), snapshot(), None, CODES.ORDER_RATE,
            id="six orders within a minute",
        ),
        pytest.param(
            holding(counters=counters(orders_today=50)), snapshot(), None, CODES.ORDER_RATE, id="fifty orders today"
        ),
        pytest.param(
            setting(changes={"underlyings": ["QQQ"], "gamma_thresholds": {"QQQ": {}}}), snapshot(), None,
            CODES.UNDERLYING_NOT_ALLOWED, id="an underlying that is not the bot's",
        ),
        pytest.param(setting(), snapshot(spot=reading(400, age=301)), None, CODES.STALE_SNAPSHOT, id="spot grown old"),
        pytest.param(setting(), snapshot(vix=reading(18, age=301)), None, CODES.STALE_SNAPSHOT, id="VIX grown old"),
        pytest.param(setting(), snapshot(gamma=gamma(age=601)), None, CODES.STALE_SNAPSHOT, id="gamma grown old"),
    ],
)  # fmt: skip
def test_each_refusal_alone_keeps_the_bot_out(
    where: Setting, seen: Snapshot, last: LastDecided | None, code: DenialCode
) -> None:
    answer = looked(where, seen, last)
    assert refusals(answer) == [code]
    assert answer.strategy is None


@pytest.mark.parametrize(
    ("where", "seen"),
    [
        pytest.param(holding(ledgers=(ledger(open_count=9),)), snapshot(), id="nine of ten open"),
        pytest.param(
            holding(counters=counters(order_times=(NOON - seconds(60),) * 6)), snapshot(), id="six orders a minute ago"
        ),
        pytest.param(
            holding(counters=counters(day=TODAY - timedelta(days=1), orders_today=50)), snapshot(),
            id="fifty orders yesterday",
        ),
        pytest.param(
            holding(positions=(position(Strategy.IRON_CONDOR),)), snapshot(), id="another strategy is open"
        ),
        pytest.param(
            holding(positions=(position(mode=TradingMode.LIVE),)), snapshot(), id="the same strategy in another mode"
        ),
        pytest.param(
            holding(positions=(position(underlying="QQQ"),)), snapshot(), id="the same strategy on another underlying"
        ),
        pytest.param(
            setting(changes={"mode": "live", "confirmed_account": "6YA12345"}), snapshot(), id="live and confirmed"
        ),
        pytest.param(setting(Bot.ATLAS), spx_snapshot(vix=reading(12)), id="ATLAS at VIX 12"),
        pytest.param(setting(Bot.ATLAS), spx_snapshot(vix=reading(35)), id="ATLAS at VIX 35"),
        pytest.param(setting(changes={"min_confidence": 90}), snapshot(), id="confidence 90 of 90"),
        pytest.param(
            setting(changes={"mode": "sandbox"}), snapshot(spot=reading(400, age=1_200)), id="sandbox 20 minutes late"
        ),
    ],
)  # fmt: skip
def test_at_its_limit_an_entry_still_goes_on(where: Setting, seen: Snapshot) -> None:
    assert refusals(looked(where, seen)) == []


def test_all_refusals_are_returned_together() -> None:
    where = setting(
        changes={"enabled": False, "min_confidence": 95},
        state=TradingState.HALTED,
        live=live(
            positions=(position(),),
            ledgers=(ledger(open_count=10),),
            counters=counters(orders_today=50, last_stop_on=TODAY),
        ),
    )
    answer = looked(where, snapshot(market_open=False, spot=reading(400, age=900)), last_decided(times=0))
    assert set(refusals(answer)) == {
        CODES.BOT_DISABLED,
        CODES.BREAKER,
        CODES.STALE_SNAPSHOT,
        CODES.MARKET_CLOSED,
        CODES.MAX_POSITIONS,
        CODES.ORDER_RATE,
        CODES.NOT_CONFIRMED,
        CODES.COOLING_DOWN,
        CODES.SLOT_TAKEN,
        CODES.LOW_CONFIDENCE,
    }


@pytest.mark.parametrize("missing", ["spot", "vix", "gamma", "momentum"])
def test_an_unclassifiable_snapshot_is_no_entry(missing: str) -> None:
    answer = looked(seen=snapshot(**{missing: None, "faults": (Fault(code=FaultCode.NO_GAMMA),)}))
    assert (answer.regime, answer.strategy) == (None, None)
    assert CODES.INVALID_SNAPSHOT in refusals(answer)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-11-23 14:29:59", [CODES.MARKET_CLOSED, CODES.OUTSIDE_ENTRY_WINDOW], id="before the open"),
        pytest.param("2026-11-23 14:30:00", [CODES.OUTSIDE_ENTRY_WINDOW], id="at the open"),
        pytest.param("2026-11-23 14:34:59", [CODES.OUTSIDE_ENTRY_WINDOW], id="in the first five minutes"),
        pytest.param("2026-11-23 14:35:00", [], id="after five minutes"),
        pytest.param("2026-11-23 20:44:59", [], id="before the last fifteen minutes"),
        pytest.param("2026-11-23 20:45:00", [CODES.OUTSIDE_ENTRY_WINDOW], id="in the last fifteen minutes"),
        pytest.param("2026-11-23 21:00:00", [CODES.MARKET_CLOSED, CODES.OUTSIDE_ENTRY_WINDOW], id="at the close"),
        pytest.param("2026-11-24 01:30:00", [CODES.MARKET_CLOSED, CODES.OUTSIDE_ENTRY_WINDOW], id="20:30 in New York"),
        pytest.param("2026-11-26 17:00:00", [CODES.MARKET_CLOSED], id="Thanksgiving"),
        pytest.param("2026-11-28 17:00:00", [CODES.MARKET_CLOSED], id="Saturday"),
        pytest.param("2026-11-27 17:44:59", [], id="half-day before its last fifteen minutes"),
        pytest.param("2026-11-27 17:45:00", [CODES.OUTSIDE_ENTRY_WINDOW], id="half-day in its last fifteen minutes"),
        pytest.param(
            "2026-11-27 18:00:00", [CODES.MARKET_CLOSED, CODES.OUTSIDE_ENTRY_WINDOW], id="half-day after 13:00"
        ),
        pytest.param("2026-07-06 13:35:00", [], id="summer time"),
    ],
)
def test_entries_keep_to_the_session_even_where_the_broker_says_open(now: str, expected: list[str]) -> None:
    gates = session_gates(config(), broker_open=True, now=at(now))
    assert [denial.code for denial in denials_of(gates)] == expected


def test_a_valid_snapshot_is_remembered_and_an_invalid_one_is_not() -> None:
    valid, invalid = snapshot(), snapshot(faults=(Fault(code=FaultCode.NO_VIX),))
    before = last_decided(times=2)
    assert remembered(valid, looked(), before).recent_actions == (Action.SELL_PREMIUM,) * 3
    assert remembered(invalid, looked(), before).recent_actions == (Action.SELL_PREMIUM,) * 2
    assert remembered(valid, looked(), None).snapshot_at == NOON


@pytest.mark.parametrize(
    ("strategy", "target", "least"),
    [
        pytest.param(Strategy.BULL_PUT_SPREAD, 45, 8, id="credit"),
        pytest.param(Strategy.LONG_CALL, 30, 8, id="debit"),
    ],
)
def test_an_entry_looks_for_more_than_seven_days(strategy: Strategy, target: int, least: int) -> None:
    assert entry_dte(setting(), strategy) == (TODAY, target, least)


def test_the_day_of_an_entry_is_new_yorks() -> None:
    assert entry_dte(setting(now=at("2026-11-24 01:30:00")), Strategy.LONG_CALL)[0] == TODAY


# ---- with a chain


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
    assert answer.intent.reserved_risk == worst * 10
    assert answer.position.state is PositionState.OPENING
    assert answer.position.position_id == answer.intent.position_id


def test_the_same_signal_always_gives_the_same_intent() -> None:
    first, second = proposed(), proposed()
    assert first == second
    assert first.intent is not None
    assert set(first.intent.tag) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("change", "another"),
    [
        pytest.param({"changes": {"mode": "sandbox"}}, {}, id="another mode"),
        pytest.param({}, {"at": NOON + seconds(60)}, id="another snapshot"),
    ],
)
def test_another_signal_is_another_intent(change: dict[str, Any], another: dict[str, Any]) -> None:
    one, other = proposed().intent, proposed(setting(**change), seen=snapshot(**another)).intent
    assert one is not None
    assert other is not None
    assert one.intent_id != other.intent_id


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


@pytest.mark.parametrize(
    ("bid", "ask", "underlying", "passes"),
    [
        pytest.param("0.10", "0.12", "SPY", True, id="SPY 18 % wide within two cents"),
        pytest.param("0.10", "0.13", "SPY", False, id="SPY 26 % wide, three cents"),
        pytest.param("1.00", "1.10", "SPY", True, id="SPY 9.5 % wide, ten cents"),
        pytest.param("0.50", "0.60", "SPX", True, id="SPX 18 % wide within two nickels"),
        pytest.param("0.50", "0.65", "SPX", False, id="SPX 26 % wide, three nickels"),
    ],
)
def test_a_leg_fails_above_ten_percent_and_above_two_ticks(bid: str, ask: str, underlying: str, passes: bool) -> None:
    from shared.phases.execution.denials import liquidity_gates

    leg = long(390)
    quotes = by_symbol([option_quote(leg.contract, bid, ask)])
    codes = [denial.code for denial in denials_of(liquidity_gates(setting(), underlying, (leg,), quotes))]
    assert codes == ([] if passes else [CODES.ILLIQUID_LEG])


@pytest.mark.parametrize(
    ("leg", "expected"),
    [
        pytest.param(short(390), [CODES.UNQUOTED_LEG], id="not to be sold at nothing"),
        pytest.param(long(390), [], id="may be bought"),
    ],
)
def test_a_bid_of_zero_matters_on_a_leg_to_sell(leg: Any, expected: list[str]) -> None:
    from shared.phases.execution.denials import liquidity_gates

    quotes = by_symbol([option_quote(leg.contract, "0", "0.02")])
    assert [denial.code for denial in denials_of(liquidity_gates(setting(), "SPY", (leg,), quotes))] == expected


@pytest.mark.parametrize(
    ("far", "expected"),
    [
        pytest.param(385, [], id="five wide"),
        pytest.param(384, [CODES.WIDTH_TOO_LARGE], id="six wide"),
    ],
)
def test_a_structure_wider_than_its_rule_is_refused(far: int, expected: list[str]) -> None:
    from shared.domain.package import PackageQuote

    gates = structure_gates(
        setting(),
        "SPY",
        Strategy.BULL_PUT_SPREAD,
        (short(390), long(far)),
        PackageQuote(Decimal("1.25"), Decimal("0.08")),
    )
    assert [denial.code for denial in denials_of(gates)] == expected


@pytest.mark.parametrize(
    ("mid", "expected"),
    [
        pytest.param("0.60", [], id="0.50 after half the spread"),
        pytest.param("0.59", [CODES.CREDIT_TOO_SMALL], id="0.49 after half the spread"),
        pytest.param("5.10", [CODES.PRICE_COLLAR], id="as much as the width"),
        pytest.param("0.10", [CODES.CREDIT_TOO_SMALL, CODES.PRICE_COLLAR], id="nothing"),
    ],
)
def test_credit_is_judged_by_what_can_be_had_at_once(mid: str, expected: list[str]) -> None:
    from shared.domain.package import PackageQuote

    legs, quote = legs_of(Strategy.BULL_PUT_SPREAD), PackageQuote(Decimal(mid), Decimal("0.20"))
    gates = structure_gates(setting(), "SPY", Strategy.BULL_PUT_SPREAD, legs, quote)
    assert [denial.code for denial in denials_of(gates)] == expected


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
    ("where", "broker"),
    [
        pytest.param(holding(ledgers=(ledger(open_risk=Decimal(50_000)),)), account(), id="open risk used up"),
        pytest.param(
            holding(ledgers=(ledger(risk_by_underlying={"SPY": Decimal(30_000)}),)), account(),
            id="the underlying used up",
        ),
        pytest.param(setting(), account(buying_power=Decimal(380)), id="buying power for none"),
    ],
)  # fmt: skip
def test_no_room_left_is_a_refusal(where: Setting, broker: Account) -> None:
    answer = proposed(where, broker=broker)
    assert refusals(answer) == [CODES.SIZE_ZERO]
    assert answer.intent is None


def test_buying_power_clamps_to_what_can_be_paid() -> None:
    answer = proposed(broker=account(buying_power=Decimal("760.80")))
    assert answer.intent is not None
    assert answer.intent.order.contracts == 2


def test_an_order_beyond_the_buying_power_is_refused() -> None:
    from shared.domain.package import PackageQuote
    from shared.phases.execution.denials import Candidate, entry_gates

    candidate = Candidate(
        strategy=Strategy.BULL_PUT_SPREAD,
        legs=legs_of(Strategy.BULL_PUT_SPREAD),
        quotes=by_symbol(chain()),
        package=PackageQuote(Decimal("1.25"), Decimal("0.08")),
        limit_price=Decimal("1.25"),
        required=Decimal("380.40"),
        buying_power=Decimal("380.39"),
        holdings={},
        clock=account().clock,
    )
    found = denials(entry_gates(setting(), candidate))
    assert [denial.code for denial in found] == [CODES.INSUFFICIENT_MARGIN]


def atlas(**ledger_facts: Any) -> Proposal:
    where = setting(Bot.ATLAS, live=live(Bot.ATLAS, ledgers=(ledger(Bot.ATLAS, **ledger_facts),)))
    return proposed(where, chain("SPXW"), seen=spx_snapshot(), broker=account(buying_power=Decimal(1_000_000)))


def test_a_cash_secured_put_counts_its_stop_as_risk_and_secures_its_strike() -> None:
    held = atlas().position
    assert held is not None
    premium, fees = Decimal("42.40"), Decimal("1.90")
    assert held.secured_cash == (3925 - premium) * 100 + fees
    assert held.risk == 2 * premium * 100 + fees
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


def test_the_exit_rule_is_stamped_at_entry() -> None:
    held = proposed(setting(changes={"strategies": {"BULL_PUT_SPREAD": {"profit_target": "0.40"}}})).position
    assert held is not None
    assert (held.exit_rule.profit_target, held.exit_rule.stop_loss) == (Decimal("0.40"), Decimal("2.00"))
    assert (held.exit_rule.time_exit_dte, held.exit_rule.latest_stop) == (7, Decimal("0.80"))


def test_the_decision_says_what_why_and_how() -> None:
    where, seen = setting(), snapshot()
    answer = looked()
    entered = decision_of(where, seen, answer, proposed())
    assert entered.kind is DecisionKind.ENTRY
    assert entered.what == "OPEN BULL_PUT_SPREAD on SPY"
    assert entered.how == "2-leg order, 10 contracts, credit 1.25"
    assert all(gate.passed for gate in entered.why)
    assert [row.option_symbol for row in entered.chain] == ["SPY270107P00390000", "SPY270107P00385000"]


def test_a_non_entry_names_every_refusal_and_keeps_every_gate() -> None:
    answer = looked(seen=snapshot(market_open=False), last=last_decided(times=0))
    stayed = decision_of(setting(), snapshot(market_open=False), answer, None)
    assert stayed.kind is DecisionKind.NO_ENTRY
    assert [denial.code for denial in stayed.denials] == [CODES.MARKET_CLOSED, CODES.NOT_CONFIRMED]
    assert stayed.how == "no order: MARKET_CLOSED, NOT_CONFIRMED"
    assert len(stayed.why) == len(answer.gates) > len(stayed.denials)
