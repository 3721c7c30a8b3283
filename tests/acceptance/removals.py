"""Does the work of each role without each of its permissions in turn."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from tests.acceptance.cloud import TABLES
from tests.acceptance.journey import ONE_LOOK
from tests.acceptance.permissions import NotDoneError, Statement, Tables, Tried
from tests.acceptance.works import AFTER_COLLECT, DOCUMENT, ENTRY, ONE_TRADE, Works

TRIES: Final = 3
REFUSALS: Final = ("AccessDenied", "not authorized", "not sent")
ASKED_OF_ALL: Final = "ssm:GetParameters"
"""MiniStack asks whether this may be done to every parameter, whichever are named; which ones a role may read is held
against the template instead."""
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
    ],
}
"""In place of the scheduler's own: the test plays the scheduler."""


class Removals:
    """Takes away one statement at a time, and sees whether the work is still done."""

    def __init__(self, works: Works) -> None:
        self.works = works
        self.permissions = works.permissions
        self.cloud = works.cloud
        self.before: dict[str, Tables] = {}

    def in_full(self) -> None:
        """Do every work once under all permissions, and remember the state before each."""
        self._alone()
        self.permissions.put_back({self.cloud.outputs[f"{name}Table"]: [] for name in TABLES})
        self.cloud.set_breaker("ACTIVE")
        self.cloud.set_parameter(DOCUMENT, json.dumps(ONE_LOOK))
        self.cloud.set_parameter("system", json.dumps(ONE_TRADE))
        self.cloud.clock.set(ENTRY)
        self.works.invoke("Monitor")
        for owner in self.permissions.owners():
            assert owner in self.works.works, f"no work is written for {owner}"
        for owner, work in self.works.works.items():
            if owner == "Report":
                self.cloud.clock.set(AFTER_COLLECT + timedelta(seconds=10))
                self.works.invoke("Monitor")
            self._remember(owner)
            work()
        for owner, work in self.works.rare_works.items():
            self.works.tries += 1
            self.permissions.put_back(self.before[owner])
            work()

    def _alone(self) -> None:
        """Let nothing be woken by events or streams, and let the test play the scheduler."""
        events, functions = self.cloud.deployed.client("events"), self.cloud.deployed.client("lambda")
        bus = self.cloud.outputs["EventBus"]
        for rule in events.list_rules(EventBusName=bus)["Rules"]:
            events.disable_rule(Name=rule["Name"], EventBusName=bus)
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        self.permissions.widen(ASKED_OF_ALL)
        self._admit_plain_http()
        role = self.permissions.role("Schedules")
        self.permissions.iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(TRUST))

    def _admit_plain_http(self) -> None:
        """Lift the topic's refusal of what comes without TLS, which is what comes on loopback."""
        sns, topic = self.cloud.deployed.client("sns"), self.cloud.outputs["TopicArn"]
        policy = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
        policy["Statement"] = [one for one in policy["Statement"] if one["Effect"] != "Deny"]
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))

    def _remember(self, owner: str) -> None:
        """Remember all but the alerts, so that each is told again."""
        self.before[owner] = {
            name: [item for item in items if not item["sk"]["S"].startswith("ALERT#")]
            for name, items in self.permissions.remembered().items()
        }

    def without_each(self) -> Tried:
        """Do every work without each of its statements in turn, and where that goes, what is rarely to be done."""
        tried = Tried()
        for owner in self.works.works:
            for statement in self.permissions.statements(owner):
                if not any(self._is_stopped(statement, work, tried) for work in self._works_of(owner)):
                    tried.went_on.append(statement.name)
        return tried

    def _works_of(self, owner: str) -> Iterator[Callable[[], None]]:
        yield self.works.works[owner]
        if owner in self.works.rare_works:
            yield self.works.rare_works[owner]

    def _is_stopped(self, statement: Statement, work: Callable[[], None], tried: Tried) -> bool:
        with self.permissions.without(statement):
            reason = self._stopped(statement.owner, work)
        if reason is None:
            return False
        tried.stopped[statement.name] = reason
        if not _is_refusal(reason) and (still := self._stopped(statement.owner, work)) is not None:
            tried.not_again[statement.name] = still
        return True

    def _stopped(self, owner: str, work: Callable[[], None]) -> str | None:
        """Do a work and return what stopped it; what was no refusal, such as a slow answer, is tried again."""
        reason = None
        for _ in range(TRIES):
            self.permissions.put_back(self.before[owner])
            self.works.tries += 1
            try:
                work()
            except NotDoneError as error:
                reason = str(error)
                if _is_refusal(reason):
                    return reason
            else:
                return None
        return reason


def _is_refusal(reason: str) -> bool:
    return any(word in reason for word in REFUSALS)
