"""`alphagex calibrate --cloud`: the command line against an account in which the workflow was deployed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.session import get_session
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend, lambda_simple_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from functions.calibrate.workflow import Calibrate
from infra.cli import cloud_calibration
from infra.cli.mistakes import MISTAKE
from infra.cli.stage import Place
from infra.local.ministack import REGION
from shared.adapters.s3 import Bucket
from shared.settings import Environment
from tests.infra.backtest.scale import cloud_in, worked
from tests.infra.cli.conftest import Ran, run_command

STRETCH = ("--from", "2016-09-01", "--to", "2017-06-09", "--windows", "2", "--trials", "10", "--workers", "1")
BUCKET = "calibration-cli"


class Worker(LambdaSimpleBackend):
    """Lambda with the real worker behind every function."""

    lost: frozenset[int] = frozenset()
    """Batches whose container dies."""

    def invoke(self, function_name: str, qualifier: str | None, body: Any, *_: Any) -> bytes:
        if json.loads(body)["batch"]["number"] in self.lost:
            raise ConnectionError("the container is gone")
        return worked(body, Calibrate(Bucket(boto3.client("s3"), BUCKET)))


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account with two stages, of which one was deployed with calibration."""
    with mock_aws(config={"lambda": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}):
        function = f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:calibrate:live"
        cloud = cloud_in(None, BUCKET, function, print)
        outputs = {"CalibrationBucket": BUCKET, "CalibrationWorkflow": cloud.workflow}
        lambda_simple_backends[DEFAULT_ACCOUNT_ID][REGION] = Worker(REGION, DEFAULT_ACCOUNT_ID)
        monkeypatch.setattr(
            sys.modules["infra.cli.calibrate"],
            "open_place",
            lambda stage, *_: place(stage, outputs if stage == "paper" else {}),
        )
        yield


def place(stage: str, outputs: dict[str, str]) -> Place:
    names = {name: "none" for name, field in Environment.model_fields.items() if field.is_required()}
    return Place(stage, Environment.model_validate(names), get_session(), REGION, None, outputs)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, str]:
    """What this machine finds: what it told, and the document."""
    folder = tmp_path_factory.mktemp("here")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        ran = run_command("calibrate", "SOLOMON", *STRETCH, "--out", "here.json", "--json")
    assert ran.code == 0, ran.err
    return ran, (folder / "here.json").read_text()


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("lost", "says"),
    [
        pytest.param(frozenset(), "2 batches on paper", id="all of it"),
        pytest.param(
            frozenset({1}), "1 of 2 batches failed in the cloud and were judged here", id="but for a batch that failed"
        ),
    ],
)
def test_the_cloud_finds_what_this_machine_finds(
    here: tuple[Ran, str], lost: frozenset[int], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cloud_calibration, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(Worker, "lost", lost)
    there = run_command(
        *("calibrate", "SOLOMON", *STRETCH, "--out", "there.json", "--json"),
        *("--cloud", "--yes", "--region", REGION),
    )
    assert there.code == 0, there.err
    assert there.out == here[0].out
    assert (tmp_path / "there.json").read_text() == here[1]
    assert says in there.err
    assert "$0.00 at list prices" in there.err


@pytest.mark.usefixtures("account")
def test_a_stage_without_it_says_how_to_get_it() -> None:
    ran = run_command("calibrate", "SOLOMON", *STRETCH, "--cloud", "--yes", "--stage", "plain", "--region", REGION)
    assert (ran.code, "deploy it with -c calibration=true" in ran.err) == (MISTAKE, True), ran.err
