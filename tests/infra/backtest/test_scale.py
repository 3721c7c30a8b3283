"""One worker or many, processes or functions, on either interpreter of workflows: the same judgements."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend, lambda_simple_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from functions.calibrate.settings import CalibrateSettings
from functions.calibrate.workflow import Calibrate, CalibrateRequest
from infra.aws.bundle import CALIBRATION, build
from infra.aws.settings import ProcessorArchitecture
from infra.cli.cloud_calibration import Cloud, estimated
from infra.cli.mistakes import CommandError
from infra.local.backtest.workers import judged_by
from infra.local.ministack import MiniStack
from infra.local.stage_context import this_machine
from shared.adapters.s3 import Bucket
from shared.backtest.calibration.batch import (
    Batch,
    batches_of,
    history_key,
    joined,
    outcomes_prefix,
    packed,
    read,
    unpacked,
)
from shared.backtest.calibration.judging import Judged
from shared.domain.errors import InvalidConfigurationError, InvalidValueError
from tests.infra.backtest.scale import (
    BOT,
    SEED,
    WINDOWS,
    Shelf,
    Small,
    cloud_in,
    function_in,
    small,
    worked,
)

REGION = "us-east-1"


@pytest.fixture(scope="module")
def asked() -> Small:
    return small()


@pytest.fixture(scope="module")
def alone(asked: Small) -> list[list[Judged]]:
    """What one process finds."""
    return list(judged_by(asked.task, asked.trials, 1))


def batches(asked: Small) -> tuple[Batch, ...]:
    """A batch a trial and window, so that there is something to share out."""
    found: list[Batch] = []
    for offset, trial in enumerate(asked.trials):
        for batch in batches_of(BOT, SEED, asked.task.windows, [trial]):
            found.append(batch.model_copy(update={"number": len(found), "offset": offset}))
    return tuple(found)


def test_something_is_judged(alone: list[list[Judged]]) -> None:
    assert sum(one.trades for row in alone for one in row) > 5


def test_two_processes_find_what_one_finds(asked: Small, alone: list[list[Judged]]) -> None:
    assert list(judged_by(asked.task, asked.trials, 2)) == alone


def test_batches_in_any_order_find_what_one_process_finds(asked: Small, alone: list[list[Judged]]) -> None:
    shelf, cut = Shelf(), batches(asked)
    shelf.write(history_key("run"), packed(asked.history))
    for batch in reversed(cut):
        assert Calibrate(shelf).run(CalibrateRequest(run="run", batch=batch)) == 1
    found = {outcome.number: outcome for outcome in map(read, map(shelf.read, shelf.keys(outcomes_prefix("run"))))}
    assert joined(cut, found, len(asked.trials), WINDOWS) == alone


class Worker(LambdaSimpleBackend):
    """Lambda of moto with the real worker behind it, one container that stays warm."""

    bucket = "calibration-moto"

    def invoke(self, function_name: str, qualifier: str | None, body: Any, *_: Any) -> bytes:
        if self._calibrate is None:
            self._calibrate = Calibrate(Bucket(boto3.client("s3"), self.bucket))
        return worked(body, self._calibrate)

    _calibrate: Calibrate | None = None


@pytest.fixture
def worker() -> Iterator[Worker]:
    with mock_aws(config={"lambda": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}):
        made = Worker(REGION, DEFAULT_ACCOUNT_ID)
        lambda_simple_backends[DEFAULT_ACCOUNT_ID][REGION] = made
        yield made


def through(cloud: Cloud, asked: Small, cut: Sequence[Batch]) -> list[list[Judged]]:
    seen: list[int] = []
    execution = cloud.start(cut, asked.history)
    cloud.watch(execution, seen.append)
    found = cloud.read(execution, cut)
    assert (seen[-1], found.missing) == (len(cut), ())
    return joined(cut, found.outcomes, len(asked.trials), WINDOWS)


def function_of_moto(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:{name}:live"


def test_moto_runs_the_workflow_to_the_same_end(
    worker: Worker, asked: Small, alone: list[list[Judged]], pause: Any
) -> None:
    cloud = cloud_in(None, worker.bucket, function_of_moto("calibrate"), pause)
    assert through(cloud, asked, batches(asked)) == alone


def test_a_batch_that_fails_is_told_and_the_others_stand(worker: Worker, asked: Small, pause: Any) -> None:
    good, other = batches(asked)[:2]
    cut = (good, other.model_copy(update={"trials": ({"short_delta": "none"},)}))
    cloud = cloud_in(None, worker.bucket, function_of_moto("calibrate"), pause)
    execution = cloud.start(cut, asked.history)
    cloud.watch(execution, lambda _: None)
    found = cloud.read(execution, cut)
    assert (set(found.outcomes), found.missing) == ({good.number}, cut[1:])


def test_a_workflow_that_fails_is_one_line(worker: Worker, asked: Small, pause: Any) -> None:
    cloud = cloud_in(None, worker.bucket, function_of_moto("calibrate"), pause)
    execution = replace(cloud, bucket="nowhere").start(batches(asked)[:1], asked.history)
    with pytest.raises(CommandError, match=r"the workflow ended FAILED .* leave --cloud out"):
        cloud.watch(execution, lambda _: None)


def test_what_it_will_cost_grows_with_the_work(asked: Small) -> None:
    one = estimated(batches_of(BOT, SEED, asked.task.windows, asked.trials))
    hundred = estimated(batches_of(BOT, SEED, asked.task.windows, asked.trials * 100))
    assert Decimal(0) < one.dollars < Decimal("0.01") < hundred.dollars < Decimal("0.10")
    assert hundred.seconds > 20 * one.seconds


@pytest.mark.parametrize(
    ("trials", "count", "largest"),
    [pytest.param(30, 4, 25, id="usual"), pytest.param(20_000, 1_000, 40, id="as many as a workflow carries")],
)
def test_batches_are_as_many_as_a_workflow_carries(asked: Small, trials: int, count: int, largest: int) -> None:
    cut = batches_of(BOT, SEED, asked.task.windows, asked.trials[:1] * trials)
    assert (len(cut), max(len(batch.trials) for batch in cut)) == (count, largest)
    assert sum(len(batch.trials) for batch in cut) == trials * WINDOWS


@pytest.mark.parametrize(
    ("reading", "data"),
    [
        pytest.param(read, b"not JSON", id="outcome"),
        pytest.param(read, b'{"number": 1}', id="outcome without judgements"),
        pytest.param(unpacked, b"no gzip", id="history"),
    ],
)
def test_bytes_that_are_something_else_are_refused(reading: Callable[[bytes], object], data: bytes) -> None:
    with pytest.raises(InvalidValueError, match="run the calibration again"):
        reading(data)


def test_the_function_says_which_variable_is_missing() -> None:
    with pytest.raises(InvalidConfigurationError, match="CALIBRATION_BUCKET"):
        CalibrateSettings.parse({})


def test_ministack_runs_the_very_bundle_to_the_same_end(
    ministack: MiniStack, asked: Small, alone: list[list[Judged]], tmp_path: Path, pause: Any
) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    build(bundle, ProcessorArchitecture(this_machine()["architecture"]), CALIBRATION)
    function = function_in(ministack.endpoint_url, bundle, "calibration-bundle", tmp_path)
    cloud = cloud_in(ministack.endpoint_url, "calibration-bundle", function, pause)
    assert through(cloud, asked, batches_of(BOT, SEED, asked.task.windows, asked.trials)) == alone
