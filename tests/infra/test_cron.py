"""Times of day are read as EventBridge Scheduler reads them, in the schedule's own time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from infra.local.cron import Cron
from infra.local.deployed import Wake
from infra.local.errors import LocalStageError

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("expression", "wall", "expected"),
    [
        pytest.param("cron(30-59 9 ? * MON-FRI *)", MONDAY, True, id="the first minute of a range"),
        pytest.param("cron(30-59 9 ? * MON-FRI *)", MONDAY.replace(minute=29), False, id="the minute before"),
        pytest.param("cron(30-59 9 ? * MON-FRI *)", MONDAY.replace(day=22), False, id="a Sunday"),
        pytest.param("cron(* 10-15 ? * MON-FRI *)", MONDAY.replace(hour=15, minute=59), True, id="every minute"),
        pytest.param("cron(0/5 * ? * SAT,SUN *)", MONDAY.replace(day=22, minute=25), True, id="a step from a value"),
        pytest.param("cron(0/5 * ? * SAT,SUN *)", MONDAY.replace(day=22, minute=26), False, id="off the step"),
        pytest.param("cron(*/15 9 ? * 2 *)", MONDAY, True, id="a step of all, and Monday by its number"),
        pytest.param("cron(0,30 9 23 NOV ? 2026)", MONDAY, True, id="a date by name and year"),
        pytest.param("cron(0,30 9 23 NOV ? 2027)", MONDAY, False, id="another year"),
        pytest.param("cron(20-40/10 9 * * ? *)", MONDAY, True, id="a step within a range"),
    ],
)
def test_a_minute_is_due(expression: str, wall: datetime, expected: bool) -> None:
    assert Cron.parse(expression).is_due(wall) is expected


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("rate(1 minute)", id="a rate"),
        pytest.param("cron(0 8 L * ? *)", id="the last day"),
        pytest.param("cron(0 8 ? * MON#1 *)", id="the first Monday"),
        pytest.param("cron(60 8 * * ? *)", id="minute 60"),
        pytest.param("cron(0 8 * * ?)", id="five fields"),
        pytest.param("cron(0 8 * * ? *", id="no end"),
    ],
)
def test_what_is_not_read_is_refused_by_name(expression: str) -> None:
    with pytest.raises(LocalStageError, match="cannot be read on a laptop") as refused:
        Cron.parse(expression)
    assert expression in refused.value.message


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(datetime(2026, 3, 6, 14, 30, tzinfo=UTC), True, id="9:30 in winter is 14:30 in UTC"),
        pytest.param(datetime(2026, 3, 9, 13, 30, tzinfo=UTC), True, id="and 13:30 in summer"),
        pytest.param(datetime(2026, 3, 9, 14, 30, tzinfo=UTC), False, id="not an hour late"),
    ],
)
def test_a_wake_up_keeps_new_york_time_when_the_clocks_change(at: datetime, expected: bool) -> None:
    wake = Wake("Open", Cron.parse("cron(30 9 ? * MON-FRI *)"), ZoneInfo("America/New_York"), "arn", "{}")
    assert wake.is_due(at) is expected
