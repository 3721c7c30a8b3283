"""The demo's screen, with a terminal and without."""

import io
import re
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from infra.local.demo.summary import AlertLine
from infra.local.demo.terminal import PLAIN_LINES, DemoScreen
from tests.infra.demo.sample_run import changed, default_run, empty_run

ESCAPE = "\x1b["
COLOUR = re.compile(r"\x1b\[[\d;]*(?:3[0-7]|38;|9[0-7])[\d;]*m")


class Paper:
    """A screen that writes to memory."""

    def __init__(self, *, terminal: bool = False, environment: dict[str, str] | None = None) -> None:
        self._file = io.StringIO()
        self.screen = DemoScreen(
            Console(
                file=self._file,
                width=80,
                force_terminal=terminal,
                highlight=False,
                _environ={"TERM": "xterm-256color", **(environment or {})},
            )
        )

    @property
    def text(self) -> str:
        return self._file.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def _loud() -> AlertLine:
    return next(line for line in default_run().alerts if line.level == "HIGH")


def _play(paper: Paper) -> None:
    run = default_run()
    paper.screen.start(run.first_day, run.last_day, len(run.curve))
    for point in run.curve:
        paper.screen.advance(point.at, point.spx, point.vix, sum(point.equity.values(), Decimal(0)))
    paper.screen.stop()


def test_without_a_terminal_the_progress_is_a_plain_line_now_and_then() -> None:
    paper = Paper()

    _play(paper)

    assert ESCAPE not in paper.text
    assert PLAIN_LINES <= len(paper.lines) <= PLAIN_LINES + 3
    assert "2018-03-29 15:30  100%  S&P 2,640.87  VIX 19.97  equity $1,129,107" in paper.lines[-1]


def test_a_terminal_gets_a_moving_line_that_is_gone_at_the_end() -> None:
    paper = Paper(terminal=True)

    _play(paper)

    assert "S&P 2,640.87  VIX 19.97  equity $1,129,107" in paper.text
    assert paper.text.endswith(f"{ESCAPE}2K")


def test_stopping_twice_or_without_a_start_does_nothing() -> None:
    paper = Paper(terminal=True)

    paper.screen.stop()
    paper.screen.stop()

    assert paper.text == ""


def test_an_alert_shows_level_sign_new_york_time_and_subject() -> None:
    paper = Paper()

    paper.screen.alert(default_run().alerts[0])

    assert paper.lines[0].rstrip() == "● INFO     2017-10-03 11:30 SOLOMON opened 4 LONG_CALL on SPY at 3.05 credit"


@pytest.mark.parametrize(
    ("level", "is_shown"),
    [
        pytest.param("INFO", False, id="quiet"),
        pytest.param("WARNING", False, id="warning"),
        pytest.param("HIGH", True, id="high"),
        pytest.param("CRITICAL", True, id="critical"),
    ],
)
def test_the_body_is_shown_where_an_alert_is_loud(level: str, is_shown: bool) -> None:
    paper = Paper()

    paper.screen.alert(_loud().model_copy(update={"level": level}))

    assert ("Why: STOP_LOSS" in paper.text) is is_shown


def test_square_brackets_in_foreign_text_are_no_markup() -> None:
    paper = Paper()

    paper.screen.alert(_loud().model_copy(update={"subject": "[red]x[/red]", "body": "[/]"}))
    paper.screen.note("[bold]y[/bold]")

    assert "[red]x[/red]" in paper.text
    assert "[/]" in paper.text
    assert "» [bold]y[/bold]" in paper.text


@pytest.mark.parametrize(
    ("environment", "has_colour"),
    [
        pytest.param({}, True, id="a terminal has colours"),
        pytest.param({"NO_COLOR": "1"}, False, id="NO_COLOR turns them off"),
    ],
)
def test_colours_obey_the_user(environment: dict[str, str], has_colour: bool) -> None:
    paper = Paper(terminal=True, environment=environment)

    paper.screen.alert(_loud())
    paper.screen.table(default_run())
    _play(paper)

    assert bool(COLOUR.search(paper.text)) is has_colour


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("ATLAS               2   1 profit target      50.0%   −$2,875.20      $4,852.60", id="a bot"),
        pytest.param("4 time exit", id="exits by reason"),
        pytest.param("1 still open", id="what is open"),
        pytest.param("+$4,106.60      $6,314.37", id="all bots together"),
        pytest.param("long call         7      85.7%", id="statistics"),
        pytest.param("the prior", id="statistics too old to use"),
        pytest.param("Sized by own statistics: ATLAS 0 of 2, PROMETHEUS 0 of 3, SOLOMON 2 of 11", id="sizing"),
        pytest.param("15,482", id="requests of a simulator"),
        pytest.param("items in decisions", id="items of a table"),
        pytest.param("breaker: 2018-02-07 REDUCING", id="the breaker"),
        pytest.param("868 ticks, 2,239 monitor runs in 51 s", id="the run"),
        pytest.param("Engineering, not returns", id="the honest word"),
    ],
)
def test_the_tables_show(words: str) -> None:
    paper = Paper()

    paper.screen.table(default_run())

    assert words in paper.text


@pytest.mark.parametrize("terminal", [pytest.param(True, id="terminal"), pytest.param(False, id="pipe")])
def test_nothing_is_wider_than_eighty_columns(terminal: bool) -> None:
    paper = Paper(terminal=terminal)

    _play(paper)
    for line in default_run().alerts:
        paper.screen.alert(line)
    paper.screen.table(default_run())

    shown = re.split(r"[\r\n]+", re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", paper.text))
    assert max(cell_len(line) for line in shown) <= 80


def test_a_run_in_which_nothing_happened_has_tables_too() -> None:
    paper = Paper()

    paper.screen.table(empty_run())

    assert "none yet" in paper.text
    assert "$0.00" in paper.text


def test_errors_are_shown() -> None:
    paper = Paper()

    paper.screen.table(changed(errors=("2018-02-05 11:30 collect: tradier is down",)))

    assert "error: 2018-02-05 11:30 collect: tradier is down" in paper.text
