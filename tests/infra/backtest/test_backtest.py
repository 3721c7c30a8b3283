"""``alphagex backtest``: figures, report, and a mistake told in one line."""

import json
import re
from collections.abc import Iterator
from contextlib import chdir
from datetime import date
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from infra.cli.backtest import tell_of_new_looks
from infra.cli.main import app
from infra.cli.mistakes import told
from infra.local.backtest.charts import time_marks
from infra.local.backtest.ground import Ground, code_digest
from infra.local.backtest.histories import opened, read_bars, write_bars
from infra.local.demo.charts.scale import Scale
from infra.local.errors import LocalStageError
from shared.backtest.history import History
from shared.backtest.runner.run import backtest as run
from shared.backtest.runner.schedule import steps_of
from shared.backtest.yardsticks import BXM_YEARS
from shared.domain.config import bot_config
from shared.domain.vocabulary import Bot

SHORT = ["backtest", "SOLOMON", "--from", "2018-01-16", "--to", "2018-02-28"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with chdir(tmp_path):
        yield tmp_path


def test_a_run_is_told_in_figures_and_as_a_page_of_its_own(folder: Path) -> None:
    ran = CliRunner().invoke(app, [*SHORT, "--json", "--report", "run.html"])
    assert ran.exit_code == 0, ran.output
    figures = json.loads(ran.stdout)
    assert figures["sessions"] == 31
    assert figures["trades"] == sum(group["trades"] for group in figures["by_exit"])
    few, short = figures["warnings"]
    assert few.startswith(
        f"{figures['trades']} closed trades are too few for a statistic: give a longer stretch, at least 30 trades;"
    )
    assert short == "31 sessions are less than a year: what is told a year is extrapolated"
    page = (folder / "run.html").read_text()
    assert not re.search(r'(src|href)="(?!#)', page)
    for heading in ("Results", "Equity and drawdown", "Months", "Payoff and Kelly", "Parameters", "Yardsticks"):
        assert heading in page
    assert "alphagex backtest SOLOMON --from 2018-01-16 --to 2018-02-28" in page
    assert list((folder / ".alphagex/market").glob("*gamma.gz"))
    again = CliRunner().invoke(app, [*SHORT, "--json"])
    assert json.loads(again.stdout) == figures


def test_a_terminal_is_told_once_of_looks_that_are_worked_out(folder: Path) -> None:
    heard, config, days = StringIO(), bot_config(Bot.SOLOMON), (date(2018, 1, 16), date(2018, 1, 17))
    console = Console(file=heard, force_terminal=True)
    ground = Ground(History.embedded())
    tell_of_new_looks(ground, config, days, None, Console(file=heard))
    assert heard.getvalue() == ""
    tell_of_new_looks(ground, config, days, None, console)
    assert heard.getvalue().startswith("working out 2 looks at the market; they are kept in .alphagex/market for all")
    run(config, ground.market, days)
    ground.keep()
    tell_of_new_looks(Ground(History.embedded()), config, days, None, console)
    assert heard.getvalue().count("working out") == 1


MISTAKES = [
    pytest.param(["--from", "2013-01-02"], "--from 2013-01-02 is outside the data; choose a date from", id="early"),
    pytest.param(["--to", "2026-01-02"], "--to 2026-01-02 is outside the data", id="late"),
    pytest.param(["--from", "2018-02-01", "--to", "2018-01-02"], "swap the two dates", id="reversed"),
    pytest.param(["--from", "soon"], "--from soon is no date; write it as 2017-10-02", id="no date"),
    pytest.param(["--param", "rails.confirmations"], "write it as rails.confirmations=1", id="no value"),
    pytest.param(["--param", "rails.confirmations=0"], "rails.confirmations", id="out of range"),
    pytest.param(["--param", "rails.conformations=1"], "rails.conformations", id="unknown field"),
    pytest.param(["--step", "often"], "give minutes such as 60, or day", id="no step"),
    pytest.param(["--step", "0"], "give 1 to 390 minutes", id="step of nothing"),
    pytest.param(["--history", "nowhere"], "is not there; run alphagex history fetch", id="no history"),
    pytest.param(["--report", "/proc/none/run.html"], "cannot be written: No such file", id="no place"),
    pytest.param(
        ["--from", "2018-06-01", "--to", "2018-06-05", "--report", "/dev/full"],
        "cannot be written: No space",
        id="full",
    ),
    pytest.param(["--report", "."], "--report . cannot be written; give another place", id="a folder"),
]


@pytest.mark.parametrize(("options", "line"), MISTAKES)
def test_a_mistake_is_one_line_with_its_remedy(
    options: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = told(lambda: app(["backtest", "SOLOMON", *options]))
    heard = capsys.readouterr().err.strip().splitlines()
    assert code == 2
    assert len(heard) == 1
    assert line in heard[0]


def test_bars_are_read_as_they_were_written(folder: Path) -> None:
    history = History.embedded()
    write_bars(folder / "SPX.csv", history.bars)
    closes = zip(history.bars, history.vix_closes, strict=True)
    write_bars(folder / "VIX.csv", tuple(bar._replace(open=v, high=v, low=v, close=v) for bar, v in closes))
    assert opened(folder) == history


def test_a_row_that_is_no_bar_is_named(folder: Path) -> None:
    (folder / "SPX.csv").write_text("date,open,high,low,close,volume\n2018-01-02,1,2,1,x,0\n")
    with pytest.raises(LocalStageError, match="line 2 is no bar"):
        read_bars(folder / "SPX.csv")


@pytest.mark.parametrize(
    "gap",
    [
        pytest.param("2018-01-25", id="among the sessions"),
        pytest.param("2017-03-15", id="in the year that the first session looks back on"),
    ],
)
def test_a_gap_in_the_history_is_told(gap: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = History.embedded()
    kept = tuple(bar for bar in history.bars if str(bar.day) != gap)
    write_bars(folder / "SPX.csv", kept)
    write_bars(folder / "VIX.csv", tuple(bar._replace(open=20, high=20, low=20, close=20) for bar in kept))
    code = told(lambda: app([*SHORT, "--history", str(folder)]))
    assert code == 2
    assert f"the history has no bar of {gap} (sessions missing: 1)" in capsys.readouterr().err


def test_a_gap_that_no_session_looks_back_on_hinders_nothing(folder: Path) -> None:
    history = History.embedded()
    first = date(2018, 1, 16)
    hole = history.index_of(first) - 300
    kept = History(
        history.bars[:hole] + history.bars[hole + 1 :], history.vix_closes[:hole] + history.vix_closes[hole + 1 :]
    )
    assert Ground(kept).days(first, first) == (first,)


def test_what_was_worked_out_is_kept_for_the_same_code_only(folder: Path) -> None:
    at = steps_of(date(2014, 3, 3), None)[0].at
    ground = Ground(History.embedded(), kept=folder)
    made = ground.market.snapshot("SPY", at)
    ground.keep()
    assert Ground(History.embedded(), kept=folder).seen.read("SPY", at) == made
    for file in folder.iterdir():
        file.rename(str(file).replace(code_digest(), "0" * 12))
    other = Ground(History.embedded(), kept=folder)
    assert (len(other.tape), len(other.seen)) == (0, 0)
    other.market.snapshot("SPY", at)
    other.keep()
    assert [code_digest() in file.name for file in folder.iterdir()] == [True, True, True]


BUY_WRITE = re.compile(r'<th scope="row">(\d{4})</th><td class="n">(-?[\d.]+)</td><td class="n">(-?[\d.]+)</td>')


def test_the_report_sets_the_markets_own_buy_write_beside_the_published_one(folder: Path) -> None:
    CliRunner().invoke(app, [*SHORT, "--report", "run.html"])
    found = {
        int(year): (float(bxm), float(own)) for year, bxm, own in BUY_WRITE.findall((folder / "run.html").read_text())
    }
    assert {year: bxm for year, (bxm, _) in found.items()} == dict(BXM_YEARS)
    assert all(bxm == pytest.approx(own, abs=3) for bxm, own in found.values())


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        pytest.param("2017-01-03", "2018-12-31", ("2017-02", "2018-12"), id="months"),
        pytest.param("2015-01-05", "2018-12-31", ("2016", "2018"), id="years"),
        pytest.param("2018-01-16", "2018-01-29", ("2018-01-16", "2018-01-16"), id="no month begins"),
    ],
)
def test_the_time_axis_is_true_to_time_and_its_labels_stand_apart(
    first: str, last: str, shown: tuple[str, str]
) -> None:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    marks = time_marks(begin, end, Scale(begin.toordinal(), end.toordinal(), 0, 990))
    assert (marks[0].label, marks[-1].label) == shown
    assert all(later.at - earlier.at > 60 for earlier, later in pairwise(marks))
