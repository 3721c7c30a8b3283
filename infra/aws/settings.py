"""What the operator says about a stage, as CDK context (`-c name=value`)."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.aws.environment import CLOCK_FILE, VENDOR_URLS
from infra.aws.errors import StageError

Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?[^\s/]$")]


class ProcessorArchitecture(StrEnum):
    """What the functions run on: arm64 in AWS, x86_64 where a laptop stands in for it."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


class StageSettings(BaseModel):
    """One stage: one account's trader."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")] = "paper"
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")] | None = None
    reserved_concurrency: bool = False
    documents: Path | None = None
    architecture: ProcessorArchitecture = ProcessorArchitecture.ARM64
    bundle: bool = True
    saved_queries: bool = True
    calibration: bool = False
    tradier_url: Url | None = None
    tradier_sandbox_url: Url | None = None
    polygon_url: Url | None = None
    trading_volatility_url: Url | None = None
    clock_file: Path | None = None

    @property
    def environment_overrides(self) -> dict[str, str]:
        """What a local stage puts in place of the vendors and the clock."""
        urls = {name: getattr(self, name.lower()) for name in VENDOR_URLS}
        given = {name: str(url) for name, url in urls.items() if url is not None}
        return given if self.clock_file is None else given | {CLOCK_FILE: str(self.clock_file)}


CONTEXT_NAMES: Final = tuple(StageSettings.model_fields)

_REMEDIES: Final[Mapping[str, str]] = {
    "stage": "give a short name of lower-case letters, digits and hyphens, such as -c stage=paper",
    "email": "give one address, such as -c email=you@example.com",
    "phone": "give the number with its country, such as -c phone=+12125550123",
    "architecture": "give arm64 or x86_64",
    "documents": "give the folder that holds <bot>.json and system.json",
}


def stage_settings(context: Mapping[str, Any]) -> StageSettings:
    """Validate what was given; an empty value counts as not given.

    Raises:
        StageError: a value is impossible; it names value and remedy.
    """
    given = {name: value for name, value in context.items() if value not in (None, "")}
    try:
        return StageSettings.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        raise StageError(
            f"context {name}={fault['input']!r}: {fault['msg']}",
            _REMEDIES.get(name, f"leave -c {name} out to keep the default"),
        ) from error
