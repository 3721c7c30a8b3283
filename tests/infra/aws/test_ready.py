"""What a cold start would compile and search is left ready in the bundle, and taken from there."""

import json
import marshal
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.aws import ready
from infra.aws.bundle import PROJECT
from infra.aws.pythons import lambda_python

THING = '''"""A module as the functions have them."""

import re
from dataclasses import dataclass
from typing import NamedTuple, Union

import library

WORDS = re.compile(r"(?P<first>[a-z]+) (\\d+)", re.IGNORECASE)
BYTES = re.compile(rb"[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Leg:
    strike: int
    sign: int = -1


class Pair(NamedTuple):
    one: int
    other: int = 2


Either = Union["Leg", "Pair"]
'''
START = """
import json, re, sys

sys.path.insert(0, sys.argv[1])
texts, parsed = [], []
import dataclasses, inspect, typing, re._compiler, re._parser
sys.addaudithook(lambda event, told: texts.append(str(told[0])) if event == "compile" else None)
parse = re._parser.parse
re._parser.parse = lambda *told: (parsed.append(str(told[0])), parse(*told))[1]
from functions import thing

found = thing.WORDS.match("Abc 12")
print(json.dumps({
    "made": [repr(thing.Leg(95)), thing.Leg(1) == thing.Leg(1), repr(thing.Pair(1)), found["first"], found[2]],
    "names": [name.__forward_arg__ for name in typing.get_args(thing.Either)],
    "bytes": bool(thing.BYTES.match(b"12")),
    "places": [thing.__file__, thing.__spec__.cached, thing.library.__file__, thing.library.__path__[0]],
    "texts": texts,
    "parsed": parsed,
}))
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of one function and one library, compiled and left ready."""
    root, libraries = tmp_path_factory.mktemp("bundle"), tmp_path_factory.mktemp("libraries")
    for name in ("__init__.py", "ready.py"):
        (root / "functions").mkdir(exist_ok=True)
        shutil.copyfile(PROJECT / "functions" / name, root / "functions" / name)
    (root / "functions" / "thing.py").write_text(THING)
    for folder in (root, libraries):
        (folder / "library").mkdir()
        (folder / "library" / "__init__.py").touch()
    python(
        *("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        *("-s", str(root), "-p", "/var/task", str(root)),
    )
    python("-B", str(Path(ready.__file__)), str(root), str(libraries))
    return root


def python(*arguments: str) -> str:
    command = (str(lambda_python()), "-I", *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def started(bundle: Path) -> dict[str, Any]:
    """Import the function as a cold start does, and return what it saw."""
    seen: dict[str, Any] = json.loads(python("-c", START, str(bundle)))
    assert seen["made"] == ["Leg(strike=95, sign=-1)", True, "Pair(one=1, other=2)", "Abc", "12"]
    assert (seen["bytes"], seen["names"]) == (True, ["Leg", "Pair"])
    source = bundle / "functions" / "thing.py"
    code = source.parent / "__pycache__" / "thing.cpython-313.pyc"
    library = bundle / "library"
    assert seen["places"] == [str(source), str(code), str(library / "__init__.py"), str(library)]
    return seen


def test_the_code_lies_in_one_file(bundle: Path) -> None:
    apart = sorted(file.name.partition(".")[0] for file in bundle.rglob("*.pyc"))
    assert apart == ["__init__", "ready"], "what takes the rest from there"
    assert b"strike" in (bundle / "functions" / "code.bin").read_bytes()


def test_a_start_compiles_no_text_and_no_pattern(bundle: Path) -> None:
    seen = started(bundle)
    assert (seen["texts"], seen["parsed"]) == ([], [])


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(None, id="nothing was left, as on a laptop"),
        pytest.param({"python": (b"another", 1), "texts": {}, "patterns": {}, "modules": {}}, id="by another Python"),
    ],
)
def test_without_what_this_python_can_use_all_is_as_ever(
    bundle: Path, tmp_path: Path, left: dict[str, object] | None
) -> None:
    other = tmp_path / "other"
    shutil.copytree(bundle, other)
    file = other / "functions" / "ready.bin"
    file.unlink()
    if left is not None:
        file.write_bytes(marshal.dumps(left))
    seen = started(other)
    assert any("strike" in text for text in seen["texts"])
    assert "b'Leg'" in seen["texts"]
    assert len(seen["parsed"]) == 2
