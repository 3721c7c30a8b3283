"""A laptop can read every schedule of the stack, and counts the same wake-ups."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from infra.local.cron import Cron
from tests.infra.aws.synthesis import Template

MINUTES = 24 * 60
SESSION = 6.75 * 60 + 1
"""9:30 to 16:15, both included."""
FIVES_OF_THE_SESSION = 82


def woken(template: Template, day: datetime) -> Counter[str]:
    """How often each schedule's function and input are woken on a day."""
    counts: Counter[str] = Counter()
    for schedule in template.all("AWS::Scheduler::Schedule"):
        cron = Cron.parse(schedule["ScheduleExpression"])
        name = schedule["Target"]["Arn"]["Ref"].partition("Live")[0] + schedule["Target"].get("Input", "")
        counts[name] += sum(cron.is_due(day + timedelta(minutes=minute)) for minute in range(MINUTES))
    return counts


def test_a_weekday_has_every_minute_of_the_session(template: Template) -> None:
    counts = woken(template, datetime(2026, 11, 23, tzinfo=UTC))
    assert counts["Collect{}"] == SESSION
    for bot in ("ATLAS", "PROMETHEUS", "SOLOMON"):
        assert counts[f'Trade{{"bot":"{bot}"}}'] == SESSION
    assert counts["Monitor{}"] == SESSION + MINUTES / 5 - FIVES_OF_THE_SESSION


def test_a_sunday_has_signs_of_life_only(template: Template) -> None:
    counts = woken(template, datetime(2026, 11, 22, tzinfo=UTC))
    assert counts["Collect{}"] == 0
    assert counts["Monitor{}"] == MINUTES / 5
