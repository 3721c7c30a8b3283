"""Keys that would be recognised anywhere are used by a run in which everything goes wrong, and are found nowhere."""

import io
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import astuple
from datetime import time, timedelta

import pytest
from pydantic import SecretStr

from infra.local.demo.laptop import FUNCTIONS, Laptop
from infra.local.demo.mail import Mailbox
from infra.local.vendors.faults import FaultKind, Vendor
from infra.local.vendors.options import Tokens
from shared.domain.errors import AlphaGexError
from shared.domain.vocabulary import Bot
from tests.functions.house import ONE_LOOK
from tests.functions.story import Chapter, Story

CANARIES = Tokens(
    tradier="canary-tradier-5f1e",
    tradier_sandbox="canary-sandbox-77ab",
    polygon="canary-polygon-c0de",
    trading_volatility="canary-volatility-9d3b",
)
MORNING = Chapter.UP_CRASH.at(time(11, 0))
KEYS = ("tradier", "tradier-sandbox", "polygon", "trading-volatility")
SPOILED = ("{}\n", "\N{EURO SIGN}{}", "{}x")
TROUBLES = (
    None,
    FaultKind.TOKEN_EXPIRED,
    FaultKind.HTML_PAGE,
    FaultKind.CONNECTION_CUT,
)


def a_minute(laptop: Laptop) -> Iterator[str]:
    """Run everything once; what fails comes back as it would stand in a log."""
    laptop.clock.set(laptop.clock.now() + timedelta(seconds=60))
    wakes = [
        ("collect", {}),
        *(("trade", {"bot": bot.value}) for bot in Bot),
        ("monitor", {}),
        ("learn", {}),
        ("trade", {"bot": "NOBODY"}),
    ]
    for function, event in wakes:
        try:
            laptop.invoke(function, event)
        except (AlphaGexError, ExceptionGroup, ValueError):
            yield traceback.format_exc()


def store_anew(laptop: Laptop, spoiled: str) -> None:
    """Store keys as a careless hand pastes them, and forget the good ones."""
    for vendor, key in zip(KEYS, astuple(CANARIES), strict=True):
        laptop.parameters.put_secret(vendor, SecretStr(spoiled.format(key)))
    for function in FUNCTIONS:
        module = sys.modules[f"functions.{function}.handler"]
        for name in ("_stage", "_settings", "_parameters", f"_{function}"):
            if hasattr(module, name):
                getattr(module, name).cache_clear()


def everything_stored(laptop: Laptop) -> Iterator[str]:
    dynamodb, ssm, names = laptop.client("dynamodb"), laptop.client("ssm"), laptop.names
    for table in (names.positions, names.decisions, names.stats, names.snapshots):
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            yield json.dumps(page["Items"])
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path="/", Recursive=True):
        yield json.dumps([one["Value"] for one in page["Parameters"] if one["Type"] == "String"])
    for queue in laptop.queues:
        yield from (json.dumps(body) for body in Mailbox(laptop, queue).bodies())
    yield json.dumps(laptop.environment)


@pytest.fixture(scope="module")
def written() -> str:
    """All that a run with the canaries wrote: logs, metrics, errors, tables, parameters, alerts and events."""
    for name in FUNCTIONS:
        sys.modules.pop(f"functions.{name}.handler", None)
    paper, errors = io.StringIO(), list[str]()
    with ExitStack() as stack:
        listener = logging.StreamHandler(paper)
        root = logging.getLogger()
        stack.callback(root.setLevel, root.level)
        stack.callback(root.removeHandler, listener)
        root.addHandler(listener)
        root.setLevel(logging.INFO)
        laptop = stack.enter_context(Laptop(Story, MORNING, document=json.dumps(ONE_LOOK), tokens=CANARIES))
        stack.enter_context(redirect_stdout(paper))
        stack.enter_context(redirect_stderr(paper))
        for function in FUNCTIONS:
            logger = sys.modules[f"functions.{function}.handler"].logger
            writer = logging.StreamHandler(paper)
            writer.setFormatter(logger.registered_formatter)
            logger.setLevel(logging.INFO)
            logger.addHandler(writer)
        for trouble in TROUBLES:
            for vendor in Vendor if trouble else ():
                laptop.simulators.control.inject(str(trouble), count=2, vendor=vendor.value)
            errors += a_minute(laptop)
            laptop.simulators.control.clear()
        for vendor in Vendor:
            laptop.simulators.control.stop(vendor)
        errors += a_minute(laptop)
        for vendor in Vendor:
            laptop.simulators.control.start(vendor)
        for spoiled in SPOILED:
            store_anew(laptop, spoiled)
            errors += a_minute(laptop)
        return "\n".join([*errors, *everything_stored(laptop), paper.getvalue()])


def test_no_key_is_written_anywhere(written: str) -> None:
    for canary in astuple(CANARIES):
        place = written.find(canary)
        assert place < 0, written[max(place - 300, 0) : place + 60]


@pytest.mark.parametrize(
    "trace",
    [
        pytest.param('"CloudWatchMetrics"', id="metrics"),
        pytest.param('"correlation_id"', id="the functions' lines"),
        pytest.param("tradier", id="words on a vendor"),
        pytest.param("SnapshotCollected", id="events"),
        pytest.param("Traceback", id="errors"),
        pytest.param("What: ", id="alerts"),
        pytest.param('"ACCT#', id="tables"),
        pytest.param("POSITIONS_TABLE", id="the environment"),
    ],
)
def test_the_search_is_a_search_of_everything(written: str, trace: str) -> None:
    assert trace in written
