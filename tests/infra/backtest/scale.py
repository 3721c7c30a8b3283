"""The workflow of the stack, the real worker behind it, and a small calibration to run through both."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_STORED, ZipFile

import boto3

from functions.calibrate.workflow import Calibrate, CalibrateRequest
from infra.aws.calibration import BUCKET_VARIABLE, definition
from infra.aws.catalogue import CALIBRATION
from infra.cli.cloud_calibration import Cloud
from infra.local.backtest.sampling import drawn
from infra.local.backtest.workers import Task
from shared.adapters.s3 import Bucket
from shared.backtest.calibration.space import Trial, space_of
from shared.backtest.calibration.windows import windows_of
from shared.backtest.history import History
from shared.domain.errors import StoreError
from shared.domain.vocabulary import Bot

BOT, SEED, WINDOWS = Bot.SOLOMON, 13, 2
FIRST, LAST = date(2016, 9, 1), date(2017, 6, 10)
ROLE = "arn:aws:iam::000000000000:role/calibration"


class Small(NamedTuple):
    """Three trials over two windows, and what one process makes of them."""

    task: Task
    trials: list[Trial]
    history: History


def small() -> Small:
    history = History.embedded()
    days = tuple(day for day in history.days if FIRST <= day <= LAST)
    trials, _ = drawn(space_of(BOT), 3, SEED)
    return Small(Task(BOT, windows_of(days, WINDOWS), days, None, SEED), trials, history)


class Shelf:
    """Files in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, key: str) -> bytes:
        if key not in self.files:
            raise StoreError(f"{key} is not there")
        return self.files[key]

    def write(self, key: str, data: bytes) -> None:
        self.files[key] = data

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.files if key.startswith(prefix))


def worked(request: bytes, calibrate: Calibrate) -> bytes:
    """Answer as the handler does."""
    return json.dumps({"judged": calibrate.run(CalibrateRequest.model_validate_json(request))}).encode()


def cloud_in(endpoint: str | None, bucket: str, function_arn: str, wait: Any) -> Cloud:
    """Make bucket and workflow by hand, as the stack would."""
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=bucket)
    client = boto3.client("stepfunctions", endpoint_url=endpoint)
    made = client.create_state_machine(name=bucket, definition=json.dumps(definition(function_arn)), roleArn=ROLE)
    files = Bucket(boto3.client("s3", endpoint_url=endpoint), bucket)
    return Cloud(files, bucket, made["stateMachineArn"], client, wait)


def function_in(endpoint: str, bundle: Path, bucket: str, folder: Path) -> str:
    """Put the very bundle behind a function of this AWS."""
    packed = folder / "bundle.zip"
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for file in _files(bundle):
            archive.write(file, file.relative_to(bundle))
    s3, functions = boto3.client("s3", endpoint_url=endpoint), boto3.client("lambda", endpoint_url=endpoint)
    s3.create_bucket(Bucket=f"{bucket}-code")
    s3.upload_file(str(packed), f"{bucket}-code", "bundle.zip")
    made = functions.create_function(
        FunctionName=bucket,
        Runtime="python3.13",
        Role=ROLE,
        Handler=CALIBRATION.handler,
        Timeout=CALIBRATION.timeout_seconds,
        MemorySize=CALIBRATION.memory_mb,
        Code={"S3Bucket": f"{bucket}-code", "S3Key": "bundle.zip"},
        Environment={"Variables": {BUCKET_VARIABLE: bucket, "POWERTOOLS_SERVICE_NAME": CALIBRATION.name}},
    )
    return made["FunctionArn"]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
