"""Whether the stack in a local AWS is the one that would be deployed now; then it need not be deployed again."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, ValidationError

from infra.local.cdk import PROJECT
from infra.local.deployed import DeployedStack

PARTS: Final = ("functions", "shared", "infra/aws", "cdk.json", "uv.lock")
"""What a template and its bundles are made of."""
PARAMETER: Final = "/local-stage/deployment"
"""Kept in the AWS itself, so that it is saved and lost together with what it tells of."""


class Deployment(BaseModel):
    """What was deployed last: the digest of all it was made of, and the outputs of its stack."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    outputs: dict[str, str]


def digest(context: Mapping[str, str], project: Path = PROJECT) -> str:
    """Return the digest of the sources of a deployment and of its context."""
    total = hashlib.sha256(json.dumps(dict(context), sort_keys=True).encode())
    for file in _files(project):
        total.update(f"\0{file.relative_to(project)}\0".encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def _files(project: Path) -> Iterator[Path]:
    for part in PARTS:
        path = project / part
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (one for one in found if one.is_file() and "__pycache__" not in one.parts)


def deployed(stack: DeployedStack) -> Deployment | None:
    """Return what this AWS was deployed with, None where that is not known or its functions are not there."""
    try:
        found: Any = stack.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
        known = Deployment.model_validate_json(found)
        stack.client("lambda").get_function_configuration(FunctionName=known.outputs["TradeFunction"])
    except (ClientError, ValidationError, KeyError):
        return None
    return known


def remember(stack: DeployedStack, made: Deployment) -> None:
    """Write down what was deployed."""
    stack.client("ssm").put_parameter(Name=PARAMETER, Value=made.model_dump_json(), Type="String", Overwrite=True)
