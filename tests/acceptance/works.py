"""The whole work of each role, so that every permission it has is needed."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from botocore.exceptions import ClientError

from infra.local.vendors.faults import FaultKind, Vendor
from shared.domain.vocabulary import Bot
from tests.acceptance.permissions import Document, NotDoneError, Permissions
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
LAST_CALL_FROM: Final = CHAPTER.at(time(15, 45))
LAST_CALL_AFTER_CLOSE: Final = CHAPTER.at(time(23))
WINDOW: Final = timedelta(seconds=61)
"""Longer than any window of a vendor: one that an earlier try used up holds nothing back."""
USED_UP_SECONDS: Final = 30
EARLIER: Final = timedelta(milliseconds=50)


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
        self.rare_works: Mapping[str, Callable[[], None]] = {
            "Monitor": partial(self.use_up, LAST_CALL_FROM, "Monitor"),
            "Api": partial(self.use_up, LAST_CALL_FROM, "Api", _request("/api/positions")),
            "Report": partial(self.use_up, LAST_CALL_AFTER_CLOSE, "Report"),
        }
        self.tries = 0

    def collect(self) -> None:
        """Store two snapshots and tell the bus; tell of a document that is invalid."""
        self._at(ENTRY)
        _expect(self.invoke("Collect"), {"snapshots": 2, "valid": 2})
        with self.permissions.parameter("system", NONSENSE):
            self.invoke("Collect")
        self.permissions.told()

    def trade(self) -> None:
        """Enter a position for an event, look for news as the schedule asks; tell of a document that is invalid."""
        self._at(AFTER_COLLECT)
        _expect(self.invoke("Trade", _collected(ENTRY - timedelta(hours=1))), {"decisions": 0})
        _expect(self.invoke("Trade", _collected(ENTRY)), {"decisions": 1, "entries": 1})
        _expect(self.invoke("Trade", TRADER), {"decisions": 0})
        with self.permissions.parameter(DOCUMENT, NONSENSE):
            self.invoke("Trade", TRADER)
        self.permissions.told()

    def report(self) -> None:
        """Tell the day, with a position in it."""
        self._at(CLOSED)
        _expect(self.invoke("Report"), {"sent": 1})
        self.permissions.told()

    def api(self) -> None:
        """Show everything there is to show."""
        self._at(AFTER_COLLECT + timedelta(minutes=1))
        for view in VIEWS:
            answer = self.invoke("Api", _request(f"/api/{view}"))
            if answer.get("statusCode") != 200:
                raise NotDoneError(f"{view} answered {answer.get('statusCode')}: {str(answer.get('body'))[:300]}")
            if view == "positions" and '"mark":null' in str(answer["body"]).replace(" ", ""):
                raise NotDoneError("a position is shown without its mark")

    def monitor(self) -> None:
        """Close a position in two looks; tell of a document that is invalid, and who flipped the breaker."""
        self._at(EXIT)
        with self.permissions.parameter(DOCUMENT, NONSENSE):
            self.invoke("Monitor")
        self.permissions.told()
        self._at(EXIT + timedelta(minutes=1))
        with self.permissions.parameter("circuit-breaker", "REDUCING"):
            self.invoke("Monitor")
        if self.cloud.positions(Bot.PROMETHEUS):
            raise NotDoneError("the position is still open")
        if "REDUCING was set by" not in self.permissions.told():
            raise NotDoneError("who flipped the breaker was not sent")

    def learn(self) -> None:
        """Store statistics; tell of a document that is invalid."""
        self._at(EVENING)
        with self.permissions.parameter(DOCUMENT, NONSENSE):
            self.invoke("Learn")
        self.permissions.told()
        stats = self.permissions.remembered()[self.cloud.outputs["StatsTable"]]
        if not any(item["sk"]["S"] == "STATS" for item in stats):
            raise NotDoneError("no statistics were stored")

    def use_up(self, start: datetime, owner: str, event: Mapping[str, Any] | None = None) -> None:
        """Make the last call that a vendor allows in its window, and tell the other functions of it."""
        now = start - self.tries * WINDOW
        self.cloud.clock.set(now)
        control = self.cloud.simulators.control
        fault = control.inject(FaultKind.LAST_CALL, vendor=Vendor.TRADIER, seconds=USED_UP_SECONDS)
        try:
            self.invoke(owner, event)
        finally:
            control.clear(fault)
        ends_at = f"{now.astimezone(UTC) + timedelta(seconds=USED_UP_SECONDS):%H:%M:%S}"
        snapshots = self.permissions.remembered()[self.cloud.outputs["SnapshotsTable"]]
        if not any(item["sk"]["S"] == "BUDGET" and ends_at in json.dumps(item) for item in snapshots):
            raise NotDoneError("the used-up window was not shared")

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

    def invoke(self, function: str, event: Mapping[str, Any] | None = None) -> Document:
        return self.permissions.invoke(self.cloud.outputs[f"{function}Function"], event or {})


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
