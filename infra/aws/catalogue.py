"""The functions, a row each: what each is for, how large it is, and what it may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from infra.aws.access import ACTIVE_INDEX, Access, Parameters, TableName


class FunctionName(StrEnum):
    """A function, named as its package in `functions/`."""

    COLLECT = "collect"
    TRADE = "trade"
    MONITOR = "monitor"
    LEARN = "learn"
    REPORT = "report"
    API = "api"
    CALIBRATE = "calibrate"


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """One function; `concurrency` is how many may run at once where the operator reserves it.

    `histories` are the parameters of which it may read who set them, and why.
    """

    name: FunctionName
    purpose: str
    memory_mb: int
    timeout_seconds: int
    concurrency: int
    access: Sequence[Access]
    parameters: Sequence[Parameters]
    histories: Sequence[Parameters] = ()
    publishes_alerts: bool = True
    publishes_events: bool = False
    has_url: bool = False

    @property
    def handler(self) -> str:
        """Where Lambda finds the entry point."""
        return f"functions.{self.name}.handler.handler"


_BOOK: Final = (
    Access(TableName.POSITIONS, ("Query",), index=ACTIVE_INDEX),
    Access(TableName.POSITIONS, ("GetItem", "PutItem", "UpdateItem")),
)
"""The live state, positions, orders, ledgers, alerts and the paper account of each bot."""

_BUDGET: Final = Access(TableName.SNAPSHOTS, ("GetItem", "PutItem"))
"""The rate budgets of the vendors' tokens, which the functions share."""

_COUNTED: Final = Access(TableName.SNAPSHOTS, ("PutItem",), partitions=("BUDGET#*",))
"""The same for a function that else only reads: it may write down the calls it made, and nothing else."""

_ALERTS: Final = Access(TableName.POSITIONS, ("PutItem", "UpdateItem"))
"""One item for each alert, so that a repeat is silent."""

_READ_ONLY: Final = (
    Access(TableName.POSITIONS, ("Query",), index=ACTIVE_INDEX),
    Access(TableName.POSITIONS, ("GetItem",)),
    Access(TableName.DECISIONS, ("Query",)),
    Access(TableName.STATS, ("BatchGetItem", "Query")),
    Access(TableName.SNAPSHOTS, ("BatchGetItem", "GetItem", "Query")),
)
"""What is shown, and nothing that changes it."""

_CONFIGURATION: Final = (Parameters.BREAKER, Parameters.BOTS, Parameters.SYSTEM)
"""Read together, in one call."""

FUNCTIONS: Final = (
    FunctionSpec(
        name=FunctionName.COLLECT,
        purpose="Phase 1: market data becomes a snapshot",
        memory_mb=512,
        timeout_seconds=45,
        concurrency=1,
        access=(Access(TableName.SNAPSHOTS, ("GetItem", "Query", "PutItem")), _ALERTS),
        parameters=(*_CONFIGURATION, Parameters.SECRETS),
        publishes_events=True,
    ),
    FunctionSpec(
        name=FunctionName.TRADE,
        purpose="Phases 2 to 5: a snapshot becomes a decision, and perhaps an order",
        memory_mb=512,
        timeout_seconds=55,
        concurrency=3,
        access=(
            *_BOOK,
            Access(TableName.DECISIONS, ("PutItem", "UpdateItem")),
            Access(TableName.STATS, ("BatchGetItem", "Query", "ConditionCheckItem")),
            Access(TableName.SNAPSHOTS, ("Query",)),
            _BUDGET,
        ),
        parameters=(*_CONFIGURATION, Parameters.SECRETS),
    ),
    FunctionSpec(
        name=FunctionName.MONITOR,
        purpose="Phase 6: positions are reconciled, worked and closed",
        memory_mb=256,
        timeout_seconds=55,
        concurrency=2,
        access=(
            *_BOOK,
            Access(TableName.DECISIONS, ("PutItem",)),
            Access(TableName.STATS, ("Query", "PutItem", "UpdateItem", "ConditionCheckItem")),
            _BUDGET,
        ),
        parameters=(*_CONFIGURATION, Parameters.SECRETS),
        histories=(Parameters.BREAKER,),
    ),
    FunctionSpec(
        name=FunctionName.LEARN,
        purpose="Phase 7: closed trades become statistics",
        memory_mb=256,
        timeout_seconds=60,
        concurrency=1,
        access=(Access(TableName.STATS, ("BatchGetItem", "Query", "PutItem")), _ALERTS),
        parameters=_CONFIGURATION,
    ),
    FunctionSpec(
        name=FunctionName.REPORT,
        purpose="After the close: the day in one message",
        memory_mb=256,
        timeout_seconds=30,
        concurrency=1,
        access=(*_READ_ONLY, _COUNTED, _ALERTS),
        parameters=(*_CONFIGURATION, Parameters.SECRETS),
    ),
    FunctionSpec(
        name=FunctionName.API,
        purpose="Over HTTP, IAM-authorised and read-only: regime, positions, decisions, trades, statistics, health",
        memory_mb=512,
        timeout_seconds=30,
        concurrency=2,
        access=(*_READ_ONLY, _COUNTED),
        parameters=(*_CONFIGURATION, Parameters.SECRETS),
        publishes_alerts=False,
        has_url=True,
    ),
)

CALIBRATION: Final = FunctionSpec(
    name=FunctionName.CALIBRATE,
    purpose="On demand: a batch of trials is judged over one window of history",
    memory_mb=1_769,
    timeout_seconds=900,
    concurrency=40,
    access=(),
    parameters=(),
    publishes_alerts=False,
)
"""Deployed only where the operator asks for it: it has a whole processor, and reaches nothing that trades."""
