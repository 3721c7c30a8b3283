"""The clock of a local stage: what the schedules of the deployed stack name is woken, minute by minute."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from infra.local.deployed import DeployedStack, Wake

LONGEST_ANSWER_SECONDS: Final = 90
AT_ONCE: Final = 8


@dataclass(frozen=True)
class Woken:
    """One wake-up and its end; `error` is what the function said of its failure."""

    name: str
    error: str | None


class MinuteClock:
    """Wakes functions as EventBridge Scheduler does: all of a minute at once, none of them twice, no repeat."""

    def __init__(self, stack: DeployedStack) -> None:
        """Read the schedules of this stack now."""
        from botocore.config import Config

        patient = Config(
            read_timeout=LONGEST_ANSWER_SECONDS, retries={"total_max_attempts": 1}, max_pool_connections=AT_ONCE
        )
        self._lambda = stack.client("lambda", config=patient)
        self.wakes = stack.wakes()

    def due(self, at: datetime) -> tuple[Wake, ...]:
        """Return what fires in the minute of an instant."""
        return tuple(wake for wake in self.wakes if wake.is_due(at))

    def tick(self, at: datetime) -> tuple[Woken, ...]:
        """Wake what is due, and return when all have ended."""
        return self.wake(self.due(at))

    def wake(self, wakes: Iterable[Wake]) -> tuple[Woken, ...]:
        """Wake these now."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return tuple(pool.map(self._wake, wakes))

    def _wake(self, wake: Wake) -> Woken:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            reply: Mapping[str, Any] = self._lambda.invoke(FunctionName=wake.function, Payload=wake.event.encode())
        except (BotoCoreError, ClientError) as error:
            return Woken(wake.name, " ".join(str(error).split()))
        answer = reply["Payload"].read().decode(errors="replace")
        return Woken(wake.name, _reason(answer) if reply.get("FunctionError") else None)


def _reason(answer: str) -> str:
    try:
        told: Any = json.loads(answer)
    except ValueError:
        return answer[:500]
    return f"{told.get('errorType')}: {told.get('errorMessage')}" if isinstance(told, dict) else answer[:500]
