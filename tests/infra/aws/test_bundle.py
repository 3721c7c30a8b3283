"""The bundle holds what runs, and is made anew only when that changes."""

import ast
import gzip
import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.aws import bundle
from infra.aws.bundle import CALIBRATION, PROJECT, TRADING, digest
from infra.aws.output import forget_old_assets
from infra.aws.settings import ProcessorArchitecture
from infra.aws.trimming import AWS_SERVICES, GATHERING, LEFT_OUT, OBJECT_STORE, OPERATIONS, REPLACED, trim

ARM64, X86_64 = ProcessorArchitecture.ARM64, ProcessorArchitecture.X86_64


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a few files."""
    for name in ("uv.lock", "functions/trade/handler.py", "shared/domain/orders.py", "shared/backtest/market.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(bundle, "PROJECT", tmp_path)
    monkeypatch.setattr(bundle, "LOCK_FILE", tmp_path / "uv.lock")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "made_anew"),
    [
        pytest.param("uv.lock", True, id="a library was renewed"),
        pytest.param("functions/trade/handler.py", True, id="a function changed"),
        pytest.param("shared/domain/orders.py", True, id="shared code changed"),
        pytest.param("shared/domain/new.py", True, id="a file was added"),
        pytest.param("shared/backtest/market.py", False, id="the backtest stays at home"),
        pytest.param("functions/calibrate/handler.py", False, id="and so does what calibrates"),
        pytest.param("shared/domain/__pycache__/orders.pyc", False, id="bytecode of this machine"),
        pytest.param("infra/aws/stack.py", False, id="the stack is no part of it"),
    ],
)
def test_it_is_made_anew_when_what_runs_changed(project: Path, name: str, made_anew: bool) -> None:
    before = digest(ARM64)
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("changed")
    assert (digest(ARM64) != before) is made_anew


@pytest.mark.parametrize("name", ["shared/backtest/market.py", "functions/calibrate/handler.py"])
def test_the_bundle_that_calibrates_holds_the_backtest(project: Path, name: str) -> None:
    before = digest(ARM64, CALIBRATION)
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("changed")
    assert digest(ARM64, CALIBRATION) != before


def test_only_the_bundle_that_calibrates_has_what_is_heavy() -> None:
    assert (TRADING.groups, OBJECT_STORE in TRADING.services) == ((), False)
    assert (CALIBRATION.groups, OBJECT_STORE in CALIBRATION.services) == (("calibration",), True)


@pytest.mark.usefixtures("project")
def test_each_processor_has_its_own() -> None:
    assert digest(ARM64) != digest(X86_64)


def services_asked_for() -> Iterator[str]:
    """The services whose clients the run-time code makes."""
    for file in (path for folder in ("functions", "shared") for path in (PROJECT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("client", "create_client")):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def test_botocore_keeps_the_description_of_every_service_in_use() -> None:
    asked_for = set(services_asked_for())
    assert {"dynamodb", "ssm", "sns", OBJECT_STORE} <= asked_for <= {*AWS_SERVICES, OBJECT_STORE}


def calls_of(adapter: str) -> Iterator[str]:
    """What an adapter asks of its service, as botocore's descriptions call it."""
    tree = ast.parse((PROJECT / "shared" / "adapters" / f"{adapter}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("self._client."):
            name = ast.unparse(node.func).split(".")[2]
            asked = ast.literal_eval(node.args[0]) if name == "get_paginator" else name
            yield "".join(word.capitalize() for word in asked.split("_"))


@pytest.mark.parametrize("adapter", ["events", "sns", "ssm"])
def test_botocore_keeps_the_description_of_every_call(adapter: str) -> None:
    asked_for = set(calls_of(adapter))
    assert asked_for
    assert asked_for <= set(OPERATIONS[adapter])


def imported_at_run_time() -> Iterator[str]:
    """The top-level packages that the run-time code imports."""
    for file in (path for folder in ("functions", "shared") for path in (PROJECT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]
            elif isinstance(node, ast.Import):
                yield from (name.name.partition(".")[0] for name in node.names)


def test_a_library_that_is_left_out_is_imported_by_nothing() -> None:
    imported = set(imported_at_run_time())
    assert {"botocore", "httpx", "pydantic"} <= imported
    assert not imported & set(LEFT_OUT)


OF_A_PACKAGE = ("__init__", "first", "hidden", "second")
GATHERED = '''"""All kinds."""

from .first import (
    OfFirst,
)
from .second import OfSecond as Another
from .hidden import hidden, OfHidden

__all__ = ["OfFirst", "Another", "hidden", "OfHidden"]

__locals = locals()
for __name in __all__:
    setattr(__locals[__name], "__module__", "here")
'''


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """What botocore and its neighbours look like when they are installed."""
    docs = tmp_path / "botocore" / "docs"
    data = tmp_path / "botocore" / "data"
    for folder in ("bin", "boto3", "anyio"):
        (tmp_path / folder).mkdir()
    for service in ("dynamodb", "ec2"):
        (data / service / "1").mkdir(parents=True)
        told = {
            "operations": {
                "GetItem": {"documentation": "<p>Gets an item.</p>", "input": {"shape": "Note"}},
                "CreateBackup": {"input": {"shape": "Backup"}},
            },
            "shapes": {
                "Note": {"members": {"documentation": {"shape": "Text"}}},
                "Text": {"type": "string"},
                "Backup": {"members": {"text": {"shape": "Text"}}},
            },
        }
        (data / service / "1" / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(told).encode()))
        (data / service / "1" / "examples-1.json").write_text("{}")
    known = {"partitions": [{"partition": "aws", "services": {"dynamodb": {}, "ec2": {}}}]}
    (data / "endpoints.json").write_text(json.dumps(known))
    docs.mkdir()
    (docs / "utils.py").write_text("def escape_controls(value): return value\n")
    (docs / "service.py").write_text("import botocore.docs.client\n")
    (tmp_path / "module.pyi").touch()
    (tmp_path / "pydantic_core").mkdir()
    (tmp_path / "pydantic_core" / "core_schema.py").write_text(
        "from typing import TypedDict\n"
        "class Schema(TypedDict):\n    type: str\n"
        "class AnySchema(Schema, total=False):\n    ref: str\n"
    )
    for module in REPLACED:
        (tmp_path / module).parent.mkdir(parents=True)
        (tmp_path / module).write_text("import what_looks_through_all_that_is_installed\n")
    for package in GATHERING:
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").write_text(GATHERED)
        for kind in ("first", "second", "hidden"):
            (tmp_path / package / f"{kind}.py").write_text(f"class Of{kind.title()}: ...\n{kind} = 1\n")
    return tmp_path


def test_what_never_runs_is_taken_out(libraries: Path) -> None:
    trim(libraries)
    left = sorted(str(path.relative_to(libraries)) for path in libraries.rglob("*") if path.is_file())
    assert left == sorted(
        [
            *(f"{package}/{module}.py" for package in map(str, GATHERING) for module in OF_A_PACKAGE),
            "botocore/data/dynamodb/1/service-2.json",
            "botocore/data/endpoints.json",
            "botocore/docs/__init__.py",
            "botocore/docs/docstring.py",
            "botocore/docs/utils.py",
            "pydantic/plugin/_loader.py",
            "pydantic_core/core_schema.py",
            "urllib3/http2/__init__.py",
        ]
    )


START = """
import sys
from importlib import import_module

sys.path.insert(0, sys.argv[1])
package = import_module(sys.argv[2])
loaded = lambda: sorted(name.rpartition(".")[2] for name in sys.modules if name.startswith(sys.argv[2] + "."))
assert package.__doc__ == "All kinds."
assert loaded() == ["hidden"], loaded()
from_it = __import__(sys.argv[2], fromlist=["Another"])
assert from_it.Another.__name__ == "OfSecond" and vars(package)["Another"] is from_it.Another
assert loaded() == ["hidden", "second"], loaded()
assert package.hidden == 1 and package.OfHidden.__name__ == "OfHidden"
assert all(hasattr(package, name) for name in package.__all__)
assert not hasattr(package, "unknown")
"""


@pytest.mark.parametrize("package", GATHERING, ids=str)
def test_a_package_that_gathers_all_imports_what_is_asked_for(libraries: Path, package: Path) -> None:
    trim(libraries)
    for folder in package.parents[:-1]:
        (libraries / folder / "__init__.py").touch()
    done = subprocess.run(
        [sys.executable, "-I", "-c", START, str(libraries), ".".join(package.parts)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)


def test_nothing_looks_through_what_is_installed(libraries: Path) -> None:
    trim(libraries)
    assert runpy.run_path(str(libraries / "pydantic" / "plugin" / "_loader.py"))["get_plugins"]() == ()
    runpy.run_path(str(libraries / "urllib3" / "http2" / "__init__.py"))


def test_the_descriptions_of_types_become_plain_dictionaries(libraries: Path) -> None:
    trim(libraries)
    made = runpy.run_path(str(libraries / "pydantic_core" / "core_schema.py"))
    assert made["AnySchema"].__mro__[1:3] == (made["Schema"], dict)
    assert made["AnySchema"](type="any") == {"type": "any"}


def test_a_service_keeps_what_a_call_needs_and_loses_its_words(libraries: Path) -> None:
    trim(libraries)
    data = libraries / "botocore" / "data"
    assert json.loads((data / "dynamodb" / "1" / "service-2.json").read_text()) == {
        "operations": {"GetItem": {"input": {"shape": "Note"}}},
        "shapes": {"Note": {"members": {"documentation": {"shape": "Text"}}}, "Text": {"type": "string"}},
    }
    assert json.loads((data / "endpoints.json").read_text())["partitions"][0]["services"] == {"dynamodb": {}}


def test_the_words_that_are_left_out_are_empty_ones(libraries: Path) -> None:
    trim(libraries)
    made = runpy.run_path(str(libraries / "botocore" / "docs" / "docstring.py"))
    for name in ("ClientMethodDocstring", "PaginatorDocstring", "WaiterDocstring"):
        words = made[name]("GetItem", None, method_name="get_item", include_signature=False)
        assert (isinstance(words, str), words) == (True, "")


def test_bundles_that_no_template_names_are_forgotten(tmp_path: Path) -> None:
    for name in ("asset.old", "asset.new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "code.py").touch()
    manifest = '{"files": {"new": {"source": {"path": "asset.new"}}, "t": {"source": {"path": "t.template.json"}}}}'
    (tmp_path / "alphagex-paper.assets.json").write_text(manifest)
    forget_old_assets(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("asset.*")) == ["asset.new"]
