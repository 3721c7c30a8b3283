"""The life of one stage, from the first deploy to the last: what was seen at each station."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as wall
from typing import Any, Final

from shared.domain.positions import Position
from shared.domain.vocabulary import Bot
from tests.acceptance.cloud import STAGE, TABLES, Cloud
from tests.functions.story import PREMIUM_TIME, Chapter

CHAPTER: Final = Chapter.UP_CRASH
"""Premium is sold on the first day; from the second on the market falls."""
ONE_LOOK: Final = {"rails": {"confirmations": 1}}
OFF: Final = {"enabled": False}
DOCUMENTS: Final[Mapping[Bot, Mapping[str, Any]]] = {
    Bot.ATLAS: ONE_LOOK | OFF,
    Bot.PROMETHEUS: ONE_LOOK,
    Bot.SOLOMON: OFF,
}
MOST_MINUTES: Final = 6


@dataclass
class Journey:
    """What was seen; plain facts, which the tests then judge."""

    resources: int = 0
    missing: list[str] = field(default_factory=list)
    schedules: int = 0
    alerts_without_keys: list[str] = field(default_factory=list)
    snapshots_without_keys: int = -1
    parameters_after_kill: list[str] = field(default_factory=list)
    entered: Position | None = None
    denials_while_reducing: set[str] = field(default_factory=set)
    before_update: dict[str, Any] = field(default_factory=dict)
    after_update: dict[str, Any] = field(default_factory=dict)
    breaker_at_exit: str = ""
    positions_at_the_end: int = -1
    alerts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    dead_letters: int = -1
    ticks: int = 0
    tables_after_destroy: dict[str, int] = field(default_factory=dict)
    stack_after_destroy: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


class Traveller:
    """Takes one stage through its life, station by station."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.seen = Journey()

    def travel(self) -> Journey:
        """Go through all stations but the last; permissions are tried in between."""
        for station in (self.install, self.wait_for_keys, self.enter, self.reduce, self.update, self.exit):
            began = time.monotonic()
            station()
            self.seen.seconds[station.__name__] = time.monotonic() - began
        self.seen.alerts = list(self.cloud.alerts())
        self.seen.failures = [f"{one.name}: {one.error}" for one in self.cloud.failures]
        self.seen.ticks = self.cloud.ticks
        self.seen.dead_letters = self.cloud.dead_letters()
        return self.seen

    def install(self) -> None:
        self.cloud.cdk.bootstrap()
        self.cloud.deploy()
        self.cloud.listen()
        self.seen.resources = len(self.cloud.deployed.physical_ids)
        self.seen.missing = sorted(
            set(self.cloud.deployed.template["Resources"]) - set(self.cloud.deployed.physical_ids)
        )
        self.seen.schedules = len(self.cloud.minutes.wakes)

    def wait_for_keys(self) -> None:
        """Live through two minutes without keys, store them, and be killed."""
        for minute in (58, 59):
            self.cloud.tick(CHAPTER.at(wall(9, minute)))
        self.cloud.wait_for_alert("key is missing")
        self.seen.alerts_without_keys = list(self.cloud.alerts())
        self.seen.snapshots_without_keys = self.cloud.snapshots()
        tokens = self.cloud.simulators.tokens
        typed = (tokens.tradier, tokens.tradier_sandbox, tokens.polygon, tokens.trading_volatility)
        self.cloud.alphagex("secrets", "set", "--stage", STAGE, typed="".join(f"{one}\n" for one in typed))
        self.cloud.wait_until_saved()
        self.cloud.restart(kill=True)
        self.seen.parameters_after_kill = sorted(self.cloud.parameter_names())

    def enter(self) -> None:
        self.cloud.tick_until(self._minutes(CHAPTER.at(PREMIUM_TIME)), self._is_open, "an entry of PROMETHEUS")
        (self.seen.entered,) = self.cloud.positions(Bot.PROMETHEUS)
        self.cloud.wait_for_alert("PROMETHEUS opened")

    def _is_open(self) -> bool:
        return any(held.state == "OPEN" for held in self.cloud.positions(Bot.PROMETHEUS))

    def reduce(self) -> None:
        """Flip the breaker, then let another bot find its entry."""
        self.cloud.set_breaker("REDUCING")
        self.cloud.set_parameter(f"bots/{Bot.ATLAS}", json.dumps(ONE_LOOK))
        self.cloud.tick_until(self._minutes(self._next_minute()), self._wants_in, "a look at an entry of ATLAS")
        self.cloud.wait_for_alert("Breaker REDUCING")

    def _wants_in(self) -> bool:
        looked = self.cloud.decisions(Bot.ATLAS)
        self.seen.denials_while_reducing = {str(denial.code) for denial in looked[-1].denials} if looked else set()
        return "BREAKER" in self.seen.denials_while_reducing

    def update(self) -> None:
        """Deploy a changed template, with other first documents, over the running stage."""
        self.seen.before_update = self._state()
        for file in self.cloud.documents.iterdir():
            file.write_text(json.dumps(OFF))
        self.cloud.deploy(email="trader@example.com", tradier_sandbox_url="http://127.0.0.1:9")
        self.seen.after_update = self._state()

    def _state(self) -> dict[str, Any]:
        return {
            "position": self.cloud.positions(Bot.PROMETHEUS),
            "tables": {name: self.cloud.outputs[f"{name}Table"] for name in TABLES},
            "breaker": self.cloud.parameter("circuit-breaker"),
            "documents": [self.cloud.parameter(f"bots/{bot}") for bot in Bot],
            "versions": self.cloud.versions(),
        }

    def exit(self) -> None:
        """Days later the market has fallen; the breaker lets exits go."""
        days = (CHAPTER.at(wall(11), days) for days in (5, 6))
        minutes = (at + timedelta(minutes=n) for at in days for n in range(MOST_MINUTES))
        self.cloud.tick_until(minutes, lambda: not self.cloud.positions(Bot.PROMETHEUS), "the exit of PROMETHEUS")
        self.cloud.wait_for_alert("PROMETHEUS closed")
        self.seen.breaker_at_exit = self.cloud.parameter("circuit-breaker")
        self.seen.positions_at_the_end = sum(len(self.cloud.positions(bot)) for bot in Bot)

    def destroy(self) -> None:
        """Remove the stack, and count what is left in the tables."""
        began = time.monotonic()
        tables = {name: self.cloud.outputs[f"{name}Table"] for name in TABLES}
        self.cloud.cdk.destroy()
        self.seen.tables_after_destroy = {name: self.cloud.items(table) for name, table in tables.items()}
        self.seen.stack_after_destroy = self.cloud.stack_status()
        self.seen.seconds["destroy"] = time.monotonic() - began

    def _next_minute(self) -> datetime:
        return self.cloud.clock.now() + timedelta(minutes=1)

    @staticmethod
    def _minutes(first: datetime) -> Iterator[datetime]:
        return (first + timedelta(minutes=n) for n in range(MOST_MINUTES))
