"""The very bundle under Python 3.13, run by AWS's own runtime client: cold starts, a flat minute, memory."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import time, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from infra.dashboard.bridge import event_of
from infra.local.demo.laptop import Laptop
from shared.domain.vocabulary import Bot
from tests.benchmarks.figures import MILLISECONDS, Figure
from tests.benchmarks.lambda_runtime.process import ExecutionEnvironment
from tests.benchmarks.lambda_runtime.tools import make_bare, make_bundle, make_runtime_client
from tests.functions.house import House
from tests.functions.story import Chapter, Story

IMPORTS: Final = "a bare handler importing boto3 and pynamodb"
READS: Final = "a bare handler reading one item of a table"
COLD_STARTS: Final = 21
"""Each right beside one of the bare function; the middle of the ratios counts, for a machine's pace wanders."""
MINUTES: Final = 30
MOST_OVER_BARE: Final = 1.25
MOST_OVERHEAD_MS: Final = 5.0
MOST_MEMORY_MB: Final = 160.0
MOST_REQUESTS: Final = {"collect": 3, "trade": 4, "monitor": 2 * len(Bot) + 1}
"""To DynamoDB in a flat minute; trade's are of one bot, monitor's of all."""
BEFORE, DURING = Chapter.UP_FLAT.at(time(8, 0)), Chapter.UP_FLAT.at(time(11, 0))
EVENTS: Final[Mapping[str, dict[str, Any]]] = {
    "collect": {},
    "trade": {"bot": Bot.PROMETHEUS.value},
    "monitor": {},
    "learn": {},
    "report": {},
    "api": event_of("GET", "/api/health", {}),
}
EVERY_MINUTE: Final = ("collect", "trade", "monitor", "learn")
IN_SESSION: Final = ("collect", "trade")
"""They start cold each morning in the first minute of the session; before it they ask nothing of anybody."""
SPEAKS_TO_VENDORS: Final = "collect"
"""Its first minute of a session loads three clients, opens their lines and does all of its work for the first time."""


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
            for function in EVENTS:
                yield from _cold(tools, function)
            house = House(laptop)
            house.morning(DURING)
            for function in IN_SESSION:
                yield from _cold(tools, function, in_session=True)
            for bot in Bot:
                house.configure(bot, {"enabled": False})
            for function in EVERY_MINUTE:
                yield from _warm(tools, house, function)


def _cold(tools: Tools, function: str, *, in_session: bool = False) -> Iterator[Figure]:
    """Processor time (user and system) from the start of the process to the first reply, in turns, over two bare ones.

    One only imports and answers without asking anything, so what a first reply asks of AWS and of vendors is left out,
    as in a flat minute, and told. The other opens a table and reads an item, as any must here; beside it all counts.

    Before the session no vendor speaks; in it they do, and what collect does beyond starting, in that first minute, is
    shown without a limit beside the one that does nothing.
    """
    turns = [_turn(tools, function) for _ in range(COLD_STARTS)]
    cold, asked, imports, reads = (median(taken) for taken in zip(*turns, strict=True))
    what = f"{function}, cold start to first reply" + (" in the session" if in_session else "")
    yield Figure(
        f"{what} without AWS and vendors, over {IMPORTS}",
        median((taken - calls) / bare for taken, calls, bare, _ in turns),
        "×",
        limit=None if in_session and function == SPEAKS_TO_VENDORS else MOST_OVER_BARE,
        note=f"{cold - asked:.1f} over {imports:.1f} ms, {asked:.1f} ms of calls left out",
    )
    yield Figure(
        f"{what}, over {READS}",
        median(taken / bare for taken, _, _, bare in turns),
        "×",
        limit=MOST_OVER_BARE,
        note=f"{cold:.1f} over {reads:.1f} ms",
    )
    if function not in EVERY_MINUTE:
        with tools.of(function, probe=True) as environment:
            peak = environment.call(EVENTS[function])[1].body["peak_mb"]
        yield Figure(f"{function}, most memory held", peak, "MB", limit=MOST_MEMORY_MB)


def _turn(tools: Tools, function: str) -> tuple[float, float, float, float]:
    """Return the milliseconds of one start of a function, of what it asked of others, and of the two bare functions.

    The first of them only imports, the second reads.
    """
    with tools.of(function, probe=True) as environment:
        first = environment.call(EVENTS[function])[1].body
        taken = environment.processor_seconds() * MILLISECONDS
    with tools.nothing() as environment:
        imports = _first(environment, {"only_imports": True})
    with tools.nothing() as environment:
        return taken, first["processor_ms"] - first["own_ms"], imports, _first(environment, {})


def _first(environment: ExecutionEnvironment, event: Mapping[str, Any]) -> float:
    environment.first(event)
    return environment.processor_seconds() * MILLISECONDS


def _warm(tools: Tools, house: House, function: str) -> Iterator[Figure]:
    """Processor time of a minute in which nothing is held and nothing is entered; waiting takes none.

    What botocore's calls and the requests to vendors take is measured apart and left out; the whole is what a month is
    computed from (``infra/cli/cost/measured.py``).
    """
    own, spent, asked, peak = [], [], [], 0.0
    with tools.of(function, probe=True) as environment:
        environment.first(EVENTS[function])
        for _ in range(MINUTES):
            house.at(house.clock.now() + timedelta(seconds=60))
            if function == "trade":
                house.collect()
            _, reply = environment.call(EVENTS[function])
            own.append(reply.body["own_ms"])
            spent.append(reply.body["processor_ms"])
            asked.append(reply.body["dynamodb"])
            peak = max(peak, reply.body["peak_mb"])
    yield Figure(
        f"{function}, a flat minute without vendors and AWS",
        median(own),
        "ms",
        limit=MOST_OVERHEAD_MS,
        note=f"{median(spent):.1f} ms with both, {reply.body['calls']} calls: for infra/cli/cost/measured.py",
    )
    if function in MOST_REQUESTS:
        most = float(MOST_REQUESTS[function])
        yield Figure(f"{function}, most requests to DynamoDB in a flat minute", max(asked), "", most)
    yield Figure(f"{function}, most memory held", peak, "MB", limit=MOST_MEMORY_MB)
