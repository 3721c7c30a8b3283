"""Every alert, word for word: what a person reads on a lock screen must not change unnoticed."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from shared.adapters.sns import sms_text, subject_line
from shared.domain import messages
from shared.domain.accounts import Confirmation
from shared.domain.alerts import SMS_LIMIT, SUBJECT_LIMIT, Alert
from shared.domain.book import Flip, Trip
from shared.domain.decisions import Denial, DenialCode
from shared.domain.market import Fault, FaultCode
from shared.domain.positions import PositionState
from shared.domain.vocabulary import Action, Bot, ExitReason, GammaRegime, Strategy, TradingMode, TradingState
from shared.views.day import DayEntry, DayOpen, DayRegime, DayTrade, DayView, day_alert
from shared.views.positions import ModeTotal
from tests import builders
from tests.builders import NOON

GOLDEN: Final = Path(__file__).with_name("golden") / "alerts.txt"

HELD = builders.position(position_id="p1", fees="9.10", contracts=9)
SHORT_PUT = builders.position(Strategy.CASH_SECURED_PUT, position_id="p2", bot=Bot.ATLAS)
ENTRY = builders.entry_intent(HELD)
EXIT = builders.exit_intent(HELD, ExitReason.STOP_LOSS)
RESULTS = builders.statistics(win_rate=Decimal("0.3"), expectancy=Decimal("-0.08"), total_trades=12)
FILLED = builders.broker_order(filled=5, price="-1.20")
PENDING = HELD.model_copy(update={"state": PositionState.EXIT_PENDING, "exit_reason": ExitReason.TIME_EXIT})
FOREIGN = builders.broker_order(tag="theirs", reason="quantity: null")
STALE = builders.snapshot(faults=(Fault(code=FaultCode.STALE_VIX, value="412 s", limit="300 s"),))

ALERTS: Final[dict[str, Callable[[], Alert]]] = {
    "entered": lambda: messages.entered(HELD, Decimal("0.48"), Decimal("2.96"), NOON),
    "closed with a profit": lambda: messages.closed(builders.closed_trade("0.5"), Decimal(100), NOON),
    "closed with a large loss": lambda: messages.closed(builders.closed_trade("-2"), Decimal(100), NOON),
    "rejected entry": lambda: messages.rejected(ENTRY, "you do not have enough buying power", NOON),
    "rejected exit": lambda: messages.rejected(EXIT, "market is closed", NOON),
    "denied": lambda: messages.denied(EXIT, "limit_price: 0 is not valid", NOON),
    "unknown": lambda: messages.unknown(ENTRY, "no answer in 5 s", NOON),
    "unbooked exit": lambda: messages.unbooked(EXIT, FILLED, ("LEDGER#live",), NOON),
    "unbooked entry": lambda: messages.unbooked(ENTRY, FILLED, ("LEDGER#live",), NOON),
    "last call of shares": lambda: messages.last_call(
        PENDING, NOON + timedelta(minutes=25), is_delivered=True, at=NOON
    ),
    "last call of an index": lambda: messages.last_call(
        PENDING.model_copy(update={"underlying": "SPX"}), NOON + timedelta(minutes=25), is_delivered=False, at=NOON
    ),
    "unpriced": lambda: messages.unpriced(
        HELD.model_copy(update={"exit_reason": ExitReason.TIME_EXIT, "unquoted_runs": 3}), NOON
    ),
    "unvalued": lambda: messages.unvalued(HELD, NOON),
    "near_stop": lambda: messages.near_stop(HELD, Decimal("2.60"), Decimal("2.96"), NOON),
    "not_filled": lambda: messages.not_filled(EXIT, 5, NOON),
    "foreign_order": lambda: messages.foreign_order("6YA00001", FOREIGN, NOON),
    "foreign_holding": lambda: messages.foreign_holding("6YA00001", "SPY261231P00390000", -3, NOON),
    "shares_delivered": lambda: messages.shares_delivered("6YA00001", "SPY", 300, (HELD,), NOON),
    "stray_order": lambda: messages.stray_order("6YA00001", FOREIGN, "no intent of this id", "it is left alone", NOON),
    "unreadable_order": lambda: messages.unreadable_order("6YA00001", FOREIGN, NOON),
    "item_set_aside": lambda: messages.item_set_aside(Bot.ATLAS, "POS#p9", "schema_version 2", NOON),
    "broken": lambda: messages.broken(
        HELD.model_copy(update={"state": PositionState.BROKEN, "note": "a leg is gone at the broker"}), NOON
    ),
    "exit_denied": lambda: messages.exit_denied(
        HELD.model_copy(update={"exit_reason": ExitReason.STOP_LOSS}),
        (Denial(code=DenialCode.BREAKER, value="HALTED", limit="not HALTED"),),
        NOON,
    ),
    "live_confirmed": lambda: messages.live_confirmed(
        Confirmation(bot=Bot.SOLOMON, account_id="6YA00001", at=NOON, reason="three months on paper")
    ),
    "live_withdrawn": lambda: messages.live_withdrawn(Bot.SOLOMON, TradingMode.PAPER, NOON),
    "invalid_snapshots": lambda: messages.invalid_snapshots(STALE, STALE, 3, NOON),
    "invalid_configuration": lambda: messages.invalid_configuration("ATLAS", "captial: 5 is not valid", NOON),
    "breaker_changed": lambda: messages.breaker_changed(TradingState.HALTED, "the user's switch", "set in SSM", NOON),
    "switched by a person": lambda: messages.switched(
        TradingState.HALTED, Flip("HALTED", "arn:aws:iam::000000000000:user/ann", NOON, "the Fed speaks"), NOON
    ),
    "switched by hand": lambda: messages.switched(
        TradingState.ACTIVE, Flip("ACTIVE", "arn:aws:iam::000000000000:user/ann", NOON), NOON
    ),
    "switched to what is no state": lambda: messages.switched(
        TradingState.REDUCING, Flip("halt", "arn:aws:iam::000000000000:user/ann", NOON), NOON
    ),
    "a switch that cannot be read": lambda: messages.switched(
        TradingState.REDUCING, Flip("ACTIVE", "arn:aws:iam::000000000000:user/ann", NOON), NOON
    ),
    "switched by nobody knows whom": lambda: messages.switched(TradingState.HALTED, None, NOON),
    "tripped": lambda: messages.tripped(Trip("ALL", TradingState.REDUCING, "5 orders in a row failed", NOON)),
    "strategy_disabled": lambda: messages.strategy_disabled(RESULTS),
    "diverged": lambda: messages.diverged(RESULTS, Decimal("0.52"), "STOP", "2026-10"),
    "sizes_to_zero": lambda: messages.sizes_to_zero(RESULTS),
    "could_not_watch": lambda: messages.could_not_watch(Bot.ATLAS, "orders: no answer in 5 s", NOON),
    "missing_key": lambda: messages.missing_key("there is no key for tradier", NOON),
    "function_failed": lambda: messages.function_failed("trade", "StoreError: no answer", NOON),
}

DAY = DayView(
    stage="paper",
    day=builders.TODAY,
    asked_at=NOON,
    results={TradingMode.PAPER: Decimal("-12.50")},
    trades=(
        DayTrade(
            bot=Bot.PROMETHEUS,
            underlying="SPY",
            strategy=Strategy.IRON_CONDOR,
            contracts=3,
            exit_reason=ExitReason.TIME_EXIT,
            pnl=Decimal("-12.50"),
        ),
    ),
    entries=(DayEntry(bot=Bot.SOLOMON, what="OPEN LONG_CALL on SPY", how="1-leg order, 1 contracts, debit 7.62"),),
    open_positions=(
        DayOpen(
            bot=Bot.SOLOMON,
            underlying="SPY",
            strategy=Strategy.LONG_CALL,
            contracts=1,
            pnl=Decimal("40.00"),
            max_loss=Decimal("762.70"),
        ),
    ),
    open_totals=(ModeTotal(mode=TradingMode.PAPER, positions=1, pnl=Decimal("40.00"), risk=Decimal("762.70")),),
    regimes=(DayRegime(underlying="SPY", regime=GammaRegime.NEGATIVE, action=Action.BUY_CALLS),),
    decided=1170,
    reasons={"STAY_FLAT": 900, "NOT_CONFIRMED": 12},
    problems=(),
)
ALERTS["the day"] = lambda: day_alert(DAY)


def written(name: str) -> str:
    alert = ALERTS[name]()
    return f"## {name}\n{alert.level}: {alert.subject}\n{alert.body}\nSMS: {sms_text(alert)}\n"


def golden() -> dict[str, str]:
    parts = GOLDEN.read_text().split("## ")[1:]
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in parts}


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_why_how_and_where_to_look_closer(name: str) -> None:
    assert written(name) == golden()[name]
    alert = ALERTS[name]()
    assert name == "the day" or alert.body.startswith("What: ")
    assert alert.body.splitlines()[-1].startswith("Look closer: ")


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_fits_a_lock_screen(name: str) -> None:
    alert = ALERTS[name]()
    assert subject_line(alert.subject) == alert.subject
    assert len(alert.subject) <= SUBJECT_LIMIT
    assert len(sms_text(alert)) <= SMS_LIMIT


def test_every_alert_of_the_catalogue_is_held() -> None:
    made = {name for name, one in inspect.getmembers(messages, inspect.isfunction) if not name.startswith("_")}
    held = {name for call in ALERTS.values() for name in call.__code__.co_names}
    assert made - held == set()


def test_the_day_never_adds_play_money_to_real_money() -> None:
    (paper,) = DAY.trades
    live = paper.model_copy(update={"mode": TradingMode.LIVE, "pnl": Decimal(-900)})
    results = {TradingMode.LIVE: Decimal(-900), **DAY.results}
    told = day_alert(DAY.model_copy(update={"trades": (paper, live), "results": results}))
    assert told.subject == "2026-11-23: live -$900.00, paper -$12.50, 2 trades closed, 1 open"
    assert "Result: live -$900.00, paper -$12.50 realized" in told.body
    assert "TIME_EXIT: -$900.00 (live)" in told.body
