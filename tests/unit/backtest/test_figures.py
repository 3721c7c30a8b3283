"""What a run is said to amount to."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from shared.backtest.figures import is_within_caps, warnings_of
from shared.backtest.runner.entries import Tally
from shared.backtest.runner.result import BacktestResult, DayPoint
from shared.domain.config import bot_config
from shared.domain.positions import ClosedTrade
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import Bot, Strategy
from tests.builders import closed_trade

CONFIG = bot_config(Bot.SOLOMON, {"capital": 10_000, "caps": {"open_risk": "0.5"}, "max_positions": 3})
CLOSE = Decimal(250)
AT_RISK = Decimal(700)


def ended(*trades: ClosedTrade, refusals: dict[str, int] | None = None) -> BacktestResult:
    """A year of PROMETHEUS, $100,000, that closed these trades; the underlying stood at 250."""
    days = tuple(new_york_date(trade.opened_at) for trade in trades) or (date(2018, 2, 5),)
    return BacktestResult(
        config=bot_config(Bot.PROMETHEUS, {"capital": 100_000}),
        days=days,
        step_minutes=None,
        curve=tuple(DayPoint(day, Decimal(100_000), CLOSE, AT_RISK, 1) for day in days),
        trades=trades,
        decisions=(),
        kelly=(),
        tally=Tally(refusals=Counter(refusals or {})),
        tripped=(),
        disabled=0,
        slippage=Decimal(0),
        open_positions=0,
    )


def told(run: BacktestResult) -> str:
    return "\n".join(warnings_of(run, years=1.0))


@pytest.mark.parametrize(
    ("open_risk", "open_count", "within"),
    [
        pytest.param("5000", 3, True, id="at both caps"),
        pytest.param("5000.01", 1, False, id="a cent above half the capital"),
        pytest.param("100", 4, False, id="a position too many"),
    ],
)
def test_a_session_is_within_the_caps_that_are_configured(open_risk: str, open_count: int, within: bool) -> None:
    point = DayPoint(date(2018, 2, 5), Decimal(10_000), Decimal(2649), Decimal(open_risk), open_count)
    assert is_within_caps(point, CONFIG) is within


@pytest.mark.parametrize(
    ("pnl", "words"),
    [
        pytest.param(
            500, "0.50 % a year on capital and 1.00 % on their notional, one after another: better", id="above"
        ),
        pytest.param(300, "0.30 % a year on capital and 0.60 % on their notional, one after another: not", id="below"),
    ],
)
def test_condors_are_held_against_the_index_on_their_notional(pnl: int, words: str) -> None:
    """Two contracts at 250 have a notional of $50,000."""
    condor = closed_trade(pnl=pnl, strategy=Strategy.IRON_CONDOR, contracts=2)
    assert words in told(ended(condor))
    assert "condors" not in told(ended(closed_trade(pnl=pnl)))


@pytest.mark.parametrize(("pnl", "is_told"), [(-701, True), (-700, False), (900, False)])
def test_a_loss_above_all_that_was_at_risk_is_told(pnl: int, is_told: bool) -> None:
    words = f"the largest loss, ${-pnl:,}, was more than any session ended with at risk, $700"
    assert (words in told(ended(closed_trade(pnl=pnl)))) is is_told


def test_too_few_trades_are_told_with_what_kept_others_out() -> None:
    words = told(ended(closed_trade(), refusals={"LOW_RANK": 3, "SIZED_TO_ZERO": 1_200, "BREAKER": 1}))
    assert "1 closed trades are too few" in words
    assert "refused most by SIZED_TO_ZERO (1,200 times), LOW_RANK (3 times)" in words
    assert "`alphagex history fetch` stores more" in words
