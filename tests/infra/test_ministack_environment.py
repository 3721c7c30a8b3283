"""MiniStack's environment is made in its own tree, never through a link into another."""

from pathlib import Path

import pytest

from infra.local.errors import LocalStageError
from infra.local.ministack_environment import ministack_python


def test_an_environment_that_is_out_of_date_is_not_made_anew_through_a_link(tmp_path: Path) -> None:
    lent = tmp_path / "its-tree" / ".venv-ministack"
    lent.mkdir(parents=True)
    (lent / ".ready").write_text("made from other requirements")
    link = tmp_path / ".venv-ministack"
    link.symlink_to(lent)
    with pytest.raises(LocalStageError, match="link to another tree"):
        ministack_python(link)
    assert [path.name for path in lent.iterdir()] == [".ready"]
