"""From trials to an installed configuration, by the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.cli.mistakes import MISTAKE
from tests.infra.cli.conftest import Run, run_command

STRETCH = ("--from", "2016-09-01", "--to", "2017-06-09", "--windows", "2", "--trials", "10", "--workers", "1")
QUIET = ("--from", "2015-01-05", "--to", "2015-10-09", *STRETCH[4:])


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A document that was found on this machine, and what was printed beside it."""
    folder = tmp_path_factory.mktemp("calibrated")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        ran = run_command("calibrate", "SOLOMON", *STRETCH, "--out", "found.json")
    assert ran.code == 0, ran.err
    return folder / "found.json", ran.out


def test_it_tells_everything_needed_to_doubt_it(calibrated: tuple[Path, str]) -> None:
    _, told = calibrated
    for words in (
        "SOLOMON: 10 trials over 2 windows, walked forward",
        "Walk forward",
        "2016-09-01 to",
        "for its neighbourhood",
        "strategies.LONG_CALL.profit_target",
        "Priors of the windows that chose it, 95 % intervals",
        "as the best of 10; expect less of the next ones",
        "probability of overfitting",
        "alphagex config set SOLOMON --file",
        "nothing is installed",
    ):
        assert words in told


def test_one_command_compares_and_installs_what_was_found(run: Run, calibrated: tuple[Path, str]) -> None:
    path, _ = calibrated
    told = run("config", "set", "SOLOMON", "--file", str(path), "--reason", "calibrated")
    assert (told.code, "Changes of SOLOMON" in told.out) == (0, True), told.err
    found = json.loads(path.read_text())
    now = json.loads(run("config", "show", "SOLOMON", "--json").out)
    assert now["iv_measure"] == found["iv_measure"]
    for strategy, rule in found["strategies"].items():
        assert float(now[f"strategies.{strategy}.long_delta"]) == float(rule["long_delta"])


@pytest.mark.parametrize(
    ("document", "says"),
    [
        pytest.param({"priors": {"LONG_CALL": {"win_rate": "68"}}}, "win_rate", id="a prior that is none"),
        pytest.param({"mode": "live"}, "alphagex live", id="live by a file"),
        pytest.param({}, "nothing is to be changed", id="an empty document"),
    ],
)
def test_a_wrong_document_changes_nothing(run: Run, tmp_path: Path, document: dict[str, Any], says: str) -> None:
    (tmp_path / "wrong.json").write_text(json.dumps(document))
    before = run("config", "show", "ATLAS", "--json").out
    told = run("config", "set", "ATLAS", "--file", str(tmp_path / "wrong.json"))
    assert (told.code, says in told.err, told.err.count("\n")) == (MISTAKE, True, 1), told.err
    assert run("config", "show", "ATLAS", "--json").out == before


def test_a_trial_that_is_chosen_for_doing_nothing_is_called_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run_command("calibrate", "PROMETHEUS", *QUIET, "--out", "found.json")
    assert ran.code == 0, ran.err
    assert "the chosen trial closed no trade in any of 2 windows" in ran.out
    assert "keep the document in use, or give a longer stretch" in ran.out
