"""What stands in for the AWS services that no fault here is about: parameters and alerts in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from infra.local.ministack import REGION
from shared.adapters.aws import ATTEMPTS, Aws, client_config

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient
    from types_boto3_ssm import SSMClient


@dataclass
class ParameterStore:
    """Parameters by name; while ``is_down`` nobody can read them."""

    values: dict[str, str] = field(default_factory=dict)
    is_down: bool = False

    def get_parameters(self, *, Names: Sequence[str], WithDecryption: bool) -> dict[str, Any]:  # noqa: N803 - AWS's
        if self.is_down:
            raise EndpointConnectionError(endpoint_url="https://ssm")
        return {"Parameters": [{"Name": name, "Value": self.values[name]} for name in Names if name in self.values]}

    def get_parameter_history(self, **_: Any) -> dict[str, Any]:
        return {"Parameters": []}

    def put_parameter(self, *, Name: str, Value: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's
        self.values[Name] = Value
        return {}


@dataclass
class Outbox:
    """The alerts that went out; while ``is_down`` none does."""

    subjects: list[str] = field(default_factory=list)
    is_down: bool = False

    def publish(self, *, Subject: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's
        if self.is_down:
            raise EndpointConnectionError(endpoint_url="https://sns")
        self.subjects.append(Subject)
        return {}


@cache
def _session() -> botocore.session.Session:
    """Return the one session of this process: making one takes longer than a run."""
    return botocore.session.get_session()


class Wires(Aws):
    """DynamoDB of the embedded AWS; parameters and alerts of memory."""

    def __init__(self, endpoint_url: str, parameters: ParameterStore, outbox: Outbox) -> None:
        super().__init__(region=REGION, endpoint_url=endpoint_url, session=_session())
        self._parameters = parameters
        self._outbox = outbox

    def _client(self, service: str, attempts: int = ATTEMPTS) -> Any:
        config = client_config(attempts).merge(Config(signature_version=UNSIGNED))
        client = self._session.create_client(
            service, region_name=self._region, endpoint_url=self._endpoint_url, config=config
        )
        self._made.append(client)
        return client

    def ssm(self) -> "SSMClient":
        return cast("SSMClient", self._parameters)

    def sns(self) -> "SNSClient":
        return cast("SNSClient", self._outbox)
