"""Watch every bot: reconcile first, then work the orders, then close what must close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from functions.monitor.minute import Minute
from functions.monitor.sight import Sight
from shared.domain import messages
from shared.domain.errors import StoreError
from shared.domain.vocabulary import Bot, TradingState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from functions.monitor.tools import Tools
    from shared.domain.book import Flip
    from shared.domain.ports import Heartbeat, Parameters

LOOP_SECONDS = 5
RUN_SECONDS = 50


@dataclass(frozen=True, slots=True)
class Monitor:
    """The order of work of a minute of watching."""

    parameters: Callable[[], Parameters]
    tools: Tools
    heartbeat: Heartbeat
    last_flip: Callable[[], Flip]
    seconds: int = RUN_SECONDS
    missing_key: Callable[[], str | None] = lambda: None

    def run(self) -> dict[str, int]:
        """Watch all bots once, and again every 5 seconds while something is near an edge or working.

        What goes wrong about one account, bot or position never stops the others; afterwards it is raised as a group.
        """
        clock = self.tools.clock
        started = clock.now()
        parameters = self.parameters()
        self.tools.breakers.begin()
        self._mirror(parameters, started)
        missing = self.missing_key()
        if missing is not None:
            self.tools.alerts.send(messages.missing_key(missing, started))
        minute = Minute(self.tools, parameters, Sight(), started)
        minute.look(tuple(Bot))
        minute.reconcile()
        busy = minute.watch(tuple(Bot))
        minute.send_unsent()
        rounds = 1
        while busy and clock.now() - started < timedelta(seconds=self.seconds - LOOP_SECONDS) and self._has_time():
            clock.sleep(LOOP_SECONDS)
            minute.compare_late(is_last=False)
            busy = minute.again(busy)
            rounds += 1
        minute.compare_late(is_last=True)
        self.heartbeat.beat(clock.now(), {"rounds": str(rounds), "problems": str(len(minute.problems))})
        if minute.problems:
            raise ExceptionGroup("monitor could not look after everything", minute.problems)
        return {"rounds": rounds, "live": minute.live}

    def _has_time(self) -> bool:
        """Tell whether another round could still send an order and hear of it."""
        from shared.desk import POST_SECONDS

        return self.tools.time_left() >= LOOP_SECONDS + POST_SECONDS

    def _mirror(self, parameters: Parameters, now: datetime) -> None:
        """Tell of a flip, then mirror it: a run that ends between the two leaves it to be told twice, never not."""
        switch = parameters.state()
        if self.tools.breakers.mirrored is switch:
            return
        is_first_run = self.heartbeat.last() is None
        if switch is not TradingState.ACTIVE or not is_first_run:
            self.tools.alerts.send(messages.switched(switch, self._flip(), now))
        self.tools.breakers.mirror(switch, now)

    def _flip(self) -> Flip | None:
        """Ask who set the switch, only where it changed; an answer that is refused is none."""
        try:
            return self.last_flip()
        except StoreError:
            return None
