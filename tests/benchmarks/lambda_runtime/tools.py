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

import os

import boto3
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model


class Row(Model):
    class Meta:
        table_name = os.environ["POSITIONS_TABLE"]
        region = os.environ["AWS_DEFAULT_REGION"]
        host = os.environ["AWS_ENDPOINT_URL"]

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def handler(event, context):
    if event.get("only_imports"):
        return {"boto3": boto3.__version__}
    try:
        return {"pk": Row.get("bare", "bare").pk}
    except Row.DoesNotExist:
        return {"pk": None}
'''


def make_bundle(target: Path) -> Path:
    """Make the very bundle that is deployed, for this machine's processor."""
    bundle.build(target, ProcessorArchitecture.X86_64)
    return target


def make_runtime_client(target: Path) -> Path:
    """Install AWS's runtime client, which in Lambda lies beside the function."""
    return _install(target, RUNTIME_CLIENT, ("--only-group", "dev"))


def make_bare(target: Path) -> Path:
    """Make a function that imports boto3 and pynamodb, opens one table and reads one item of it, by default."""
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
