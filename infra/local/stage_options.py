"""How a local stage is to run."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.local.errors import LocalStageError
from shared.domain.sessions import NEW_YORK

DEFAULT_PORT: Final = 4566
SIMULATORS_ABOVE: Final = 10
"""The simulators take their ports from here above the AWS's own."""
FIRST_DAY: Final = date(2015, 1, 5)
LAST_DAY: Final = date(2018, 12, 28)
LAST_START: Final = LAST_DAY - timedelta(days=6)
"""The market goes on from the first day, from here on, that has the weekday of today: six days later at most."""
DEFAULT_DAY: Final = date(2017, 1, 3)
WEEK: Final = timedelta(weeks=1)


class StageOptions(BaseModel):
    """What `alphagex local up` was told; kept, so that the next start goes on in the same way.

    `weeks_back` is how far the simulated market lies in the past: whole weeks, so that weekday and time of day in New
    York are those of the wall. `speed` is how many simulated minutes pass in one, `save_seconds` how often the state of
    the AWS is written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")] = "local"
    port: Annotated[int, Field(ge=1024, le=65_000)] = DEFAULT_PORT
    real_vendors: bool = False
    weeks_back: Annotated[int, Field(ge=0)] = 0
    speed: Annotated[float, Field(ge=1, le=60)] = 1.0
    seed: int = 13
    save_seconds: Annotated[float, Field(ge=1, le=60)] = 20.0

    def simulated(self, now: datetime) -> datetime:
        """Return the moment of the past that stands for this one."""
        wall = now.astimezone(NEW_YORK).replace(tzinfo=None)
        return (wall - self.weeks_back * WEEK).replace(tzinfo=NEW_YORK)

    def write(self, path: Path) -> None:
        """Keep them for the next start."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return how the stage was started last, None where it never was.

        Raises:
            LocalStageError: the file cannot be read.
        """
        try:
            return cls.model_validate_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise LocalStageError(f"{path} cannot be read", "remove it, and give the options again") from error


def weeks_since(day: date, now: datetime) -> int:
    """Return how many whole weeks lie between a day and now.

    Raises:
        LocalStageError: the history has no market for that day.
    """
    if not FIRST_DAY <= day <= LAST_START:
        raise LocalStageError(f"there is no history from {day} on", f"choose a day from {FIRST_DAY} to {LAST_START}")
    return (now.astimezone(NEW_YORK).date() - day) // WEEK
