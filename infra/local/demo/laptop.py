"""The laptop stage of a run: embedded AWS, simulated vendors, replay clock, and the functions composed on them."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from warnings import catch_warnings, filterwarnings

import boto3
from botocore.config import Config
from pydantic import SecretStr

from infra.local.demo.market import MarketMaker
from infra.local.demo.sandboxes import IN_EVERY_FUNCTION, Invocation
from infra.local.ministack import REGION, MiniStack
from infra.local.replay_clock import ReplayClock
from infra.local.tables import StageNames, create_parameters, create_tables, create_topic
from infra.local.vendors.options import REPLAY_SWITCHES, SimulatorOptions, Tokens
from infra.local.vendors.simulators import VendorSimulators
from shared.adapters.aws import Aws, client_config
from shared.adapters.ssm import SsmParameters
from shared.composition import Stage
from shared.domain.events import EVENT_SOURCE, SNAPSHOT_COLLECTED
from shared.domain.vocabulary import Bot
from shared.settings import Environment

STAGE: Final = "demo"
FUNCTIONS: Final = ("collect", "trade", "monitor", "learn")
UNSEEN_SECONDS: Final = "3600"
"""A message that was read is not delivered again before it is deleted."""
MARKET_SWITCHES: Final = REPLAY_SWITCHES | {"tradier.greeks": "live"}
SYSTEM_DOCUMENT: Final = '{"polygon_calls_per_minute": null}'
"""The simulated Polygon serves a paid plan, as its switches say."""

READER: Final = client_config().merge(Config(read_timeout=60))
"""Whoever watches a run may wait longer than a function."""

Handler = Callable[[dict[str, Any], Any], Any]


@dataclass
class Laptop:
    """A context manager: on entering everything runs, on leaving nothing does.

    ``market`` makes the market in the simulators' own process; ``document`` is every bot's configuration.
    What the functions print goes to a log in a
    temporary directory, as it goes to CloudWatch in AWS: whoever shows the run keeps the terminal it had before.
    """

    market: MarketMaker
    start_at: datetime
    switches: Mapping[str, str | float] = field(default_factory=dict)
    document: str = "{}"
    port: int | None = None
    tokens: Tokens = field(default_factory=Tokens)
    _stack: ExitStack = field(default_factory=ExitStack, init=False, repr=False)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._open(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _open(self, stack: ExitStack) -> None:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alphagex-")))
        self._log = stack.enter_context((scratch / "functions.log").open("w"))
        self.clock = stack.enter_context(ReplayClock.create(scratch / "clock", self.start_at))
        aws = MiniStack()
        stack.callback(aws.stop)
        options = SimulatorOptions(switches={**MARKET_SWITCHES, **self.switches})
        self.simulators = VendorSimulators(
            self.market, self.clock, tokens=self.tokens, options=options, port=self.port or 0
        )
        stack.callback(self.simulators.close)
        self.simulators.begin()
        aws.start()
        self._lead(stack, aws.environment)
        topic_arn = self._create(stack.enter_context(closing(Aws(region=REGION, endpoint_url=aws.endpoint_url))))
        self.simulators.start()
        environment = self._environment(topic_arn, scratch / "clock")
        self._lead(stack, environment)
        self.environment = {**aws.environment, **environment}
        self.stage = Stage(Environment.parse(environment))
        self._handlers = {name: _fresh_handler(name) for name in FUNCTIONS}
        stack.callback(self._let_go)
        stack.enter_context(redirect_stdout(self._log))
        stack.enter_context(catch_warnings())
        filterwarnings("ignore", "No application metrics to publish")

    def _let_go(self) -> None:
        for client in self._clients.values():
            client.close()
        self.stage.close()
        for name in FUNCTIONS:
            forget(name)

    def _create(self, aws: Aws) -> str:
        """Create what a deployed stage has, and the queues that tell what left it; return the topic's ARN."""
        self.names = StageNames(STAGE)
        create_tables(aws, self.names, expires=False)
        create_parameters(aws, self.names)
        topic_arn = create_topic(aws, self.names)
        self.parameters = SsmParameters(aws.ssm(), STAGE)
        for bot in Bot:
            self.parameters.put_bot(bot, self.document)
        self.parameters.put_system(SYSTEM_DOCUMENT)
        self._store_secrets(self.simulators.tokens)
        self._session = boto3.session.Session(region_name=REGION)
        self._clients: dict[str, Any] = {}
        self.queues = {"alerts": self._alerts_queue(topic_arn), "snapshots": self._snapshots_queue()}
        return topic_arn

    def _lead(self, stack: ExitStack, environment: Mapping[str, str]) -> None:
        for name, value in environment.items():
            stack.callback(_restore, name, os.environ.get(name))
            os.environ[name] = value

    def _store_secrets(self, tokens: Tokens) -> None:
        secrets = {
            "tradier": tokens.tradier,
            "tradier-sandbox": tokens.tradier_sandbox,
            "polygon": tokens.polygon,
            "trading-volatility": tokens.trading_volatility,
        }
        for vendor, token in secrets.items():
            self.parameters.put_secret(vendor, SecretStr(token))

    def _environment(self, topic_arn: str, clock_file: Path) -> dict[str, str]:
        return {
            **self.names.environment,
            "TOPIC_ARN": topic_arn,
            "EVENT_BUS": "default",
            **self.simulators.urls.hosts,
            "CLOCK_FILE": str(clock_file),
            "MONITOR_SECONDS": "25",
            **IN_EVERY_FUNCTION,
        }

    def _alerts_queue(self, topic_arn: str) -> str:
        url = self._queue("alerts")
        self.client("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=self._arn(url))
        return url

    def _snapshots_queue(self) -> str:
        events = self.client("events")
        url = self._queue("snapshots")
        pattern = {"source": [EVENT_SOURCE], "detail-type": [SNAPSHOT_COLLECTED]}
        events.put_rule(Name="alphagex-demo-snapshots", EventPattern=json.dumps(pattern))
        events.put_targets(Rule="alphagex-demo-snapshots", Targets=[{"Id": "queue", "Arn": self._arn(url)}])
        return url

    def _queue(self, name: str) -> str:
        attributes = {"VisibilityTimeout": UNSEEN_SECONDS}
        url: str = self.client("sqs").create_queue(QueueName=f"alphagex-demo-{name}", Attributes=attributes)["QueueUrl"]
        return url

    def _arn(self, queue_url: str) -> str:
        sqs = self.client("sqs")
        reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        arn: str = reply["Attributes"]["QueueArn"]
        return arn

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes clients of every kind
        """Return the boto3 client of a service of the embedded AWS."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, config=READER)  # type: ignore[call-overload]
        return self._clients[service]

    def start_anew(self) -> None:
        """Let whoever talks to the stage forget what a process keeps: each function's next call is a cold start."""
        for name in FUNCTIONS:
            forget(name)
        self.stage.close()
        self.stage = Stage(Environment.parse(self.environment))

    def invoke(self, function: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - each handler has its own answer
        """Call a function's handler as Lambda would; its errors come through."""
        return self._handlers[function](event, Invocation(function))


def forget(name: str) -> None:
    """Close what a function's handler has composed; its next call composes anew, in the environment of then."""
    module = import_module(f"functions.{name}.handler")
    if module._stage.cache_info().currsize:  # noqa: SLF001 - as it is kept from call to call
        module._stage().close()  # noqa: SLF001
    for composed in ("_settings", "_stage", "_parameters", f"_{name}"):
        if hasattr(module, composed):
            getattr(module, composed).cache_clear()


def _fresh_handler(name: str) -> Handler:
    """Return a function's handler, composed anew for this environment."""
    forget(name)
    handler: Handler = import_module(f"functions.{name}.handler").handler
    return handler


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
