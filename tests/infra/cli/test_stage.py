"""Where a command works, and what it says where it cannot."""

import os
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    InvalidRegionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from infra.cli.mistakes import MISTAKE, UNREACHABLE, told
from infra.cli.stage import open_place
from infra.local.stage_file import FILE_VARIABLE, StageFile, read_stage_file, write_stage_file
from shared.domain.errors import StoreError
from tests.infra.cli.conftest import Ran, run_command

TEMPLATE = """
Resources:
  Topic: {Type: "AWS::SNS::Topic"}
  Trade:
    Type: "AWS::Lambda::Function"
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: "arn:aws:iam::000000000000:role/trade"
      Code: {ZipFile: "handler = print"}
      Environment: {Variables: {TRADIER_URL: "http://127.0.0.1:1", CLOCK_FILE: "/tmp/clock"}}
Outputs:
  PositionsTable: {Value: p}
  DecisionsTable: {Value: d}
  StatsTable: {Value: s}
  SnapshotsTable: {Value: n}
  TopicArn: {Value: !Ref Topic}
  EventBus: {Value: bus}
  TradeFunction: {Value: !GetAtt Trade.Arn}
"""


def refused(code: str) -> ClientError:
    reply: Any = {"Error": {"Code": code, "Message": f"{code} says AWS"}}
    return ClientError(reply, "DescribeStacks")


def stored(error: Exception) -> StoreError:
    wrapped = StoreError("live ATLAS: it failed")
    wrapped.__cause__ = error
    return wrapped


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        pytest.param(NoCredentialsError(), MISTAKE, "no AWS credentials were found; run `aws configure`", id="no keys"),
        pytest.param(
            InvalidRegionError(region_name="us east"),
            MISTAKE,
            "there is no such AWS region; give --region",
            id="region",
        ),
        pytest.param(refused("ExpiredToken"), MISTAKE, "the AWS login has expired; log in again", id="expired"),
        pytest.param(refused("InvalidClientTokenId"), MISTAKE, "AWS does not know these credentials", id="unknown key"),
        pytest.param(refused("AccessDenied"), MISTAKE, "AWS does not allow it: An error occurred", id="denied"),
        pytest.param(
            stored(refused("ExpiredTokenException")), MISTAKE, "the AWS login has expired", id="below the store"
        ),
        pytest.param(
            ReadTimeoutError(endpoint_url="x"), UNREACHABLE, "AWS did not answer in time; try again", id="timeout"
        ),
        pytest.param(
            EndpointConnectionError(endpoint_url="x"), UNREACHABLE, "AWS cannot be reached; check", id="no AWS"
        ),
        pytest.param(StoreError("live ATLAS: gone"), UNREACHABLE, "live ATLAS: gone", id="the store"),
    ],
)
def test_what_aws_refuses_is_told_in_one_line(
    error: Exception, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise error

    assert told(fails) == code
    line = capsys.readouterr().err
    assert line.startswith(f"alphagex: {says}")
    assert line.count("\n") == 1


@pytest.mark.usefixtures("aws_env")
def test_a_stage_is_found_by_the_outputs_of_its_stack() -> None:
    boto3.client("cloudformation", "us-east-1").create_stack(StackName="alphagex-mine", TemplateBody=TEMPLATE)
    place = open_place("mine", region="us-east-1")
    found = place.settings
    assert (found.stage, found.positions_table, found.stats_table, found.event_bus) == ("mine", "p", "s", "bus")
    assert (found.tradier_url, found.polygon_url) == ("http://127.0.0.1:1", "https://api.polygon.io")
    assert (place.where, place.is_local) == ("mine, AWS us-east-1", False)


@pytest.mark.usefixtures("aws_env")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("--region", "us-east-1"), "there is no stage paper in us-east-1 (no stack", id="no such stage"),
        pytest.param(("--profile", "nobody"), "there is no such AWS profile", id="no such profile"),
        pytest.param(("--stage", "local"), "no local stage is running; start it with `alphagex local up`", id="local"),
    ],
)
def test_a_place_that_is_not_there_is_told_in_one_line(
    arguments: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "none.json"))
    ended: Ran = run_command("status", *arguments)
    assert (ended.code, ended.out) == (MISTAKE, "")
    assert says in ended.err
    assert ended.err.count("\n") == 1


def test_the_file_of_a_stage_comes_back_as_it_was_and_is_its_owners(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "folder" / "stage.json"))
    assert read_stage_file() is None
    facts = {"stage": "local", "endpoint_url": "http://127.0.0.1:1", "region": "us-east-1", "process_id": os.getpid()}
    made = StageFile.model_validate(facts | {"started_at": "2026-11-23T00:00:00Z", "environment": {"STAGE": "local"}})
    path = write_stage_file(made)
    assert read_stage_file() == made
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("{}")
    broken = run_command("status", "--stage", "local")
    assert (
        broken.code,
        "cannot be read; end `infra.local.stage_process` if it runs, remove the file" in broken.err,
    ) == (MISTAKE, True)
