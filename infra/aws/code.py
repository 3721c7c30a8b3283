"""The code asset of the functions, made on this machine without Docker."""

from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from infra.aws.bundle import PROJECT, TRADING, Contents, build, digest
from infra.aws.pythons import lambda_python
from infra.aws.settings import ProcessorArchitecture


@jsii.implements(ILocalBundling)
class _OnThisMachine:
    def __init__(self, architecture: ProcessorArchitecture, contents: Contents) -> None:
        self._architecture = architecture
        self._contents = contents

    def try_bundle(self, output_dir: str, options: Any = None, **_: Any) -> bool:  # noqa: ANN401, ARG002 (as the CDK calls it)
        build(Path(output_dir), self._architecture, self._contents)
        return True


def function_code(architecture: ProcessorArchitecture, contents: Contents = TRADING) -> lambda_.Code:
    """Return the asset with these contents; it is made anew only when a source or the lock file changed.

    Raises:
        StageError: Lambda's Python cannot be had.
    """
    lambda_python()
    return lambda_.Code.from_asset(
        str(PROJECT / "functions"),
        asset_hash=digest(architecture, contents),
        asset_hash_type=AssetHashType.CUSTOM,
        bundling=BundlingOptions(
            image=DockerImage.from_registry("unused"),
            local=_OnThisMachine(architecture, contents),
        ),
    )


def unbundled_code() -> lambda_.Code:
    """Return the sources alone: enough to look at a template, not to run."""
    return lambda_.Code.from_asset(str(PROJECT / "functions"), exclude=["**/__pycache__"])
