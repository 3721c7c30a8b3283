"""Every command says what it does, stands among its like, and takes a slip of the keyboard in one line."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from typer.main import get_command

from infra.cli.main import ACT, HERE, LOOK, SET_UP, app
from infra.local.stage_file import FILE_VARIABLE
from tests.infra.cli.conftest import Run, run_command

READING = (
    *("status", "why", "decisions", "positions", "trades", "stats", "regime", "preview", "doctor", "replay", "report"),
    *("cost", "alerts", "breaker", "check vendors", "config show", "config diff", "secrets check", "local status"),
)


def commands() -> dict[str, typer.core.TyperCommand]:
    """All commands by the words one types."""
    return dict(_below(get_command(app), ""))


def _below(group: object, before: str) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    assert isinstance(group, typer.core.TyperGroup)
    for name, one in group.commands.items():
        if isinstance(one, typer.core.TyperCommand):
            yield f"{before}{name}", one
        else:
            yield from _below(one, f"{before}{name} ")


def test_every_command_stands_in_a_panel() -> None:
    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    panels = {name: getattr(one, "rich_help_panel", None) for name, one in group.commands.items()}
    assert {name: panel for name, panel in panels.items() if panel not in (HERE, LOOK, ACT, SET_UP)} == {}


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_command_says_in_sentences_what_it_does(name: str) -> None:
    words = (commands()[name].help or "").strip()
    assert words[:1].isupper()
    assert words.endswith(".")
    assert all(getattr(one, "help", "said elsewhere") for one in commands()[name].params)


@pytest.mark.parametrize("name", READING)
def test_a_command_that_reads_answers_machines_too(name: str) -> None:
    assert any("--json" in one.opts for one in commands()[name].params)


def test_the_exit_codes_are_told() -> None:
    assert "Exit codes: 0 done; 1 it found something wrong; 2 your mistake" in run_command("--help").out


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("nonsense", "No such command 'nonsense'; see `alphagex --help`", id="no command"),
        pytest.param("cost --nope", "No such option: --nope; see `alphagex cost --help`", id="no option"),
        pytest.param("config validate ATLAS", "'file'; see `alphagex config validate --help`", id="a part missing"),
        pytest.param("local up --speed 90", "'--speed'", id="out of range"),
        pytest.param("export --format x", "'x' is not one of 'csv', 'parquet', 'both'; see", id="no choice"),
    ],
)
def test_a_slip_is_told_in_one_line_with_exit_code_2(typed: str, words: str) -> None:
    ran = run_command(*typed.split())
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert words in ran.err


def test_machines_are_told_which_keys_are_stored_and_what_a_month_costs(run: Run) -> None:
    assert set(json.loads(run("secrets", "check", "--json").out)) == {
        *("tradier", "tradier-sandbox", "polygon", "trading-volatility")
    }
    month = json.loads(run_command("cost", "--json").out)
    assert set(month) == {"1", "100", "10000"}
    assert set(month["1"]) == {"total", "dominated_by", "text_messages", "items"}
    load = json.loads(run_command("cost", "--simulate-accounts", "100", "--json").out)
    assert {one["holds"] for peaks in load.values() for one in peaks} == {True, False}


def test_machines_are_told_whether_the_local_stage_runs(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    there = json.loads(run_command("local", "status", "--json").out)
    assert (there["running"], there["stage"]) == (True, "demo")
    assert "environment" not in there
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path_factory.mktemp("nowhere") / "stage.json"))
    ran = run_command("local", "status", "--json")
    assert (ran.code, json.loads(ran.out)) == (1, {"running": False})


def test_a_retry_is_no_news_at_a_terminal() -> None:
    retried = (
        "import logging; from infra.cli import main; main.told = lambda _: logging.getLogger('stamina').warning('!')"
    )
    ran = subprocess.run([sys.executable, "-c", f"{retried}; main.main()"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
