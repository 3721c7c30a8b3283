"""Every refusal there is, tripped alone: its name, the value found, and the limit that would have let it pass."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pytest

from shared.domain.decisions import Denial, DenialCode, Gate, LastDecided, denials_of
from shared.domain.market import BrokerClock, Fault, FaultCode, Snapshot
from shared.domain.options import OptionQuote, Right
from shared.domain.package import PackageQuote
from shared.domain.vocabulary import Action, Bot, Strategy, TradingMode, TradingState
from shared.phases.entry import Sought, chain_refusals, look, propose
from shared.phases.entry.inputs import OUTSIDE
from shared.phases.execution import exit_gates
from shared.phases.execution.denials import Candidate, Setting, price_gates, session_gates, structure_gates
from tests.builders import (
    NOON,
    TODAY,
    account,
    buy_calls_snapshot,
    chain,
    config,
    contract,
    counters,
    exit_order,
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

C = DenialCode
BUYS: Final = last_decided(Action.BUY_CALLS)
SPREAD: Final = legs_of(Strategy.BULL_PUT_SPREAD)
TWIN: Final = "10xbuy_to_open:SPY270107P00385000+sell_to_open:SPY270107P00390000"


class Control(NamedTuple):
    """A control tripped alone."""

    code: DenialCode
    value: str
    limit: str
    asked: Callable[[], Iterable[Gate]]


def looked(where: Setting | None = None, seen: Snapshot | None = None, last: LastDecided | None = None) -> Any:
    return lambda: look(where or setting(), seen or snapshot(), last or last_decided()).gates


def holding(**changes: Any) -> Setting:
    return setting(live=live(**changes))


def proposed(where: Setting | None = None, **asked: Any) -> Any:
    facts: dict[str, Any] = {"chain": chain(), "stored": None, "account": account()} | asked
    place = where or setting()
    return lambda: propose(place, snapshot(), look(place, snapshot(), last_decided()), **facts).gates


def requoted(strike: int, change: Callable[[OptionQuote], OptionQuote]) -> tuple[OptionQuote, ...]:
    return tuple(change(row) if row.contract == contract(strike, Right.PUT) else row for row in chain())


def quoted(strike: int, bid: object, ask: object) -> tuple[OptionQuote, ...]:
    return requoted(strike, lambda row: option_quote(row.contract, bid, ask, row.delta))


def sought(listed: tuple[date, ...]) -> Any:
    return lambda: chain_refusals(setting(), Strategy.BULL_PUT_SPREAD, Sought(listed))


def structured(*legs: Any) -> Any:
    package = PackageQuote(Decimal("1.00"), Decimal("0.10"))
    return lambda: structure_gates(setting(), "SPX", Strategy.BULL_PUT_SPREAD, legs, package)


def priced(limit_price: str, buying_power: int = 5_000) -> Any:
    package = PackageQuote(Decimal("1.00"), Decimal("0.10"))
    candidate = Candidate(
        Strategy.BULL_PUT_SPREAD, SPREAD, package, Decimal(limit_price), Decimal(4_000), Decimal(buying_power)
    )
    return lambda: price_gates(setting(), candidate)


def leaving(contracts: int, **changes: Any) -> Any:
    held = position(contracts=3)
    order = exit_order(held, contracts).model_copy(update=changes)
    return lambda: exit_gates(held, order, TradingState.REDUCING, TradingMode.PAPER, is_open=True)


UNCONFIRMED: Final = setting(changes={"mode": "live", "confirmed_account": "6YA12345"})
EARLY: Final = NOON.replace(hour=14, minute=34)
CONTROLS: Final = (
    Control(
        C.INVALID_SNAPSHOT, "NO_GAMMA", "no fault", looked(seen=snapshot(faults=(Fault(code=FaultCode.NO_GAMMA),)))
    ),
    Control(C.STAY_FLAT, "STAY_FLAT by RULE_4", "an action", looked(seen=snapshot(iv_rank=Decimal(40)))),
    Control(C.NOT_THIS_BOT, "BUY_CALLS", "SELL_PREMIUM", looked(seen=buy_calls_snapshot(), last=BUYS)),
    Control(
        C.TREND_EXCLUDED,
        "DOWNTREND",
        "not DOWNTREND",
        looked(setting(Bot.ATLAS), spx_snapshot(momentum=momentum(4050, 4100))),
    ),
    Control(C.LOW_CONFIDENCE, "90", "at least 91", looked(setting(changes={"min_confidence": 91}))),
    Control(C.BOT_DISABLED, "False", "True", looked(setting(changes={"enabled": False}))),
    Control(C.VIX_OUT_OF_RANGE, "11.99", "12 to 35", looked(setting(Bot.ATLAS), spx_snapshot(vix=reading("11.99")))),
    Control(
        C.NEAR_FLIP,
        "0.0025",
        "at least 0.005",
        looked(setting(Bot.SOLOMON), snapshot(gamma=gamma(-600_000_000, 401), vix=reading(25)), BUYS),
    ),
    Control(C.NOT_CONFIRMED, "2 of 3 SELL_PREMIUM", "3 in a row", looked(last=last_decided(times=1))),
    Control(
        C.COOLING_DOWN,
        "stopped on 2026-11-23",
        "the session after a stop",
        looked(holding(counters=counters(last_stop_on=TODAY))),
    ),
    Control(
        C.NOT_BREAKING_OUT,
        "NONE",
        "ABOVE",
        looked(setting(Bot.SOLOMON, {"rails": {"require_breakout": True}}), buy_calls_snapshot(), BUYS),
    ),
    Control(C.NO_EXPIRATION, "1 listed", "45 days, give or take half", sought((TODAY + timedelta(days=3),))),
    Control(C.NO_STRIKE, "0 rows", "strikes for BULL_PUT_SPREAD", proposed(chain=())),
    Control(C.CREDIT_TOO_SMALL, "0.48", "at least 0.50", proposed(chain=quoted(385, "4.96", "5.00"))),
    Control(C.WIDTH_TOO_LARGE, "6", "at most 5", structured(short(3900, root="SPXW"), long(3894, root="SPXW"))),
    Control(
        C.ILLIQUID_LEG,
        "SPY270107P00390000 0.60 (10.7%)",
        "10% of mid or 0.02",
        proposed(chain=quoted(390, "5.30", "5.90")),
    ),
    Control(
        C.UNQUOTED_LEG,
        "SPY270107P00390000 None / 5.52",
        "bid and ask, not crossed",
        proposed(chain=quoted(390, None, "5.52")),
    ),
    Control(
        C.STALE_QUOTE,
        "SPY270107P00390000 16 s",
        "15 s",
        proposed(chain=requoted(390, lambda row: replace(row, as_of=NOON - seconds(16)))),
    ),
    Control(
        C.NEGATIVE_EXPECTANCY,
        "0 contracts, Kelly -0.2000, 0.0000 of capital, 20 closed trades",
        "negative expectancy - do not trade",
        proposed(stored=statistics(win_rate=Decimal("0.5"))),
    ),
    Control(
        C.SIZE_ZERO,
        "0 contracts, Kelly 0.0880, 0.0396 of capital, prior assumed-1",
        "one contract risks 380.40, beyond the cap of 15%",
        proposed(setting(changes={"capital": 2_000})),
    ),
    Control(C.STRATEGY_DISABLED, "disabled", "enabled", proposed(stored=statistics(is_disabled=True))),
    Control(C.INSUFFICIENT_MARGIN, "$3999.00", "at least $4000.00", priced("1.00", buying_power=3_999)),
    Control(C.MAX_POSITIONS, "10", "below 10", looked(holding(ledgers=(ledger(open_count=10),)))),
    Control(C.MARKET_CLOSED, "table open, broker closed", "both open", looked(seen=snapshot(market_open=False))),
    Control(
        C.OUTSIDE_ENTRY_WINDOW,
        "14:34Z",
        "14:35Z to 20:45Z",
        lambda: session_gates(config(), broker_open=True, now=EARLY),
    ),
    Control(C.SLOT_TAKEN, "p1", "free", looked(holding(positions=(position(),)))),
    Control(C.BREAKER, "REDUCING", "ACTIVE", looked(setting(state=TradingState.REDUCING))),
    Control(C.MODE_MISMATCH, "live, none", "6YA12345 confirmed by command", looked(UNCONFIRMED)),
    Control(C.ACCOUNT_MISMATCH, "6YA99999", "PAPER-PROMETHEUS", proposed(account=account(account_id="6YA99999"))),
    Control(C.LIMIT_REQUIRED, "limit 0", "above 0", leaving(3, limit_price=Decimal(0))),
    Control(
        C.AM_SETTLED,
        "SPX",
        "roots that settle in the afternoon",
        structured(short(3900, root="SPX"), long(3895, root="SPX")),
    ),
    Control(
        C.CLOCK_SKEW, "6 s", "5 s", proposed(account=account(clock=BrokerClock(now=NOON - seconds(6), is_open=True)))
    ),
    Control(
        C.DUPLICATE_ORDER,
        TWIN,
        "no identical order within 60 s",
        proposed(holding(counters=counters(order_prints={TWIN: NOON - seconds(59)}))),
    ),
    Control(
        C.ORDER_RATE,
        "6 in a minute",
        "below 6",
        looked(holding(counters=counters(order_times=(NOON - seconds(59),) * 6))),
    ),
    Control(C.PRICE_COLLAR, "0.26 from mid", "at most 0.2500", priced("1.26")),
    Control(
        C.NETTING,
        "SPY270107P00390000",
        "no leg against a holding",
        proposed(account=account(holdings={"SPY270107P00390000": 1})),
    ),
    Control(
        C.UNDERLYING_NOT_ALLOWED,
        "SPY",
        "QQQ",
        looked(setting(changes={"underlyings": ["QQQ"], "gamma_thresholds": {"QQQ": {}}})),
    ),
    Control(C.DTE_TOO_SHORT, "7", "at least 8", proposed(chain=chain(expiration=TODAY + timedelta(days=7)))),
    Control(C.EXCEEDS_POSITION, "4 of 3", "only what is held", leaving(4)),
    Control(C.STALE_SNAPSHOT, "spot 301 s", "300 s", looked(seen=snapshot(spot=reading(400, age=301)))),
)


def _named(control: Control) -> str:
    return control.code


@pytest.mark.parametrize("control", CONTROLS, ids=_named)
def test_a_control_tripped_alone_names_itself_its_value_and_its_limit(control: Control) -> None:
    assert denials_of(control.asked()) == (Denial(code=control.code, value=control.value, limit=control.limit),)


def test_no_refusal_is_without_its_control() -> None:
    """Those of the outside are tripped alone where there is one: in the tests of trade and its races."""
    assert {control.code for control in CONTROLS} == set(DenialCode) - OUTSIDE
