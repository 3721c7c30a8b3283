"""The folder of a local stage: what it keeps between two runs, and the lock that says it runs."""

import fcntl
import os
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from infra.local.errors import LocalStageError
from infra.local.stage_file import StageFile, stage_file_path


@dataclass(frozen=True)
class StageFolder:
    """Where a local stage keeps its AWS, its clock, its templates and its logs."""

    path: Path

    @classmethod
    def beside_the_stage_file(cls) -> "StageFolder":
        """Return the folder that goes with the stage file."""
        file = stage_file_path()
        return cls(file.with_name(f"{file.stem}-state"))

    @property
    def aws(self) -> Path:
        """The state of the AWS."""
        return self.path / "aws"

    @property
    def clock(self) -> Path:
        """The clock of the simulated market."""
        return self.path / "clock"

    @property
    def templates(self) -> Path:
        """What the CDK synthesized last."""
        return self.path / "cdk.out"

    @property
    def cdk_log(self) -> Path:
        """What the CDK printed."""
        return self.path / "cdk.log"

    @property
    def aws_log(self) -> Path:
        """What the AWS printed."""
        return self.path / "aws.log"

    @property
    def stage_log(self) -> Path:
        """What the stage itself has to say: its start, each failed wake-up, its end."""
        return self.path / "stage.log"

    @property
    def options(self) -> Path:
        """How the stage was started last."""
        return self.path / "options.json"

    def make(self) -> None:
        """Make it, for its owner only: it holds the vendors' keys."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)

    @property
    def is_held(self) -> bool:
        """Whether a stage runs in it; the system lets go of the lock of a process that is killed."""
        try:
            self.lock().close()
        except FileNotFoundError:
            return False
        except LocalStageError:
            return True
        return False

    def lock(self) -> TextIOWrapper:
        """Hold the folder for as long as the returned file is open.

        Raises:
            LocalStageError: another stage holds it.
        """
        file = (self.path / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise LocalStageError("the local stage runs already", "see `alphagex local status`") from error
        return file


def is_running(stage: StageFile) -> bool:
    """Tell whether the process that wrote the file still lives: after a kill its id may be that of another program."""
    try:
        os.kill(stage.process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return StageFolder.beside_the_stage_file().is_held
