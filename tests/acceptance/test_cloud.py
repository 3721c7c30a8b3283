"""A stage in an AWS on loopback: deployed by the CDK, it trades, is killed, updated and removed, under its roles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import time
from time import monotonic

import pytest

from shared.domain.vocabulary import Bot, TradingMode
from tests.acceptance.cloud import Cloud
from tests.acceptance.journey import CHAPTER, DOCUMENTS, Journey, Traveller
from tests.acceptance.permissions import Permissions, Tried
from tests.acceptance.removals import Removals
from tests.acceptance.works import Works

UNENFORCED_KINDS = ("logs:", "sqs:", "dynamodb:ListStreams", "dynamodb:DescribeStream")
"""What MiniStack does in a function's stead without asking its role: writing its log, putting a failed event into the
dead-letter queue, reading the stream for it."""
GUARDS = "may not"
"""A statement that forbids stops nothing by its absence; and MiniStack does not know the condition of this one."""

Tell = Callable[[str, object], None]


@dataclass
class Run:
    """The journey, and what came of taking permissions away."""

    journey: Journey
    tried: Tried = field(default_factory=Tried)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with Cloud(tmp_path_factory.mktemp("cloud"), CHAPTER.at(time(9, 58)), DOCUMENTS) as cloud:
        traveller = Traveller(cloud)
        found = Run(traveller.travel())
        began = monotonic()
        cloud.restart(enforce_iam=True)
        removals = Removals(Works(Permissions(cloud)))
        removals.in_full()
        found.tried = removals.without_each()
        found.journey.seconds["permissions"] = monotonic() - began
        traveller.destroy()
        yield found


@pytest.fixture
def journey(run: Run) -> Journey:
    return run.journey


def test_the_cdk_deploys_every_resource_of_the_template(journey: Journey, record_property: Tell) -> None:
    assert journey.missing == []
    assert journey.schedules > 0
    record_property("acceptance: resources deployed", journey.resources)
    record_property("acceptance: seconds", {name: round(one, 1) for name, one in journey.seconds.items()})


def test_without_keys_it_says_so_once_and_trades_nothing(journey: Journey) -> None:
    assert journey.alerts_without_keys == ["A vendor's key is missing: nothing is traded"]
    assert journey.snapshots_without_keys == 0


def test_a_kill_loses_nothing_that_was_saved_while_it_ran(journey: Journey) -> None:
    assert {"secrets/tradier", "secrets/polygon", "circuit-breaker"} <= set(journey.parameters_after_kill)


def test_an_entry_is_made_and_told(journey: Journey) -> None:
    assert journey.entered is not None
    assert (journey.entered.bot, journey.entered.mode) == (Bot.PROMETHEUS, TradingMode.PAPER)
    assert sum("PROMETHEUS opened" in one for one in journey.alerts) == 1


def test_the_breaker_stops_the_next_entry(journey: Journey) -> None:
    assert journey.denials_while_reducing == {"BREAKER"}
    assert not any("ATLAS opened" in one for one in journey.alerts)


def test_an_exit_goes_through_while_entries_are_stopped(journey: Journey) -> None:
    assert journey.breaker_at_exit == "REDUCING"
    assert journey.positions_at_the_end == 0
    assert sum("PROMETHEUS closed" in one for one in journey.alerts) == 1


@pytest.mark.parametrize("kept", ["position", "tables", "breaker", "documents"])
def test_an_update_keeps(journey: Journey, kept: str) -> None:
    assert journey.before_update[kept]
    assert journey.after_update[kept] == journey.before_update[kept]


def test_an_update_publishes_new_versions(journey: Journey) -> None:
    before, after = journey.before_update["versions"], journey.after_update["versions"]
    assert before.keys() == after.keys()
    assert all(before[name] != after[name] for name in before)


def test_nothing_failed_and_nothing_was_told_twice(journey: Journey, record_property: Tell) -> None:
    assert journey.failures == []
    assert journey.dead_letters == 0
    assert len(journey.alerts) == len(set(journey.alerts))
    record_property("acceptance: ticks", journey.ticks)
    record_property("acceptance: alerts", journey.alerts)


def test_destroying_the_stack_keeps_the_tables(journey: Journey) -> None:
    assert journey.stack_after_destroy in ("NO STACK", "DELETE_COMPLETE")
    assert all(count > 0 for count in journey.tables_after_destroy.values())


def test_a_role_without_any_one_of_its_statements_cannot_do_its_work(run: Run, record_property: Tell) -> None:
    superfluous = [one for one in run.tried.went_on if not is_unenforced(one)]
    assert superfluous == []
    assert run.tried.stopped
    assert run.tried.not_again == {}
    record_property("acceptance: statements removed, work not done", len(run.tried.stopped))


def test_what_is_not_enforced_here_is_named(run: Run, record_property: Tell) -> None:
    assert {name: why for name, why in run.tried.stopped.items() if is_unenforced(name)} == {}
    record_property("acceptance: statements that MiniStack does not enforce", run.tried.went_on)


def is_unenforced(name: str) -> bool:
    """Whether a statement is of a kind that this AWS does not look at."""
    return GUARDS in name or any(f" {kind}" in name for kind in UNENFORCED_KINDS)
