"""The bundle holds what runs, and is made anew only when that changes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.aws import bundle
from infra.aws.bundle import AWS_SERVICES, PROJECT, digest
from infra.aws.output import forget_old_assets
from infra.aws.settings import ProcessorArchitecture

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
        pytest.param("shared/domain/__pycache__/orders.pyc", False, id="bytecode of this machine"),
        pytest.param("infra/aws/stack.py", False, id="the stack is no part of it"),
    ],
)
def test_it_is_made_anew_when_what_runs_changed(project: Path, name: str, made_anew: bool) -> None:
    before = digest(ARM64)
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("changed")
    assert (digest(ARM64) != before) is made_anew


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
    assert {"dynamodb", "ssm", "sns"} <= asked_for <= set(AWS_SERVICES)


def test_bundles_that_no_template_names_are_forgotten(tmp_path: Path) -> None:
    for name in ("asset.old", "asset.new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "code.py").touch()
    manifest = '{"files": {"new": {"source": {"path": "asset.new"}}, "t": {"source": {"path": "t.template.json"}}}}'
    (tmp_path / "alphagex-paper.assets.json").write_text(manifest)
    forget_old_assets(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("asset.*")) == ["asset.new"]
