"""Report: the day in one message after the close, once, and only after a session."""

from datetime import datetime, time

import pytest

from infra.local.demo.laptop import forget
from infra.local.demo.sandboxes import Invocation
from shared.domain.vocabulary import Bot
from tests.functions.house import House
from tests.functions.story import PREMIUM_TIME, Chapter

AFTER = Chapter.UP_FLAT.at(time(16, 45))


@pytest.fixture
def evening(house: House) -> House:
    """The evening of a day on which something was opened."""
    forget("report")
    house.enter(Bot.PROMETHEUS, Chapter.UP_FLAT.at(PREMIUM_TIME))
    return house.at(AFTER)


def report(house: House) -> dict[str, int]:
    sent: dict[str, int] = house.module("report").handler({}, Invocation("report"))
    return sent


def test_the_day_is_told_once(evening: House) -> None:
    evening.monitor()
    assert [report(evening) for _ in range(2)] == [{"sent": 1}, {"sent": 1}]
    (told,) = [one for one in evening.told() if one.subject.startswith("2005-07-11: ")]
    assert (told.level, told.subject) == ("INFO", "2005-07-11: $0.00, 0 trades closed, 1 open")
    for words in (
        "entered: PROMETHEUS OPEN BULL_PUT_SPREAD on SPY",
        "Open: 1 position, P&L ",
        "PROMETHEUS 9 BULL_PUT_SPREAD on SPY: ",
        "Regime: SPY POSITIVE (SELL_PREMIUM), SPX POSITIVE (SELL_PREMIUM)",
        "Decisions: 1, refused for nothing",
        "Health: all is well",
    ):
        assert words in told.body


def test_what_is_wrong_is_told_too(evening: House) -> None:
    report(evening)
    (told,) = evening.told()[-1:]
    assert "Health: monitor last ran " in told.body


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(Chapter.UP_FLAT.at(time(15, 59)), id="the session is not over"),
        pytest.param(datetime.fromisoformat("2005-07-16T16:45:00-04:00"), id="a Saturday"),
    ],
)
def test_a_day_that_is_none_says_nothing(evening: House, moment: datetime) -> None:
    assert report(evening.at(moment)) == {"sent": 0}
