"""The laptop stage of a run: embedded AWS, simulated vendors, replay clock, and the functions composed on them."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from warnings import catch_warnings, filterwarnings

import boto3
from pydantic import SecretStr

from infra.local.demo.sandboxes import Invocation
from infra.local.ministack import REGION, MiniStack
from infra.local.replay_clock import ReplayClock
from infra.local.tables import StageNames, create_parameters, create_tables, create_topic
from infra.local.vendors.options import REPLAY_SWITCHES, SimulatorOptions, Tokens
from infra.local.vendors.simulators import VendorSimulators
from shared.adapters.aws import Aws, on_loopback
from shared.adapters.ssm import SsmParameters
from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.composition import Stage
from shared.domain.events import EVENT_SOURCE, SNAPSHOT_COLLECTED
from shared.domain.vocabulary import Bot
from shared.settings import Environment

STAGE: Final = "demo"
FUNCTIONS: Final = ("collect", "trade", "monitor", "learn")
QUIET_LOGS: Final = {"LOG_LEVEL": "CRITICAL", "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
UNSEEN_SECONDS: Final = "3600"
"""A message that was read is not delivered again before it is deleted."""
MARKET_SWITCHES: Final = REPLAY_SWITCHES | {"tradier.greeks": "live"}
SYSTEM_DOCUMENT: Final = '{"polygon_calls_per_minute": null}'
"""The simulated Polygon serves a paid plan, as its switches say."""

Handler = Callable[[dict[str, Any], Any], Any]
MarketMaker = Callable[[], Any]


def market_of(seed: int) -> MarketModel:
    """Make the market of the embedded history."""
    return MarketModel(History.embedded(), seed=seed)


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
        with ThreadPoolExecutor(max_workers=1) as pool:
            simulators = pool.submit(self.simulators.start)
            aws.start()
            simulators.result()
        self._lead(stack, aws.environment)
        self.names = StageNames(STAGE)
        wiring = Aws(region=REGION, endpoint_url=aws.endpoint_url)
        create_tables(wiring, self.names, expires=False)
        create_parameters(wiring, self.names)
        topic_arn = create_topic(wiring, self.names)
        self.parameters = SsmParameters(wiring.ssm(), STAGE)
        for bot in Bot:
            self.parameters.put_bot(bot, self.document)
        self.parameters.put_system(SYSTEM_DOCUMENT)
        self._store_secrets(self.simulators.tokens)
        self._session = boto3.session.Session(region_name=REGION)
        self.queues = {"alerts": self._alerts_queue(topic_arn), "snapshots": self._snapshots_queue()}
        environment = self._environment(topic_arn, scratch / "clock")
        self._lead(stack, environment)
        self.environment = {**aws.environment, **environment}
        self.stage = Stage(Environment.parse(environment))
        self._handlers = {name: _fresh_handler(name) for name in FUNCTIONS}
        stack.enter_context(redirect_stdout(self._log))
        stack.enter_context(catch_warnings())
        filterwarnings("ignore", "No application metrics to publish")

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
        urls, names = self.simulators.urls, self.names
        return {
            "STAGE": STAGE,
            "POSITIONS_TABLE": names.positions,
            "DECISIONS_TABLE": names.decisions,
            "STATS_TABLE": names.stats,
            "SNAPSHOTS_TABLE": names.snapshots,
            "TOPIC_ARN": topic_arn,
            "EVENT_BUS": "default",
            "TRADIER_URL": urls.tradier_url.removesuffix("/v1"),
            "TRADIER_SANDBOX_URL": urls.tradier_sandbox_url.removesuffix("/v1"),
            "POLYGON_URL": urls.polygon_url,
            "TRADING_VOLATILITY_URL": urls.trading_volatility_url.removesuffix("/api/v2"),
            "CLOCK_FILE": str(clock_file),
            "MONITOR_SECONDS": "25",
            "POWERTOOLS_SERVICE_NAME": "laptop",
            "POWERTOOLS_METRICS_NAMESPACE": "AlphaGEX",
            **QUIET_LOGS,
        }

    def _alerts_queue(self, topic_arn: str) -> str:
        sqs, sns = self._session.client("sqs"), self._session.client("sns")
        url = sqs.create_queue(QueueName="alphagex-demo-alerts", Attributes={"VisibilityTimeout": UNSEEN_SECONDS})[
            "QueueUrl"
        ]
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=self._arn(url))
        return url

    def _snapshots_queue(self) -> str:
        sqs, events = self._session.client("sqs"), self._session.client("events")
        url = sqs.create_queue(QueueName="alphagex-demo-snapshots", Attributes={"VisibilityTimeout": UNSEEN_SECONDS})[
            "QueueUrl"
        ]
        pattern = {"source": [EVENT_SOURCE], "detail-type": [SNAPSHOT_COLLECTED]}
        events.put_rule(Name="alphagex-demo-snapshots", EventPattern=json.dumps(pattern))
        events.put_targets(Rule="alphagex-demo-snapshots", Targets=[{"Id": "queue", "Arn": self._arn(url)}])
        return url

    def _arn(self, queue_url: str) -> str:
        sqs = self._session.client("sqs")
        reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        return reply["Attributes"]["QueueArn"]

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes clients of every kind
        """Make a boto3 client of the embedded AWS."""
        return on_loopback(self._session.client(service))  # type: ignore[call-overload]

    def invoke(self, function: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - each handler has its own answer
        """Call a function's handler as Lambda would; its errors come through."""
        return self._handlers[function](event, Invocation(function))


def _fresh_handler(name: str) -> Handler:
    """Return a function's handler, composed anew for this environment."""
    module = import_module(f"functions.{name}.handler")
    for composed in ("_settings", "_stage", f"_{name}"):
        if hasattr(module, composed):
            getattr(module, composed).cache_clear()
    handler: Handler = module.handler
    return handler


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def embedded_market(seed: int) -> MarketMaker:
    """Return what makes the market of this seed in another process."""
    return partial(market_of, seed)
