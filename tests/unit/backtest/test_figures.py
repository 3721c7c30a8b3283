"""What a run is said to amount to."""

from datetime import date
from decimal import Decimal

import pytest

from shared.backtest.figures import is_within_caps
from shared.backtest.runner.result import DayPoint
from shared.domain.config import bot_config
from shared.domain.vocabulary import Bot

CONFIG = bot_config(Bot.SOLOMON, {"capital": 10_000, "caps": {"open_risk": "0.5"}, "max_positions": 3})


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
