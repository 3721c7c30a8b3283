"""One way to talk to AWS: the same time limits, attempts and connections for every service."""

import gzip
import os
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, cast

import botocore.session
from botocore.config import Config
from botocore.credentials import CredentialResolver, EnvProvider
from botocore.handlers import BUILTIN_HANDLERS
from botocore.loaders import JSONFileLoader, Loader, create_loader
from pydantic_core import from_json

from shared.adapters.later import later

if TYPE_CHECKING:
    from collections.abc import Iterable

    from botocore.client import BaseClient
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_sns import SNSClient
    from types_boto3_ssm import SSMClient

CONNECT_SECONDS: Final = 1.0
READ_SECONDS: Final = 2.0
USER_AGENT: Final = "alphagex"
"""A fixed one: botocore otherwise puts its own together anew for every call."""
ATTEMPTS: Final = 3
"""A throttled call ends after about 1.6 s with these; botocore's own defaults took 25 s."""


def client_config(attempts: int = ATTEMPTS) -> Config:
    """Return what every client is made with; parameters are typed here, so botocore need not check them again."""
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        user_agent=USER_AGENT,
        parameter_validation=False,
        disable_request_compression=True,
    )


class _PlainFiles(JSONFileLoader):
    """Reads the services' descriptions as plain dictionaries, many times quicker than botocore its ordered ones."""

    def load_file(self, file_path: str) -> Any:  # noqa: ANN401 - whatever it holds
        """Return what a file holds, plain or compressed; None where there is none."""
        for ending, opened in ((".json", open), (".json.gz", gzip.open)):
            if os.path.isfile(file_path + ending):  # noqa: PTH113 - botocore gives text
                with opened(file_path + ending, "rb") as file:
                    return from_json(file.read())
        return None


@lru_cache(maxsize=4)
def _descriptions(search_path: str | None) -> Loader:
    """Return the services' descriptions, each read once, however many compositions there are in a process.

    They are ours alone: that of DynamoDB is changed for the client that hands values through.
    """
    loader = create_loader(search_path)
    loader.file_loader = _PlainFiles()
    return loader


def read_descriptions(services: "Iterable[str]") -> None:
    """Read what clients of these services are made by, so that making one later reads nothing."""
    loader = _descriptions(botocore.session.get_session().get_config_variable("data_path"))
    loader.load_data("partitions")
    for service in services:
        for part in ("service-2", "endpoint-rule-set-1"):
            loader.load_service_model(service, part, api_version=None)


class Aws:
    """One session and the clients made of it; `AWS_ENDPOINT_URL` leads all of them elsewhere, e.g. to a laptop."""

    def __init__(
        self,
        region: str | None = None,
        endpoint_url: str | None = None,
        session: botocore.session.Session | None = None,
    ) -> None:
        """Take credentials, region and endpoint from the environment where none is given."""
        self._session = session or _new_session()
        self._region = region
        self._endpoint_url = endpoint_url
        self._making = Lock()
        self._made: list[BaseClient] = []

    @property
    def region(self) -> str | None:
        """The region that was given, else the environment's."""
        region: str | None = self._region or self._session.get_config_variable("region")
        return region

    def dynamodb(self) -> "DynamoDBClient":
        """Make a client of DynamoDB that hands attribute values through as they are.

        botocore would walk each of them by its model, 0.6 ms for a position; they are JSON as they stand, binary
        ones excepted, of which there are none here.
        """
        loader = self._session.get_component("data_loader")
        model = loader.load_service_model("dynamodb", "service-2", api_version=None)
        for shape in ("AttributeValue", "AttributeMap"):
            model["shapes"][shape] = {"type": "string"}
        return cast("DynamoDBClient", self._client("dynamodb"))

    def events(self) -> "EventBridgeClient":
        """Make a client of EventBridge."""
        return cast("EventBridgeClient", self._later_client("events"))

    def sns(self) -> "SNSClient":
        """Make a client of SNS that asks once: what it does not take is sent by the next run."""
        return cast("SNSClient", self._later_client("sns", attempts=1))

    def ssm(self) -> "SSMClient":
        """Make a client of SSM."""
        return cast("SSMClient", self._later_client("ssm"))

    def client(self, service: str) -> "BaseClient":
        """Make a client of any service."""
        return self._client(service)

    def close(self) -> None:
        """Let go of the connections of every client."""
        for client in self._made:
            client.close()

    def _later_client(self, service: str, attempts: int = ATTEMPTS) -> "BaseClient":
        return later(lambda: self._client(service, attempts))

    def _client(self, service: str, attempts: int = ATTEMPTS) -> "BaseClient":
        with self._making:  # a session makes clients for one thread at a time
            client = self._session.create_client(
                service, region_name=self._region, endpoint_url=self._endpoint_url, config=client_config(attempts)
            )
            self._made.append(client)
            return client


def _new_session() -> botocore.session.Session:
    """Make a session of only what is used here.

    Of botocore's own handlers it has those of all services, not the hundred of single ones (nearly all of S3). Lambda
    gives the keys in the environment: the other places where keys may lie are prepared only where it does not.
    """
    session = botocore.session.Session(include_builtin_handlers=False)
    for event, handler, *_ in BUILTIN_HANDLERS:
        if "." not in event:
            session.register(event, handler)
    session.register_component("data_loader", _descriptions(session.get_config_variable("data_path")))
    if os.environ.get(EnvProvider.ACCESS_KEY):
        session.register_component("credential_provider", CredentialResolver([EnvProvider()]))
    return session
