"""What is measured and what it is measured with: the bundle, the runtime client and a bare function, all compiled."""

import re
import subprocess
from pathlib import Path
from typing import Final

from uv import find_uv_bin

from infra.aws import bundle
from infra.aws.bundle import PROJECT
from infra.aws.pythons import lambda_python
from infra.aws.settings import ProcessorArchitecture

RUNTIME_CLIENT: Final = frozenset({"awslambdaric", "simplejson", "snapshot-restore-py"})
BARE_LIBRARIES: Final = frozenset(
    {
        "boto3",
        "botocore",
        "jmespath",
        "pynamodb",
        "python-dateutil",
        "s3transfer",
        "six",
        "urllib3",
        "typing-extensions",
    }
)
BARE: Final = '''"""The least that a function over DynamoDB can be."""

import boto3
import pynamodb.models


def handler(event, context):
    return {"boto3": boto3.__version__, "pynamodb": pynamodb.__version__}
'''


def make_bundle(target: Path) -> Path:
    """Make the very bundle that is deployed, for this machine's processor."""
    bundle.build(target, ProcessorArchitecture.X86_64)
    return target


def make_runtime_client(target: Path) -> Path:
    """Install AWS's runtime client, which in Lambda lies beside the function."""
    return _install(target, RUNTIME_CLIENT, ("--only-group", "dev"))


def make_bare(target: Path) -> Path:
    """Make a function that does nothing but import boto3 and pynamodb."""
    target.mkdir(parents=True)
    (target / "bare.py").write_text(BARE, encoding="utf-8")
    return _install(target, BARE_LIBRARIES, ("--all-groups",))


def _install(target: Path, wanted: frozenset[str], groups: tuple[str, ...]) -> Path:
    command = (find_uv_bin(), "export", "--locked", "--quiet", "--no-emit-project", "--no-annotate", "--no-header")
    locked = _run((*command, *groups))
    blocks = [one for one in re.split(r"\n(?=\S)", locked) if one.partition("==")[0] in wanted]
    python = lambda_python()
    _run(
        (
            *(find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *("--python", str(python), "--target", str(target), "--no-config", "--requirements", "-"),
        ),
        stdin="\n".join(blocks),
    )
    _run((str(python), "-I", "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash", str(target)))
    return target


def _run(command: tuple[str, ...], stdin: str | None = None) -> str:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, cwd=PROJECT)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} {command[1]}: {done.stderr[-500:]}")
    return done.stdout
