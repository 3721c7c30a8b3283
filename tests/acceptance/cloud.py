"""One AWS on loopback with the deployed stack in it: deployed, ticked and read as an operator would."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from botocore.exceptions import ClientError

from infra.local.cdk import Cdk
from infra.local.deployed import DeployedStack
from infra.local.errors import LocalStageError
from infra.local.ministack import MiniStack, MiniStackSettings
from infra.local.minute_clock import MinuteClock, Woken
from infra.local.ports import free_port
from infra.local.replay_clock import ReplayClock
from infra.local.stage_context import simulated, this_machine
from infra.local.vendors.options import REPLAY_SWITCHES, SimulatorOptions
from infra.local.vendors.simulators import VendorSimulators
from shared.adapters.aws import Aws
from shared.composition import Stage
from shared.domain.decisions import Decision
from shared.domain.positions import Position
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import Bot
from shared.settings import Environment
from tests.functions.story import Story
from tests.patience import until, wait_for_the_market

STAGE: Final = "acceptance"
STACK: Final = f"alphagex-{STAGE}"
SWITCHES: Final = REPLAY_SWITCHES | {"tradier.greeks": "live"}
MEMORY: Final = Path("/dev/shm")
"""Where it has room, workers are unpacked there: each is 2,600 small files."""
ROOM: Final = 2**30
SAVE_SECONDS: Final = 1.0
AWS_COMMAND: Final = Path(sys.executable).with_name("aws")


class Cloud:
    """A context manager: on entering simulators and AWS run, on leaving nothing does."""

    def __init__(self, folder: Path, start_at: datetime, documents: Mapping[Bot, Mapping[str, Any]]) -> None:
        self.folder = folder
        self.clock = ReplayClock.create(folder / "clock", start_at)
        self.simulators = VendorSimulators(Story, self.clock, options=SimulatorOptions(switches=SWITCHES))
        self.documents = folder / "documents"
        self.documents.mkdir()
        for bot, document in documents.items():
            (self.documents / f"{bot}.json").write_text(json.dumps(document))
        self.aws = self._made(enforce_iam=False, port=free_port())
        self.ticks = 0
        self.failures: list[Woken] = []
        self.subjects: list[str] = []
        self.outputs: dict[str, str] = {}
        self.seconds: dict[str, float] = {}
        self._resources = ExitStack()

    def _made(self, *, enforce_iam: bool, port: int) -> MiniStack:
        return MiniStack(
            MiniStackSettings(
                port=port,
                state_dir=self.folder / "aws",
                log_file=self.folder / "ministack.log",
                save_seconds=SAVE_SECONDS,
                scratch_root=MEMORY if has_room(MEMORY) else None,
                enforce_iam=enforce_iam,
            )
        )

    def __enter__(self) -> Self:
        with self._resources:
            self._resources.callback(self._stop_aws)
            self._resources.callback(self.simulators.close)
            self.simulators.start()
            wait_for_the_market(self.simulators)
            self.aws.start()
            self._resources = self._resources.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    def _stop_aws(self) -> None:
        """Stop the AWS that runs now, which need not be the first."""
        self.aws.stop()

    # What the operator does.

    @property
    def cdk(self) -> Cdk:
        return Cdk(self.aws.environment, self.folder / "cdk.out", self.folder / "cdk.log")

    def deploy(self, **more: str) -> None:
        """Deploy the stage, and look at it anew."""
        context = {"stage": STAGE, "documents": str(self.documents), **this_machine(), **self._simulated(), **more}
        self.outputs = self.cdk.deploy(context)
        self.look()

    def _simulated(self) -> dict[str, str]:
        return simulated(self.simulators.urls, self.folder / "clock")

    def look(self) -> None:
        """See what is deployed, through clients of the AWS that runs now."""
        self.deployed = DeployedStack(self.aws.endpoint_url, STACK)
        self.minutes = MinuteClock(self.deployed)
        environment = {
            "STAGE": STAGE,
            "TOPIC_ARN": self.outputs["TopicArn"],
            "EVENT_BUS": self.outputs["EventBus"],
            "CLOCK_FILE": str(self.folder / "clock"),
            **{f"{name.upper()}_TABLE": self.outputs[f"{name}Table"] for name in TABLES},
            **{f"{name}_URL": "http://127.0.0.1" for name in VENDORS},
        }
        region = self.aws.environment["AWS_DEFAULT_REGION"]
        self.stage = Stage(Environment.parse(environment), Aws(region=region, endpoint_url=self.aws.endpoint_url))

    def restart(self, *, enforce_iam: bool = False, kill: bool = False) -> None:
        """End this AWS, by force where asked, and start it again from what it had saved."""
        group = self.aws.process_id
        if kill and group is not None:
            os.killpg(group, signal.SIGKILL)
        self.aws.stop()
        self.aws = self._made(enforce_iam=enforce_iam, port=int(self.aws.endpoint_url.rpartition(":")[2]))
        self.aws.start()
        self.look()

    def wait_until_saved(self) -> None:
        """Wait for a snapshot that was begun after this moment."""
        wait_for_a_snapshot(self.folder / "aws")

    def aws_command(self, *arguments: str) -> None:
        """Run the AWS command line itself."""
        if not AWS_COMMAND.exists():
            raise LocalStageError(f"there is no AWS command line at {AWS_COMMAND}", "install it with `make setup`")
        command = [str(AWS_COMMAND), *arguments]
        subprocess.run(command, env={**os.environ, **self.aws.environment}, check=True, capture_output=True, text=True)

    def alphagex(self, *arguments: str, typed: str) -> None:
        """Run a command of ours in AWS, without a terminal: what is asked for is read from standard input."""
        subprocess.run(
            [sys.executable, "-m", "infra.cli", *arguments],
            env={**os.environ, **self.aws.environment},
            input=typed,
            check=True,
            capture_output=True,
            text=True,
            start_new_session=True,
        )

    def set_breaker(self, state: str) -> None:
        self.set_parameter("circuit-breaker", state)

    def set_parameter(self, name: str, value: str) -> None:
        path = f"/alphagex/{STAGE}/{name}"
        self.aws_command("ssm", "put-parameter", "--name", path, "--value", value, "--overwrite")

    def parameter(self, name: str) -> str:
        """Read a parameter as it stands."""
        found = self.deployed.client("ssm").get_parameter(Name=f"/alphagex/{STAGE}/{name}")
        value: str = found["Parameter"]["Value"]
        return value

    def parameter_names(self) -> list[str]:
        """Return the names of all parameters of the stage."""
        pages = self.deployed.client("ssm").get_paginator("get_parameters_by_path")
        found = pages.paginate(Path=f"/alphagex/{STAGE}", Recursive=True)
        return [one["Name"].removeprefix(f"/alphagex/{STAGE}/") for page in found for one in page["Parameters"]]

    def versions(self) -> dict[str, str]:
        """Return to which version each alias leads."""
        found = self.deployed.client("lambda")
        aliases = (self.outputs[name].rsplit(":", 1)[0] for name in self.outputs if name.endswith("Function"))
        return {one: found.get_alias(FunctionName=one, Name="live")["FunctionVersion"] for one in aliases}

    # What the schedules do.

    def tick(self, at: datetime) -> None:
        """Live through one minute: what is due is woken, and the events that follow are worked off."""
        self.clock.set(max(at, self.clock.now()))
        self.ticks += 1
        self.failures += [one for one in self.minutes.tick(at) if one.error is not None]

    def tick_until(self, minutes: Iterator[datetime], is_so: Callable[[], bool], what: str) -> None:
        """Tick minute after minute until something is so."""
        for at in minutes:
            self.tick(at)
            if is_so():
                return
        raise AssertionError(
            f"{what} did not happen; what failed: {self.failures}; alerts: {self.alerts()}; {self._last_denials()}"
        )

    def _last_denials(self) -> dict[str, list[str]]:
        found = {bot: self.decisions(bot) for bot in Bot}
        return {bot: [str(denial.code) for denial in all_[-1].denials] for bot, all_ in found.items() if all_}

    # What the user sees.

    def listen(self) -> None:
        """Subscribe a queue to the topic."""
        sqs = self.deployed.client("sqs")
        self._queue = sqs.create_queue(QueueName=f"{STAGE}-alerts")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.deployed.client("sns").subscribe(TopicArn=self.outputs["TopicArn"], Protocol="sqs", Endpoint=arn)

    def alerts(self) -> list[str]:
        """Return the subjects of all alerts that have arrived so far."""
        sqs = self.deployed.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                self.subjects.append(json.loads(message["Body"])["Subject"])
                sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return self.subjects

    def wait_for_alert(self, containing: str) -> None:
        until(lambda: any(containing in one for one in self.alerts()), f"an alert with {containing!r}")

    def positions(self, bot: Bot) -> tuple[Position, ...]:
        return tuple(self.stage.book.live(bot).positions)

    def decisions(self, bot: Bot) -> tuple[Decision, ...]:
        return self.stage.sources.decisions.of_day(bot, new_york_date(self.clock.now()))

    def snapshots(self) -> int:
        return self.items(self.outputs["SnapshotsTable"])

    def items(self, table: str) -> int:
        """Count what a table holds."""
        return int(self.deployed.client("dynamodb").scan(TableName=table)["Count"])

    def dead_letters(self) -> int:
        """Count the events that nobody could handle."""
        url, name = self.outputs["DeadLettersUrl"], "ApproximateNumberOfMessages"
        found = self.deployed.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(found["Attributes"][name])

    def stack_status(self) -> str:
        """Return the state of the stack in CloudFormation, or that there is none."""
        cloudformation = self.deployed.client("cloudformation")
        try:
            (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        except ClientError:
            return "NO STACK"
        status: str = stack["StackStatus"]
        return status


TABLES: Final = ("Positions", "Decisions", "Stats", "Snapshots")
VENDORS: Final = ("TRADIER", "TRADIER_SANDBOX", "POLYGON", "TRADING_VOLATILITY")


def has_room(folder: Path) -> bool:
    return folder.is_dir() and shutil.disk_usage(folder).free > ROOM


def wait_for_a_snapshot(aws: Path) -> None:
    """Wait until two snapshots were written from now on: the first may have been begun before."""
    file, seen = aws / "state" / "ssm.json", set[int]()

    def are_three_known() -> bool:
        seen.add(file.stat().st_mtime_ns if file.exists() else 0)
        return len(seen) > 2

    until(are_three_known, "two snapshots of the running AWS")
