"""What the operator gives is checked before anything is made."""

import json
from pathlib import Path

import pytest

from infra.aws.documents import initial_parameters
from infra.aws.errors import StageError
from infra.aws.settings import ProcessorArchitecture, stage_settings
from tests.infra.aws.synthesis import synthesize

PREFIX = "/alphagex/paper"
UNTOUCHED = {
    f"{PREFIX}/circuit-breaker": "ACTIVE",
    f"{PREFIX}/system": "{}",
    f"{PREFIX}/bots/ATLAS": "{}",
    f"{PREFIX}/bots/PROMETHEUS": "{}",
    f"{PREFIX}/bots/SOLOMON": "{}",
}


def test_nothing_need_be_given() -> None:
    settings = stage_settings({"stage": None, "email": "", "phone": None})
    assert (settings.stage, settings.email, settings.phone) == ("paper", None, None)
    assert settings.architecture is ProcessorArchitecture.ARM64
    assert settings.bundle
    assert not settings.reserved_concurrency
    assert settings.environment_overrides == {}


@pytest.mark.parametrize(
    ("context", "words"),
    [
        pytest.param({"stage": "Live!"}, ("stage", "Live!", "-c stage=paper"), id="a stage with odd letters"),
        pytest.param({"email": "nobody"}, ("email", "nobody", "you@example.com"), id="no e-mail address"),
        pytest.param({"phone": "555-0123"}, ("phone", "555-0123", "+1"), id="a number without its country"),
        pytest.param({"architecture": "mips"}, ("architecture", "mips", "arm64"), id="another processor"),
        pytest.param({"polygon_url": "polygon"}, ("polygon_url", "keep the default"), id="no address"),
        pytest.param({"polygon_url": "https://a.b/"}, ("polygon_url",), id="an address that ends in a slash"),
        pytest.param({"reserved_concurrency": "perhaps"}, ("reserved_concurrency",), id="neither yes nor no"),
    ],
)
def test_an_impossible_value_is_named_with_its_remedy(context: dict[str, str], words: tuple[str, ...]) -> None:
    with pytest.raises(StageError) as caught:
        stage_settings(context)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_stage_starts_active_with_nothing_changed() -> None:
    assert initial_parameters("paper", None) == UNTOUCHED


def test_a_stage_starts_with_the_documents_given(tmp_path: Path) -> None:
    document = json.dumps({"max_positions": 2})
    (tmp_path / "ATLAS.json").write_text(document)
    assert initial_parameters("paper", tmp_path) == UNTOUCHED | {f"{PREFIX}/bots/ATLAS": document}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        pytest.param("ATLAS.json", '{"max_positions": 0}', ("ATLAS", "max_positions"), id="an impossible number"),
        pytest.param("SOLOMON.json", '{"colour": "red"}', ("SOLOMON", "colour"), id="an unknown field"),
        pytest.param("system.json", '{"iv_window": 1}', ("system", "iv_window"), id="the stage's own document"),
        pytest.param("system.json", "[]", ("system", "JSON object"), id="no object"),
    ],
)
def test_an_invalid_document_is_refused_at_synthesis(
    tmp_path: Path, name: str, text: str, words: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(StageError) as caught:
        initial_parameters("paper", tmp_path)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_missing_folder_of_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="no folder"):
        initial_parameters("paper", tmp_path / "absent")


def test_a_bad_stage_ends_in_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = synthesize(tmp_path, {"stage": "Live!"})
    assert done.returncode == 2
    assert done.stderr.startswith("alphagex: context stage='Live!'")
    assert done.stderr.count("\n") == 1
