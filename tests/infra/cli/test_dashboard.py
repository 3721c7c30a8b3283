"""What a user may get wrong with `alphagex dashboard`, and what the demo's recording shows at a date."""

import socket
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.cli.dashboard import demo_scene, open_server
from infra.cli.main import app
from infra.cli.mistakes import CommandError, told
from infra.local.errors import LocalStageError
from infra.local.recorded import RecordedStage
from infra.local.recording import Recording, read_recording, recording_beside, write_recording
from shared.domain.positions import PositionState
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import TradingState
from shared.views.equity import equity_view
from shared.views.health import health_view
from shared.views.positions import positions_view
from shared.views.statistics import stats_view
from tests.builders import NOON, closed_trade, decision, position, snapshot, statistics

DAY = timedelta(days=1)
SEED = 13


def recording() -> Recording:
    """Three days of a run: a position opened on the first, closed on the second; the switch moved on the second."""
    over = position(state=PositionState.CLOSED, opened_at=NOON - 2 * DAY, planned_at=NOON - 2 * DAY)
    return Recording(
        stage="demo",
        seed=SEED,
        at=NOON,
        document="{}",
        beat=NOON,
        flips=((new_york_date(NOON - DAY), TradingState.REDUCING), (new_york_date(NOON), TradingState.ACTIVE)),
        trips=(),
        snapshots=tuple(snapshot(at=NOON - back * DAY) for back in (2, 1, 0)),
        decisions=tuple(decision(decision_id=f"d{back}", at=NOON - back * DAY) for back in (2, 1, 0)),
        positions=(over,),
        trades=(closed_trade(opened_at=NOON - 2 * DAY, closed_at=NOON - DAY),),
        statistics=(statistics(),),
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = recording_beside(tmp_path / "demo.html")
    write_recording(recording(), path)
    return path


def test_a_recording_is_read_as_it_was_written_and_lies_beside_its_report(file: Path) -> None:
    assert file.name == "demo-data.json.gz"
    assert read_recording(file) == recording()


@pytest.mark.parametrize(
    ("back", "open_positions", "realized", "switch"),
    [
        pytest.param(2, 1, "0.00", TradingState.ACTIVE, id="the position is open"),
        pytest.param(1, 0, "50.00", TradingState.REDUCING, id="it was closed, and the switch moved"),
        pytest.param(0, 0, "50.00", TradingState.ACTIVE, id="the end"),
    ],
)
def test_a_run_is_shown_as_it_stood(back: int, open_positions: int, realized: str, switch: TradingState) -> None:
    sources = RecordedStage(recording(), NOON - back * DAY + timedelta(hours=4)).sources
    assert sources.clock.now() == NOON - back * DAY
    held = positions_view(sources).positions
    assert [one.state for one in held] == [PositionState.OPEN] * open_positions
    assert [one.realized for one in equity_view(sources).modes] == [Decimal(realized)]
    assert health_view(sources).breaker.switch is switch
    own = [row for row in stats_view(sources).strategies if row.own_results]
    assert len(own) == (1 if back == 0 else 0)


def test_the_switch_of_a_recording_moves_on_the_page_only(file: Path) -> None:
    scene = demo_scene(file, None)
    scene.set_switch(TradingState.HALTED, "a test", None)
    assert health_view(scene.sources()).breaker.switch is TradingState.HALTED
    assert health_view(demo_scene(file, None).sources()).breaker.switch is TradingState.ACTIVE


@pytest.mark.parametrize(
    ("content", "at", "named"),
    [
        pytest.param(None, None, "run `alphagex demo` first", id="no demo yet"),
        pytest.param(b"no gzip", None, "run `alphagex demo` again", id="no recording"),
        pytest.param(b"", None, "run `alphagex demo` again", id="an empty file"),
    ],
)
def test_a_recording_that_cannot_be_shown_names_the_remedy(
    tmp_path: Path, content: bytes | None, at: str | None, named: str
) -> None:
    path = tmp_path / "data.json.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LocalStageError, match=named):
        demo_scene(path, at)


@pytest.mark.parametrize(
    ("at", "named"),
    [
        pytest.param("2026-11-01", "choose from 2026-11-21 on", id="before the run"),
        pytest.param("yesterday", "write it as", id="no date"),
    ],
)
def test_a_date_that_is_none_of_the_run_is_refused(file: Path, at: str, named: str) -> None:
    with pytest.raises((LocalStageError, CommandError), match=named):
        demo_scene(file, at)


def test_a_port_that_is_taken_is_one_line(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(LocalStageError, match="leave it out"):
        open_server(demo_scene(file, None), taken.getsockname()[1])
    with pytest.raises(LocalStageError, match="no port"):
        open_server(demo_scene(file, None), 70_000)


def test_a_mistake_ends_with_its_remedy_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = told(lambda: app(["dashboard", "--demo", "--no-open"], standalone_mode=False))
    said = capsys.readouterr().err
    assert (code, said.count("\n")) == (2, 1)
    assert "run `alphagex demo` first" in said


def test_the_command_says_what_it_can_do() -> None:
    said = CliRunner().invoke(app, ["dashboard", "--help"]).output
    for option in ("--demo", "--at", "--stage", "--port", "--no-open"):
        assert option in said
