"""A local stage is deployed again when anything it is made of has changed, and only then."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local.deployment import digest

CONTEXT = {"stage": "local", "tradier": "http://127.0.0.1:4576"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("functions/trade/handler.py", "shared/data/market.csv", "infra/aws/stack.py", "cdk.json", "uv.lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def rename(project: Path) -> None:
    (project / "functions/trade").rename(project / "functions/enter")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda project: (project / "functions/trade/handler.py").write_text("new"), id="the code"),
        pytest.param(lambda project: (project / "shared/data/market.csv").write_text("new"), id="its data"),
        pytest.param(lambda project: (project / "infra/aws/stack.py").unlink(), id="the stack"),
        pytest.param(lambda project: (project / "uv.lock").write_text("new"), id="a library"),
        pytest.param(rename, id="a name"),
    ],
)
def test_what_changes_the_deployment_changes_its_digest(project: Path, change: Callable[[Path], object]) -> None:
    before = digest(CONTEXT, project)
    change(project)
    assert digest(CONTEXT, project) != before


def test_what_does_not_reach_it_does_not(project: Path) -> None:
    before = digest(CONTEXT, project)
    (project / "README.md").write_text("new")
    (project / "functions/__pycache__").mkdir()
    (project / "functions/__pycache__/handler.pyc").write_text("new")
    assert digest(dict(reversed(CONTEXT.items())), project) == before


def test_another_address_of_a_vendor_is_another_deployment(project: Path) -> None:
    assert digest(CONTEXT, project) != digest(CONTEXT | {"tradier": "http://127.0.0.1:1"}, project)
