"""What a deployed stack says of itself: resources, schedules, and what CloudFormation on a laptop passes over."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import boto3

from infra.local.cron import Cron
from infra.local.ministack import CREDENTIALS, REGION

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

SCHEDULE: Final = "AWS::Scheduler::Schedule"
TABLE: Final = "AWS::DynamoDB::Table"


@dataclass(frozen=True)
class Wake:
    """One schedule: when, in its own time zone, and whom with what."""

    name: str
    cron: Cron
    zone: ZoneInfo
    function: str
    event: str

    def is_due(self, at: datetime) -> bool:
        """Tell whether it fires in the minute of an instant."""
        return self.cron.is_due(at.astimezone(self.zone))


class DeployedStack:
    """A stack in the AWS at an address, read through the same calls as in any AWS."""

    def __init__(self, endpoint_url: str, name: str) -> None:
        """Look at this stack."""
        self.name = name
        self._endpoint_url = endpoint_url
        self._session = boto3.session.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )

    def client(self, service: str, **options: Any) -> Any:  # noqa: ANN401 - boto3 makes clients of every kind
        """Make a boto3 client of this AWS."""
        return self._session.client(service, endpoint_url=self._endpoint_url, **options)  # type: ignore[call-overload]

    @cached_property
    def _cloudformation(self) -> "CloudFormationClient":
        client: CloudFormationClient = self.client("cloudformation")
        return client

    @cached_property
    def template(self) -> Mapping[str, Any]:
        """The template that stands in CloudFormation."""
        body: Any = self._cloudformation.get_template(StackName=self.name)["TemplateBody"]
        template: Mapping[str, Any] = json.loads(body) if isinstance(body, str) else body
        return template

    @cached_property
    def physical_ids(self) -> Mapping[str, str]:
        """What each resource is called, by its logical id; only what stands completely."""
        resources = self._cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources if "PhysicalResourceId" in one}

    def named(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Return the properties of the resources of one type, by logical id."""
        resources: Mapping[str, Any] = self.template["Resources"]
        return {name: one.get("Properties", {}) for name, one in resources.items() if one["Type"] == kind}

    def wakes(self) -> tuple[Wake, ...]:
        """Return every schedule of the template.

        Raises:
            LocalStageError: a schedule says something that is not read here.
        """
        return tuple(self._wake(name, schedule) for name, schedule in self.named(SCHEDULE).items())

    def _wake(self, name: str, schedule: Mapping[str, Any]) -> Wake:
        target = schedule["Target"]
        return Wake(
            name=name,
            cron=Cron.parse(schedule["ScheduleExpression"]),
            zone=ZoneInfo(schedule.get("ScheduleExpressionTimezone", "UTC")),
            function=self.physical_ids[target["Arn"]["Ref"]],
            event=target.get("Input", "{}"),
        )

    def expire_items(self) -> None:
        """Turn on what the template says of expiry: CloudFormation on a laptop passes over it."""
        dynamodb = self.client("dynamodb")
        for name, table in self.named(TABLE).items():
            wanted = table.get("TimeToLiveSpecification")
            if wanted is None:
                continue
            now = dynamodb.describe_time_to_live(TableName=self.physical_ids[name])["TimeToLiveDescription"]
            if now["TimeToLiveStatus"] == "DISABLED":
                dynamodb.update_time_to_live(TableName=self.physical_ids[name], TimeToLiveSpecification=wanted)
