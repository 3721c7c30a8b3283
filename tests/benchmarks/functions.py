"""The very bundle under Python 3.13, run by AWS's own runtime client: cold starts, a flat minute, memory."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import time, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from infra.local.demo.laptop import Laptop
from shared.domain.vocabulary import Bot
from tests.benchmarks.figures import MILLISECONDS, Figure
from tests.benchmarks.lambda_runtime.process import ExecutionEnvironment
from tests.benchmarks.lambda_runtime.tools import make_bare, make_bundle, make_runtime_client
from tests.functions.house import House
from tests.functions.story import Chapter, Story

COLD_STARTS: Final = 7
MINUTES: Final = 30
MOST_OVER_BARE: Final = 1.25
MOST_OVERHEAD_MS: Final = 5.0
MOST_MEMORY_MB: Final = 160.0
BEFORE, DURING = Chapter.UP_FLAT.at(time(8, 0)), Chapter.UP_FLAT.at(time(11, 0))
EVENTS: Final[Mapping[str, dict[str, Any]]] = {
    "collect": {},
    "trade": {"bot": Bot.PROMETHEUS.value},
    "monitor": {},
    "learn": {},
}


class Tools(NamedTuple):
    """What is run, and with what."""

    bundle: Path
    bare: Path
    runtime_client: Path

    def of(self, function: str, *, probe: bool = False) -> ExecutionEnvironment:
        """Return a fresh environment of a function."""
        handler = f"functions.{function}.handler.handler"
        return ExecutionEnvironment(self.bundle, self.runtime_client, handler, dict(os.environ), probe)

    def nothing(self) -> ExecutionEnvironment:
        """Return a fresh environment of the function that only imports boto3 and pynamodb."""
        return ExecutionEnvironment(self.bare, self.runtime_client, "bare.handler", dict(os.environ))


def measure() -> Iterable[Figure]:
    """Start each function cold, in turns with the bare one, and let it live through flat minutes."""
    with tempfile.TemporaryDirectory(prefix="alphagex-bench-") as scratch:
        root = Path(scratch)
        tools = Tools(
            make_bundle(root / "bundle"), make_bare(root / "bare"), make_runtime_client(root / "runtime_client")
        )
        with Laptop(Story, BEFORE) as laptop:
            yield from _cold(tools)
            house = House(laptop)
            house.morning(DURING)
            for bot in Bot:
                house.configure(bot, {"enabled": False})
            for function in EVENTS:
                yield from _warm(tools, house, function)


def _cold(tools: Tools) -> Iterator[Figure]:
    """Time from the start of the process to the first reply, before the session: no vendor speaks."""
    seconds: dict[str, list[float]] = {name: [] for name in ("bare", *EVENTS)}
    for _ in range(COLD_STARTS):
        with tools.nothing() as environment:
            seconds["bare"].append(environment.first({}))
        for function, event in EVENTS.items():
            with tools.of(function) as environment:
                seconds[function].append(environment.first(event))
    bare = median(seconds.pop("bare")) * MILLISECONDS
    for function, taken in seconds.items():
        yield Figure(
            f"{function}, cold start to first reply",
            median(taken) * MILLISECONDS,
            "ms",
            limit=MOST_OVER_BARE * bare,
            peer="imports boto3 and pynamodb only",
            peer_value=bare,
        )


def _warm(tools: Tools, house: House, function: str) -> Iterator[Figure]:
    """Processor time of a minute in which nothing is held and nothing is entered; waiting takes none."""
    spent, peak = [], 0.0
    with tools.of(function, probe=True) as environment:
        environment.first(EVENTS[function])
        for _ in range(MINUTES):
            house.at(house.clock.now() + timedelta(seconds=60))
            if function == "trade":
                house.collect()
            _, reply = environment.call(EVENTS[function])
            spent.append(reply.body["processor_ms"])
            peak = max(peak, reply.body["peak_mb"])
    yield Figure(f"{function}, processor time of a flat minute", median(spent), "ms", limit=MOST_OVERHEAD_MS)
    yield Figure(f"{function}, most memory held", peak, "MB", limit=MOST_MEMORY_MB)
