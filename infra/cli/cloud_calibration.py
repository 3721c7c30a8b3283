"""``alphagex calibrate --cloud``: the same batches, judged side by side in the user's own account."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import uuid4

from infra.cli.cost.prices import MILLION, PRICES, Item, Price
from infra.cli.mistakes import CommandError
from infra.cli.stage import Place
from shared.adapters.s3 import Bucket
from shared.backtest.calibration.batch import (
    Batch,
    Outcome,
    history_key,
    items_key,
    outcomes_prefix,
    packed,
    read,
)
from shared.backtest.history import History
from shared.domain.objects import Objects

POLL_SECONDS: Final = 2.0
MEMORY_GB: Final = Decimal(1_769) / 1_024
SECONDS_A_JUDGEMENT: Final = Decimal("0.5")
"""Of one trial over one window of half a year; 0.1 to 0.2 were measured on a laptop."""
SECONDS_A_BATCH: Final = Decimal(10)
"""For the start of a worker, its market and the exposures of its window."""
TRANSITIONS_A_BATCH: Final = 4
TRANSITION: Final = Price(Decimal(25), MILLION, "https://aws.amazon.com/step-functions/pricing/")
STORED: Final = Price(Decimal("5.00"), MILLION, "https://aws.amazon.com/s3/pricing/")
"""A file written; what is read costs a twelfth of it."""

RUNNING: Final = "RUNNING"
SUCCEEDED: Final = "SUCCEEDED"


class Estimate(NamedTuple):
    """What a run will cost, without any free tier, and for how long processors work, all together."""

    dollars: Decimal
    seconds: Decimal


class Judged(NamedTuple):
    """What came back, and which batches did not."""

    outcomes: Mapping[int, Outcome]
    missing: tuple[Batch, ...]


@dataclass(frozen=True)
class Cloud:
    """The workflow of one stage."""

    files: Objects
    bucket: str
    workflow: str
    client: Any
    wait: Callable[[float], None] = time.sleep

    def start(self, batches: Sequence[Batch], history: History) -> str:
        """Store history and batches, start the workflow, and return the ARN of its execution."""
        run = f"{batches[0].bot.lower()}-{uuid4().hex[:12]}"
        self.files.write(history_key(run), packed(history))
        listed = [batch.model_dump(mode="json") for batch in batches]
        self.files.write(items_key(run), json.dumps(listed, separators=(",", ":")).encode())
        asked = {"run": run, "bucket": self.bucket, "key": items_key(run)}
        started = self.client.start_execution(stateMachineArn=self.workflow, name=run, input=json.dumps(asked))
        arn: str = started["executionArn"]
        return arn

    def watch(self, execution: str, advance: Callable[[int], object]) -> None:
        """Wait until an execution is over, telling how many batches are judged so far.

        Raises:
            CommandError: it failed, or was stopped.
        """
        prefix = outcomes_prefix(_run(execution))
        while True:
            told = self.client.describe_execution(executionArn=execution)
            advance(len(self.files.keys(prefix)))
            if told["status"] == SUCCEEDED:
                return
            if told["status"] != RUNNING:
                raise CommandError(
                    f"the workflow ended {told['status']} ({told.get('error', 'no reason given')})",
                    "read the log of the function calibrate, or leave --cloud out",
                )
            self.wait(POLL_SECONDS)

    def stop(self, execution: str) -> None:
        """Stop an execution; what it judged stays in the bucket."""
        self.client.stop_execution(executionArn=execution, cause="stopped at the command line")

    def read(self, execution: str, batches: Sequence[Batch]) -> Judged:
        """Read what was judged."""
        found = [read(self.files.read(key)) for key in self.files.keys(outcomes_prefix(_run(execution)))]
        outcomes = {outcome.number: outcome for outcome in found}
        return Judged(outcomes, tuple(batch for batch in batches if batch.number not in outcomes))


def cloud_of(place: Place) -> Cloud:
    """Find the workflow of a stage.

    Raises:
        CommandError: the stage was deployed without it.
    """
    bucket, workflow = place.outputs.get("CalibrationBucket"), place.outputs.get("CalibrationWorkflow")
    if bucket is None or workflow is None:
        raise CommandError(
            f"the stage {place.name} has no calibration in the cloud",
            "deploy it with -c calibration=true, or leave --cloud out",
        )
    return Cloud(Bucket(place.client("s3"), bucket), bucket, workflow, place.client("stepfunctions"))


def estimated(batches: Sequence[Batch]) -> Estimate:
    """Return what these batches will cost."""
    judgements = sum(len(batch.trials) for batch in batches)
    seconds = judgements * SECONDS_A_JUDGEMENT + len(batches) * SECONDS_A_BATCH
    dollars = (
        PRICES[Item.LAMBDA_SECONDS].of(seconds * MEMORY_GB)
        + PRICES[Item.LAMBDA_REQUESTS].of(Decimal(len(batches)))
        + TRANSITION.of(Decimal(TRANSITIONS_A_BATCH * len(batches) + 2))
        + STORED.of(Decimal(2 * len(batches) + 2))
    )
    return Estimate(dollars, seconds)


def _run(execution: str) -> str:
    return execution.rpartition(":")[2]
