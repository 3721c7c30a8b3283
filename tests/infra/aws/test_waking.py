"""What wakes the functions: schedules, the snapshot rule, the stream of closed trades."""

import json
import re
from collections import Counter
from itertools import product

import pytest

from tests.infra.aws.synthesis import Resource, Template

BOTS = ("ATLAS", "PROMETHEUS", "SOLOMON")
ONE_TRY = {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

Minute = tuple[str, int, int]


def numbers(field: str, end: int) -> set[int]:
    """Expand the part of a cron expression that names minutes or hours."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            found |= set(range(end))
        elif step:
            found |= set(range(int(first), end, int(step)))
        else:
            found |= set(range(int(first), int(last or first) + 1))
    return found


def days(field: str) -> set[str]:
    if field == "*":
        return set(DAYS)
    first, _, last = field.partition("-")
    if last:
        return set(DAYS[DAYS.index(first) : DAYS.index(last) + 1])
    return set(field.split(","))


def minutes_of(expression: str) -> Counter[Minute]:
    """All minutes of a week at which a cron expression fires."""
    match = re.fullmatch(r"cron\((\S+) (\S+) \? \* (\S+) \*\)", expression)
    assert match, expression
    minute, hour, day = match.groups()
    return Counter(product(days(day), numbers(hour, 24), numbers(minute, 60)))


def schedules(template: Template, prefix: str) -> list[Resource]:
    found = template.named("AWS::Scheduler::Schedule")
    return [one["Properties"] for name, one in found.items() if name.startswith(f"Schedules{prefix}")]


def week(template: Template, prefix: str) -> Counter[Minute]:
    total: Counter[Minute] = Counter()
    for schedule in schedules(template, prefix):
        total += minutes_of(schedule["ScheduleExpression"])
    return total


SESSION = {
    (day, hour, minute)
    for day, hour, minute in product(DAYS[1:6], range(24), range(60))
    if (9, 30) <= (hour, minute) <= (16, 15)
}


@pytest.mark.parametrize("name", ["Collect", "TradeAtlas", "TradePrometheus", "TradeSolomon"])
def test_it_wakes_once_in_each_minute_of_the_session_and_never_else(template: Template, name: str) -> None:
    assert week(template, name) == Counter(SESSION)


def test_monitor_wakes_each_minute_of_the_session_and_every_five_minutes_of_all_other_time(template: Template) -> None:
    outside = {one for one in product(DAYS, range(24), range(0, 60, 5)) if one not in SESSION}
    assert week(template, "Monitor") == Counter(SESSION | outside)


def test_learn_wakes_every_evening(template: Template) -> None:
    assert week(template, "Learn") == Counter((day, 17, 30) for day in DAYS)


def test_report_tells_the_day_after_each_close(template: Template) -> None:
    assert week(template, "Report") == Counter((day, 16, 45) for day in DAYS[1:6])


def test_schedules_are_in_new_york_time_exact_and_never_repeat(template: Template) -> None:
    every = template.all("AWS::Scheduler::Schedule")
    assert len(every) == 5 * 3 + 4 + 1 + 1
    for schedule in every:
        assert schedule["ScheduleExpressionTimezone"] == "America/New_York"
        assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
        assert schedule["Target"]["RetryPolicy"] == ONE_TRY
        assert schedule["Target"]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0].startswith("DeadLetters")


def test_schedules_invoke_the_live_aliases(template: Template) -> None:
    on_schedule = {name for name in template.named("AWS::Lambda::Alias") if not name.startswith("ApiLive")}
    assert {one["Target"]["Arn"]["Ref"] for one in template.all("AWS::Scheduler::Schedule")} == on_schedule


@pytest.mark.parametrize("bot", BOTS)
def test_trade_is_told_which_bot_it_is(template: Template, bot: str) -> None:
    inputs = [json.loads(one["Target"]["Input"]) for one in schedules(template, f"Trade{bot.capitalize()}")]
    assert inputs == [{"bot": bot}] * 3


def test_a_new_snapshot_wakes_trade_once_for_each_bot_on_the_own_bus_of_the_stage(template: Template) -> None:
    (rule,) = template.all("AWS::Events::Rule")
    assert rule["EventPattern"] == {"source": ["alphagex"], "detail-type": ["SnapshotCollected"]}
    assert rule["EventBusName"]["Ref"] in template.named("AWS::Events::EventBus")
    assert [target["InputTransformer"] for target in rule["Targets"]] == [
        {"InputPathsMap": {"detail": "$.detail"}, "InputTemplate": f'{{"bot":"{bot}","snapshot":<detail>}}'}
        for bot in BOTS
    ]
    for target in rule["Targets"]:
        assert target["Arn"]["Ref"].startswith("TradeLive")
        assert target["RetryPolicy"] == ONE_TRY
        assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0].startswith("DeadLetters")


def test_only_new_closed_trades_wake_learn_and_a_bad_one_is_put_aside(template: Template) -> None:
    (stream,) = template.all("AWS::Lambda::EventSourceMapping")
    (pattern,) = [json.loads(one["Pattern"]) for one in stream["FilterCriteria"]["Filters"]]
    assert pattern == {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "CLOSED#"}]}}}}
    assert stream["EventSourceArn"]["Fn::GetAtt"][0].startswith("TablesStats")
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["MaximumRetryAttempts"] == 3
    assert stream["MaximumRecordAgeInSeconds"] == 3600
    assert stream["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0].startswith("DeadLetters")


def test_the_stream_wakes_the_live_alias_and_not_the_latest_code(template: Template) -> None:
    (stream,) = template.all("AWS::Lambda::EventSourceMapping")
    name = stream["FunctionName"]["Fn::Join"][1]
    assert str(name[0]).count("LearnLive") == 1
    assert name[1] == ":live"
