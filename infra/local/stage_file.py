"""Where the local stage answers: a small file that ``alphagex local up`` writes and every other command reads."""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from infra.local.errors import LocalStageError

FILE_VARIABLE: Final = "ALPHAGEX_LOCAL_STAGE"
"""Names another file, for a second stage or a test."""
DEFAULT_FILE: Final = Path(__file__).resolve().parents[2] / ".alphagex" / "local-stage.json"
ANEW: Final = "end `infra.local.stage_process` if it runs, remove the file, and run `alphagex local up`"


class StageFile(BaseModel):
    """A running local stage; ``environment`` is what its functions are told, tables and vendors' hosts included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    stage: str
    endpoint_url: str
    region: str
    process_id: int
    started_at: datetime
    environment: dict[str, str]


def stage_file_path() -> Path:
    """Return where the file is, or would be."""
    named = os.environ.get(FILE_VARIABLE)
    return Path(named) if named else DEFAULT_FILE


def write_stage_file(stage: StageFile) -> Path:
    """Write the file, readable by its owner only, whole or not at all: others may be looking for it."""
    path = stage_file_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(stage.model_dump_json(indent=2) + "\n")
    return part.replace(path)


def read_stage_file() -> StageFile | None:
    """Return the stage that the file tells of, None where there is no file.

    Raises:
        LocalStageError: the file cannot be read.
    """
    path = stage_file_path()
    try:
        return StageFile.model_validate_json(path.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise LocalStageError(f"{path} cannot be read", ANEW) from error


def remove_stage_file() -> None:
    """Forget the stage; harmless when there is none."""
    stage_file_path().unlink(missing_ok=True)
