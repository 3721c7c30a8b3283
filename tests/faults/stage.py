"""The functions as their handlers build them, over the real composition with a trail of every call."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any, cast

from functions.monitor.workflow import Monitor
from functions.trade.workflow import Trade
from shared.adapters.aws import Aws
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.snapshots import DynamoDbSnapshots
from shared.adapters.dynamodb.trade_history import DynamoDbTradeHistory
from shared.composition import Stage
from shared.domain.config import BotConfig
from shared.domain.errors import AlphaGexError
from shared.domain.ports import Alerts, Book, Broker, Chains, Heartbeat, Parameters, Quotes, Trips
from shared.domain.vocabulary import TradingMode
from shared.settings import Environment
from tests.faults.trail import Trail, Watched


class AtOnce(Executor):
    """Answers while it is asked."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        answered: Future[Any] = Future()
        try:
            answered.set_result(fn(*args, **kwargs))
        except AlphaGexError as problem:
            answered.set_exception(problem)
        return answered


class ArenaStage(Stage):
    """The real composition, with a trail of every call to the outside."""

    def __init__(
        self,
        settings: Environment,
        aws: Aws,
        database: Database | None,
        trail: Trail,
        background: Executor | None = None,
    ) -> None:
        """Compose; what is asked in the background is answered at once, unless another is given."""
        super().__init__(settings, aws)
        self._given = database
        self._trail = trail
        self._background = background or AtOnce()

    def _watched(self, port: object, name: str) -> Any:
        return Watched(port, name, self._trail)

    @cached_property
    def _database(self) -> Database:
        return self._given or super()._database

    @cached_property
    def background(self) -> Executor:
        return self._background

    @cached_property
    def book(self) -> Book:
        return cast("Book", self._watched(super().book, "book"))

    @cached_property
    def snapshots(self) -> DynamoDbSnapshots:
        return cast("DynamoDbSnapshots", self._watched(super().snapshots, "snapshots"))

    @cached_property
    def trade_history(self) -> DynamoDbTradeHistory:
        return cast("DynamoDbTradeHistory", self._watched(super().trade_history, "history"))

    @cached_property
    def trips(self) -> Trips:
        return cast("Trips", self._watched(super().trips, "trips"))

    @cached_property
    def heartbeat(self) -> Heartbeat:
        return cast("Heartbeat", self._watched(super().heartbeat, "heartbeat"))

    @cached_property
    def alerts(self) -> Alerts:
        return cast("Alerts", self._watched(super().alerts, "alerts"))

    @cached_property
    def chains(self) -> Chains:
        return cast("Chains", self._watched(super().chains, "chains"))

    @cached_property
    def quotes(self) -> Quotes:
        return cast("Quotes", self._watched(super().quotes, "quotes"))

    def parameters(self) -> Parameters:
        return cast("Parameters", self._watched(super().parameters(), "parameters"))

    def broker(self, config: BotConfig, mode: TradingMode) -> Broker:
        return cast("Broker", self._watched(super().broker(config, mode), "broker"))


@contextmanager
def _wired(module: ModuleType, **names: object) -> Iterator[None]:
    """Let a handler's builder find this stage, and leave the module as it was."""
    before = {name: getattr(module, name) for name in names}
    for name, value in names.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(module, name, value)


def trade_of(stage: Stage) -> Trade:
    """Return the workflow as its handler builds it."""
    module = import_module("functions.trade.handler")
    with _wired(module, _stage=lambda: stage):
        return cast("Trade", module._trade.__wrapped__())


def monitor_of(stage: Stage, environment: Mapping[str, str]) -> Monitor:
    """Return the workflow as its handler builds it."""
    module = import_module("functions.monitor.handler")
    settings = module.MonitorSettings.parse(dict(environment))
    with _wired(module, _stage=lambda: stage, _settings=lambda: settings):
        return cast("Monitor", module._monitor.__wrapped__())
