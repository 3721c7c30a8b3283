"""Takes statements out of policies, one at a time, and puts them back; remembers tables, and puts them back too."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from tests.acceptance.cloud import TABLES, Cloud

WRITTEN_AT_ONCE: Final = 25
POLICY: Final = "AWS::IAM::Policy"

Document = dict[str, Any]
Tables = Mapping[str, list[Document]]


class NotDoneError(Exception):
    """A function did not do all its work."""


@dataclass(frozen=True)
class Statement:
    """One statement of the policy of a role; `name` says who may, or may not, do what to what."""

    owner: str
    role: str
    policy: str
    number: int
    document: Document

    @property
    def name(self) -> str:
        stated = self.document["Statement"][self.number]
        verb = "may" if stated["Effect"] == "Allow" else "may not"
        return f"{self.owner} {verb} {', '.join(sorted(_listed(stated['Action'])))} {_kinds(stated['Resource'])}"


@dataclass
class Tried:
    """What came of taking statements away: the error that stopped the work, or that the work was done without it.

    `not_again` is what could not be done even with the statement put back: there its absence proves nothing.
    """

    stopped: dict[str, str] = field(default_factory=dict)
    went_on: list[str] = field(default_factory=list)
    not_again: dict[str, str] = field(default_factory=dict)


class Permissions:
    """The policies of the deployed roles, and the state that their functions work on."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.iam = cloud.deployed.client("iam")
        self._dynamodb = cloud.deployed.client("dynamodb")
        self._lambda = cloud.deployed.client("lambda")

    def owners(self) -> list[str]:
        """Return whose roles have a policy: `Collect`, `Schedules` and so on."""
        return sorted(logical.partition("Role")[0] for logical in self.cloud.deployed.named(POLICY))

    def role(self, owner: str) -> str:
        """Return the name of a role."""
        stack = self.cloud.deployed
        (logical,) = (one for one in stack.named("AWS::IAM::Role") if one.startswith(f"{owner}Role"))
        return stack.physical_ids[logical]

    def statements(self, owner: str) -> Iterator[Statement]:
        """Yield each statement of a role."""
        role = self.role(owner)
        for policy in self.iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = self.iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            for number in range(len(document["Statement"])):
                yield Statement(owner, role, policy, number, document)

    @contextmanager
    def without(self, statement: Statement) -> Iterator[None]:
        """Take one statement away for a while."""
        less = deepcopy(statement.document)
        del less["Statement"][statement.number]
        self._put_policy(statement, less)
        try:
            yield
        finally:
            self._put_policy(statement, statement.document)

    def _put_policy(self, statement: Statement, document: Document) -> None:
        text = json.dumps(document)
        self.iam.put_role_policy(RoleName=statement.role, PolicyName=statement.policy, PolicyDocument=text)

    def widen(self, action: str) -> None:
        """Let every role that may do something to some things do it to all."""
        for owner in self.owners():
            for statement in self.statements(owner):
                stated = statement.document["Statement"][statement.number]
                if action in _listed(stated["Action"]):
                    stated["Resource"] = "*"
                    self._put_policy(statement, statement.document)

    def remembered(self) -> Tables:
        """Return every item of every table."""
        names = (self.cloud.outputs[f"{name}Table"] for name in TABLES)
        return {name: self._dynamodb.scan(TableName=name)["Items"] for name in names}

    def put_back(self, tables: Tables) -> None:
        """Make every table hold exactly these items."""
        for name, items in tables.items():
            present = self._dynamodb.scan(TableName=name)["Items"]
            wanted = {_key(item) for item in items}
            self._write(name, [{"PutRequest": {"Item": one}} for one in items if one not in present])
            gone = [{"pk": one["pk"], "sk": one["sk"]} for one in present if _key(one) not in wanted]
            self._write(name, [{"DeleteRequest": {"Key": one}} for one in gone])

    def _write(self, table: str, requests: list[Document]) -> None:
        for start in range(0, len(requests), WRITTEN_AT_ONCE):
            self._dynamodb.batch_write_item(RequestItems={table: requests[start : start + WRITTEN_AT_ONCE]})

    def invoke(self, function: str, event: Mapping[str, Any]) -> Document:
        """Call a function and return its answer. Raises NotDoneError with the error that it ended with."""
        reply = self._lambda.invoke(FunctionName=function, Payload=json.dumps(event).encode())
        answer: Any = json.loads(reply["Payload"].read())
        if reply.get("FunctionError"):
            raise NotDoneError(" ".join(f"{answer.get('errorType')}: {answer.get('errorMessage')}".split())[:300])
        return answer if isinstance(answer, dict) else {}

    def told(self) -> str:
        """See that something was told, and that nothing waits to be; return all that was. Raises NotDoneError."""
        items = self._dynamodb.scan(TableName=self.cloud.outputs["PositionsTable"])["Items"]
        alerts = [item for item in items if item["sk"]["S"].startswith("ALERT#")]
        unsent = sum("active" in item for item in alerts)
        if unsent or not alerts:
            raise NotDoneError(f"{unsent} of {len(alerts)} alerts were not sent")
        return json.dumps(alerts, default=str)

    @contextmanager
    def parameter(self, name: str, value: str) -> Iterator[None]:
        """Set a parameter for a while."""
        before = self.cloud.parameter(name)
        self._put_parameter(name, value)
        try:
            yield
        finally:
            self._put_parameter(name, before)

    def _put_parameter(self, name: str, value: str) -> None:
        client = self.cloud.deployed.client("ssm")
        client.put_parameter(Name=f"{self.cloud.outputs['ParameterPrefix']}/{name}", Value=value, Overwrite=True)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _kinds(resources: Any) -> str:
    """Write which kinds of things are meant, without the names that CloudFormation made up."""
    return ", ".join(sorted({_kind(arn) for arn in _listed(resources)}))


def _kind(arn: str) -> str:
    known = (
        *TABLES,
        "/index/active",
        "/stream/",
        "DeadLetters",
        "Topic",
        "Bus",
        "parameter/",
        "log-group",
        "function:",
    )
    return " ".join(word.strip("/:") for word in known if word in arn) or arn


def _key(item: Document) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
