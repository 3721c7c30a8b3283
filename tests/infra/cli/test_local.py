"""The local stage's commands: what they refuse, what they remember, and which moment of the past stands for now."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.errors import LocalStageError
from infra.local.stage_file import FILE_VARIABLE, StageFile, write_stage_file
from infra.local.stage_folder import StageFolder, is_running
from infra.local.stage_options import LAST_DAY, LAST_START, StageOptions, weeks_since
from shared.domain.sessions import NEW_YORK
from tests.infra.cli.conftest import run_command

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StageFolder:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "stage.json"))
    return StageFolder.beside_the_stage_file()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("down",), "no local stage is running", id="stop what does not run"),
        pytest.param(("logs", "trade"), "no local stage is running", id="a function's log of what does not run"),
        pytest.param(("logs",), "there is no log yet", id="the log of a stage that never was"),
        pytest.param(("logs", "sell"), "choose one of collect, trade, monitor", id="a function that is none"),
        pytest.param(
            ("up", "--from", "yesterday"), "--from yesterday is no date; write it as", id="a day that is none"
        ),
        pytest.param(("up", "--from", "2013-05-01"), "choose a day from 2015-01-05", id="a day without history"),
        pytest.param(("up", "--from", "2018-12-28"), "to 2018-12-22", id="a day whose market ends at once"),
        pytest.param(("up", "--port", "0"), "choose one from 1024", id="a port that is none"),
    ],
)
def test_a_mistake_is_one_line_with_its_remedy(arguments: tuple[str, ...], words: str) -> None:
    code, _, err = run_command("local", *arguments)
    assert code == 2
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.usefixtures("folder")
def test_the_status_of_what_does_not_run_is_exit_code_1() -> None:
    code, out, _ = run_command("local", "status")
    assert code == 1
    assert "alphagex local up" in out


def test_a_market_with_positions_in_it_is_not_moved(folder: StageFolder) -> None:
    folder.make()
    StageOptions(weeks_back=400).write(folder.options)
    code, _, err = run_command("local", "up", "--from", "2018-01-02")
    assert code == 2
    assert "give --fresh as well" in err


def test_only_one_process_holds_the_folder(folder: StageFolder) -> None:
    folder.make()
    with folder.lock(), pytest.raises(LocalStageError, match="runs already"):
        folder.lock()
    folder.lock().close()


def test_after_a_kill_another_program_with_the_id_of_the_stage_is_neither_taken_for_it_nor_stopped(
    folder: StageFolder,
) -> None:
    facts = {"stage": "local", "endpoint_url": "http://127.0.0.1:1", "region": "us-east-1", "process_id": os.getpid()}
    left = StageFile.model_validate(facts | {"started_at": NOW, "environment": {}})
    folder.make()
    write_stage_file(left)
    with folder.lock():
        assert is_running(left)
    for command, code in (("status", 1), ("down", 2)):
        assert run_command("local", command).code == code


def test_options_are_remembered(folder: StageFolder) -> None:
    folder.make()
    options = StageOptions(port=4600, speed=10, weeks_back=3)
    options.write(folder.options)
    assert StageOptions.read(folder.options) == options


def test_options_that_cannot_be_read_are_named(folder: StageFolder) -> None:
    folder.make()
    folder.options.write_text("{}}")
    with pytest.raises(LocalStageError, match=r"options\.json cannot be read"):
        StageOptions.read(folder.options)


def test_the_folder_is_its_owners_own(folder: StageFolder) -> None:
    folder.make()
    assert folder.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("ahead", range(7))
def test_the_last_day_to_begin_from_has_a_market_on_every_weekday(ahead: int) -> None:
    now = NOW + timedelta(days=ahead)
    past = StageOptions(weeks_back=weeks_since(LAST_START, now)).simulated(now)
    assert LAST_START <= past.astimezone(NEW_YORK).date() <= LAST_DAY


@pytest.mark.parametrize("day", [date(2017, 1, 3), date(2018, 7, 2), LAST_START])
def test_the_simulated_moment_has_the_weekday_and_the_time_of_day_of_now(day: date) -> None:
    options = StageOptions(weeks_back=weeks_since(day, NOW))
    past, now = options.simulated(NOW).astimezone(NEW_YORK), NOW.astimezone(NEW_YORK)
    assert (past.weekday(), past.time()) == (now.weekday(), now.time())
    assert 0 <= (past.date() - day).days < 7
