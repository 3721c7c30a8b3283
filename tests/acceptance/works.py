"""The whole work of each role, so that every permission it has is needed."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from botocore.exceptions import ClientError

from shared.domain.vocabulary import Bot
from tests.acceptance.cloud import TABLES
from tests.acceptance.journey import ONE_LOOK
from tests.acceptance.permissions import Document, NotDoneError, Permissions, Tables, Tried
from tests.acceptance.seeding import CustomResource
from tests.functions.story import PREMIUM_TIME, Chapter

CHAPTER: Final = Chapter.DOWN_RALLY
"""Calls are sold on the first day; from the second on the market rises through them."""
ENTRY: Final = CHAPTER.at(PREMIUM_TIME)
AFTER_COLLECT: Final = ENTRY + timedelta(seconds=10)
CLOSED: Final = CHAPTER.at(time(16, 20))
EXIT: Final = CHAPTER.at(time(11), 6)
EVENING: Final = CHAPTER.at(time(17, 30), 6)
TRADER: Final = {"bot": Bot.PROMETHEUS.value}
DOCUMENT: Final = f"bots/{Bot.PROMETHEUS}"
NONSENSE: Final = '{"capital": "a lot"}'
"""A document that does not validate: each function tells of it in an alert."""
ONE_TRADE: Final = {"feedback": {"min_trades": 1}}
VIEWS: Final = (
    "gex/SPY",
    "gex/SPY/profile",
    "gex/SPY/regime",
    "market/SPY",
    "positions",
    "decisions",
    "trades",
    "equity",
    "stats",
    "health",
)
TRIES: Final = 3
EARLIER: Final = timedelta(milliseconds=50)
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


class Works:
    """Does the work of each role from the state that it starts in; a work that is not done raises NotDoneError."""

    def __init__(self, permissions: Permissions) -> None:
        self.permissions = permissions
        self.cloud = permissions.cloud
        self.works = {
            "Collect": self.collect,
            "Trade": self.trade,
            "Report": self.report,
            "Api": self.api,
            "Monitor": self.monitor,
            "Learn": self.learn,
            "Schedules": self.wake,
            "FirstParameters": self.seed,
        }
        self.before: dict[str, Tables] = {}
        self.tries = 0

    def collect(self) -> None:
        """Store two snapshots and tell the bus; tell of a document that is invalid."""
        self._at(ENTRY)
        _expect(self._invoke("Collect"), {"snapshots": 2, "valid": 2})
        with self.permissions.parameter("system", NONSENSE):
            self._invoke("Collect")
        self.permissions.told()

    def trade(self) -> None:
        """Enter a position for an event, look for news as the schedule asks; tell of a document that is invalid."""
        self._at(AFTER_COLLECT)
        _expect(self._invoke("Trade", _collected(ENTRY - timedelta(hours=1))), {"decisions": 0})
        _expect(self._invoke("Trade", _collected(ENTRY)), {"decisions": 1, "entries": 1})
        _expect(self._invoke("Trade", TRADER), {"decisions": 0})
        with self.permissions.parameter(DOCUMENT, NONSENSE):
            self._invoke("Trade", TRADER)
        self.permissions.told()

    def report(self) -> None:
        """Tell the day, with a position in it."""
        self._at(CLOSED)
        _expect(self._invoke("Report"), {"sent": 1})
        self.permissions.told()

    def api(self) -> None:
        """Show everything there is to show."""
        self._at(AFTER_COLLECT + timedelta(minutes=1))
        for view in VIEWS:
            answer = self._invoke("Api", _request(f"/api/{view}"))
            if answer.get("statusCode") != 200:
                raise NotDoneError(f"{view} answered {answer.get('statusCode')}: {str(answer.get('body'))[:300]}")
            if view == "positions" and '"mark":null' in str(answer["body"]).replace(" ", ""):
                raise NotDoneError("a position is shown without its mark")

    def monitor(self) -> None:
        """Close a position in two looks; tell of a document that is invalid, and who flipped the breaker."""
        self._at(EXIT)
        with self.permissions.parameter(DOCUMENT, NONSENSE):
            self._invoke("Monitor")
        self.permissions.told()
        self._at(EXIT + timedelta(minutes=1))
        with self.permissions.parameter("circuit-breaker", "REDUCING"):
            self._invoke("Monitor")
        if self.cloud.positions(Bot.PROMETHEUS):
            raise NotDoneError("the position is still open")
        if "REDUCING was set by" not in self.permissions.told():
            raise NotDoneError("who flipped the breaker was not sent")

    def learn(self) -> None:
        """Store statistics; tell of a document that is invalid."""
        self._at(EVENING)
        with self.permissions.parameter(DOCUMENT, NONSENSE):
            self._invoke("Learn")
        self.permissions.told()
        stats = self.permissions.remembered()[self.cloud.outputs["StatsTable"]]
        if not any(item["sk"]["S"] == "STATS" for item in stats):
            raise NotDoneError("no statistics were stored")

    def wake(self) -> None:
        """Invoke a function as the scheduler does, under the role of its schedules."""
        arn = f"arn:aws:iam::000000000000:role/{self.permissions.role('Schedules')}"
        key = self.cloud.deployed.client("sts").assume_role(RoleArn=arn, RoleSessionName="scheduler")["Credentials"]
        client = self.cloud.deployed.client(
            "lambda",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            aws_session_token=key["SessionToken"],
        )
        self._at(EVENING)
        try:
            client.invoke(FunctionName=self.cloud.outputs["CollectFunction"], Payload=b"{}")
        except ClientError as error:
            raise NotDoneError(str(error)) from error

    def seed(self) -> None:
        """Create a first parameter that is absent."""
        name = f"{self.cloud.outputs['ParameterPrefix']}/bots/{Bot.SOLOMON}"
        self.cloud.deployed.client("ssm").delete_parameter(Name=name)
        (function,) = (
            physical
            for logical, physical in self.cloud.deployed.physical_ids.items()
            if logical.startswith("FirstParametersFunction")
        )
        with CustomResource() as resource:
            try:
                self.permissions.invoke(function, resource.event(name, "{}"))
                if resource.told[0]["Status"] != "SUCCESS":
                    raise NotDoneError(resource.told[0]["Reason"])
            finally:
                self.cloud.deployed.client("ssm").put_parameter(Name=name, Value="{}", Type="String", Overwrite=True)

    def _at(self, moment: datetime) -> None:
        """Set the clock, at each try a little earlier: for some time after SNS refused, a function asks it nothing."""
        self.cloud.clock.set(moment - self.tries * EARLIER)

    def _invoke(self, function: str, event: Mapping[str, Any] | None = None) -> Document:
        return self.permissions.invoke(self.cloud.outputs[f"{function}Function"], event or {})

    def in_full(self) -> None:
        """Do every work once under all permissions, and remember the state before each."""
        self._alone()
        self.permissions.put_back({self.cloud.outputs[f"{name}Table"]: [] for name in TABLES})
        self.cloud.set_breaker("ACTIVE")
        self.cloud.set_parameter(DOCUMENT, json.dumps(ONE_LOOK))
        self.cloud.set_parameter("system", json.dumps(ONE_TRADE))
        self.cloud.clock.set(ENTRY)
        self._invoke("Monitor")
        for owner in self.permissions.owners():
            assert owner in self.works, f"no work is written for {owner}; write it in {__name__}"
        for owner, work in self.works.items():
            if owner == "Report":
                self.cloud.clock.set(AFTER_COLLECT + timedelta(seconds=10))
                self._invoke("Monitor")
            self._remember(owner)
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
        """Do every work without each of its statements in turn."""
        tried = Tried()
        for owner, work in self.works.items():
            for statement in self.permissions.statements(owner):
                with self.permissions.without(statement):
                    reason = self._stopped(owner, work)
                if reason is None:
                    tried.went_on.append(statement.name)
                else:
                    tried.stopped[statement.name] = reason
                    if not _is_refusal(reason) and (still := self._stopped(owner, work)) is not None:
                        tried.not_again[statement.name] = still
        return tried

    def _stopped(self, owner: str, work: Callable[[], None]) -> str | None:
        """Do a work and return what stopped it; what was no refusal, such as a slow answer, is tried again."""
        reason = None
        for _ in range(TRIES):
            self.permissions.put_back(self.before[owner])
            self.tries += 1
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


def _collected(at: datetime) -> Document:
    """Return what the rule hands to trade when a snapshot was stored."""
    return TRADER | {"snapshot": {"underlying": "SPY", "snapshot_at": at.isoformat()}}


def _expect(found: Document, wanted: Mapping[str, int]) -> None:
    if {name: found.get(name) for name in wanted} != dict(wanted):
        raise NotDoneError(f"it answered {found}")


def _request(path: str) -> Document:
    """Return what a function URL makes of a request."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "api", "accept": "application/json"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": "api",
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""},
            "requestId": "1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "23/Nov/2026:00:00:00 +0000",
            "timeEpoch": 0,
        },
        "isBase64Encoded": False,
    }
