"""Learn: the closed trades become statistics, and the statistics size the next trade."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared.domain.book import RecordClosedTrade
from shared.domain.decisions import DenialCode, Gate
from shared.domain.vocabulary import Bot, Strategy
from tests import builders
from tests.functions.house import ONE_LOOK, House
from tests.functions.story import PREMIUM_TIME, Chapter

SPREAD = Strategy.BULL_PUT_SPREAD
PAIR = f"paper#{SPREAD}"
NOON = Chapter.UP_FLAT.at(PREMIUM_TIME)
WINNING = ("0.5", "0.5", "0.4", "-0.3", "0.5")
LOSING = ("0.1", "-0.5", "-0.5", "-0.5", "0.1")


def _close(house: House, shares: Sequence[str], first: int = 0) -> None:
    """Let trades close with these shares of the premium, a minute apart, the last an hour ago."""
    for number, share in enumerate(shares, start=first):
        closed_at = NOON - timedelta(hours=3) + timedelta(minutes=number)
        trade = builders.closed_trade(share, position_id=f"p{number}", closed_at=closed_at, opened_at=closed_at)
        house.stage.book.commit("close", (RecordClosedTrade(trade),))


@pytest.fixture
def school(house: House) -> House:
    return house.at(NOON)


def test_the_stream_of_a_closed_trade_makes_statistics_from_five_trades_on(school: House) -> None:
    _close(school, WINNING[:4])
    assert school.learn() == {}
    assert school.statistics(SPREAD) is None
    _close(school, WINNING[4:], first=4)
    assert school.learn() == {PAIR: "UPDATED"}
    stored = school.statistics(SPREAD)
    assert stored is not None
    assert (stored.total_trades, float(stored.win_rate), float(stored.avg_loss)) == (5, 0.8, 0.3)


def test_a_repeat_changes_nothing(school: House) -> None:
    _close(school, WINNING)
    school.learn()
    before = school.statistics(SPREAD)
    record = {"dynamodb": {"Keys": {"pk": {"S": PAIR}, "sk": {"S": "CLOSED#any"}}}}
    for _ in range(2):
        assert school.later(60).laptop.invoke("learn", {"Records": [record, record]}) == {}
        assert school.learn_daily() == {}
    assert school.statistics(SPREAD) == before


def test_trades_out_of_the_window_leave_the_numbers_and_mark_them_stale(school: House) -> None:
    _close(school, WINNING)
    school.learn()
    school.at(NOON + timedelta(days=91)).learn_daily()
    stored = school.statistics(SPREAD)
    assert stored is not None
    assert (stored.is_stale, stored.total_trades) == (True, 5)


@pytest.mark.parametrize(
    ("shares", "origin", "contracts"),
    [
        pytest.param((), "prior assumed-1", 9, id="no trade yet"),
        pytest.param(WINNING[:4], "prior assumed-1", 9, id="too few trades"),
        pytest.param(WINNING, "5 closed trades", 10, id="its own statistics"),
    ],
)
def test_a_trade_is_sized_by_what_is_known(school: House, shares: Sequence[str], origin: str, contracts: int) -> None:
    _close(school, shares)
    school.learn()
    held = school.enter(Bot.PROMETHEUS, NOON)
    assert origin in _size_gate(school).value
    assert held.contracts == contracts


def test_the_next_trade_is_larger_after_better_results(school: House) -> None:
    document = ONE_LOOK | {"caps": {"contracts_per_order": 200}}
    _close(school, WINNING)
    school.learn()
    own = school.enter(Bot.PROMETHEUS, NOON, document).contracts
    school.empty()
    prior = school.enter(Bot.PROMETHEUS, NOON, document).contracts
    assert own > prior


def test_five_losing_trades_size_to_nothing_with_one_warning(school: House) -> None:
    _close(school, LOSING)
    assert school.learn() == {PAIR: "SIZES_TO_ZERO"}
    school.learn_daily()
    assert [one.level for one in school.told()] == ["WARNING"]
    school.configure(Bot.PROMETHEUS, ONE_LOOK)
    school.morning(NOON).minute(Bot.PROMETHEUS)
    assert school.denials(Bot.PROMETHEUS) == {DenialCode.NEGATIVE_EXPECTANCY}


def test_ten_losing_trades_disable_the_strategy_with_one_critical_alert(school: House) -> None:
    _close(school, LOSING + LOSING)
    assert school.learn() == {PAIR: "DISABLED"}
    school.learn_daily()
    assert [(one.level, one.subject) for one in school.told()] == [
        ("CRITICAL", "Strategy BULL_PUT_SPREAD blocked: negative expectancy (-26.00%)")
    ]
    school.configure(Bot.PROMETHEUS, ONE_LOOK)
    school.morning(NOON).minute(Bot.PROMETHEUS)
    assert DenialCode.STRATEGY_DISABLED in school.denials(Bot.PROMETHEUS)


def test_a_real_trade_goes_all_the_way_to_the_stream(school: House) -> None:
    school.enter(Bot.PROMETHEUS, Chapter.UP_CRASH.at(PREMIUM_TIME))
    school.at(Chapter.UP_CRASH.at(PREMIUM_TIME, 7)).monitor()
    _close(school, WINNING[:4])
    (trade,) = school.trades(SPREAD)[-1:]
    assert trade.position_id.startswith("p")
    school.learn()
    assert len(school.trades(SPREAD)) == 5


def _size_gate(house: House) -> Gate:
    decision = house.decisions(Bot.PROMETHEUS)[-1]
    return next(gate for gate in decision.why if "Kelly" in gate.value)
