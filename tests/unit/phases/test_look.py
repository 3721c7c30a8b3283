"""What keeps a bot out before any chain is read: each refusal alone, and all of them together."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.accounts import Confirmation
from shared.domain.decisions import DenialCode, LastDecided, denials_of
from shared.domain.market import Fault, FaultCode, Snapshot
from shared.domain.vocabulary import Action, Bot, Source, Strategy, TradingMode, TradingState
from shared.phases.entry import (
    Look,
    Proposal,
    look,
    remembered,
)
from shared.phases.execution.denials import (
    Setting,
)
from tests.builders import (
    NOON,
    TODAY,
    buy_calls_snapshot,
    config,
    counters,
    gamma,
    last_decided,
    ledger,
    live,
    momentum,
    position,
    reading,
    seconds,
    setting,
    snapshot,
    spx_snapshot,
)

CODES = DenialCode


def refusals(answer: Look | Proposal) -> list[str]:
    return [denial.code for denial in denials_of(answer.gates)]


def looked(where: Setting | None = None, seen: Snapshot | None = None, last: LastDecided | None = None) -> Look:
    return look(where or setting(), seen or snapshot(), last or last_decided())


def holding(**changes: Any) -> Setting:
    return setting(live=live(**changes))


def test_a_sound_snapshot_of_a_free_bot_is_worth_a_chain() -> None:
    answer = looked()
    assert refusals(answer) == []
    assert (answer.action, answer.strategy) == (Action.SELL_PREMIUM, Strategy.BULL_PUT_SPREAD)


def confirmed(account_id: str) -> Setting:
    """A bot set to live in account 6YA12345, of which a person confirmed this one."""
    word = Confirmation(bot=Bot.PROMETHEUS, account_id=account_id, at=NOON, reason="I know")
    return setting(
        changes={"mode": "live", "confirmed_account": "6YA12345"}, live=live(Bot.PROMETHEUS, confirmation=word)
    )


RULE_2 = {"gamma": gamma(-600_000_000, 401), "vix": reading(25)}
SOLOMON = last_decided(Action.BUY_CALLS)


@pytest.mark.parametrize(
    ("where", "seen", "last", "code"),
    [
        pytest.param(
            setting(), snapshot(faults=(Fault(code=FaultCode.NO_GAMMA),)), None, CODES.INVALID_SNAPSHOT, id="bad data"
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
            setting(Bot.ATLAS), spx_snapshot(vix=reading("11.99")), None, CODES.VIX_OUT_OF_RANGE, id="VIX below 12"
        ),
        pytest.param(
            setting(Bot.ATLAS), spx_snapshot(vix=reading("35.01")), None, CODES.VIX_OUT_OF_RANGE, id="VIX above 35"
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
        pytest.param(confirmed("6YA99999"), snapshot(), None, CODES.MODE_MISMATCH, id="live, confirmed for another"),
        pytest.param(
            setting(changes={"mode": "live", "confirmed_account": "6YA12345"}), snapshot(), None, CODES.MODE_MISMATCH,
            id="live, configured but not confirmed",
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
            confirmed("6YA12345"), snapshot(), id="live and confirmed"
        ),
        pytest.param(setting(Bot.ATLAS), spx_snapshot(vix=reading(12)), id="ATLAS at VIX 12"),
        pytest.param(setting(Bot.ATLAS), spx_snapshot(vix=reading(35)), id="ATLAS at VIX 35"),
        pytest.param(setting(changes={"min_confidence": 90}), snapshot(), id="confidence 90 of 90"),
        pytest.param(
            setting(changes={"mode": "sandbox"}),
            snapshot(spot=reading(400, age=1_200, source=Source.TRADIER_SANDBOX)),
            id="sandbox 20 minutes late",
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


def test_a_valid_snapshot_is_remembered_and_an_invalid_one_is_not() -> None:
    valid, invalid = snapshot(), snapshot(faults=(Fault(code=FaultCode.NO_VIX),))
    before = last_decided(times=2)
    assert remembered(valid, looked(), before).recent_actions == (Action.SELL_PREMIUM,) * 3
    assert remembered(invalid, looked(), before).recent_actions == (Action.SELL_PREMIUM,) * 2
    assert remembered(valid, looked(), None).snapshot_at == NOON


def test_an_underlying_of_another_bot_is_refused_and_no_error() -> None:
    assert CODES.UNDERLYING_NOT_ALLOWED in refusals(looked(setting(Bot.ATLAS), snapshot()))
