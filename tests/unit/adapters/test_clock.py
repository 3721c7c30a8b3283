"""The machine's clock and that of a replay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.replay_clock import ReplayClock
from shared.adapters.clock import FileClock, SystemClock, clock_for
from shared.domain.errors import InvalidValueError
from tests.store import NOON


def test_the_machines_clock_is_aware_and_goes_on() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0.001)
    assert clock.now() > before
    assert before.tzinfo is UTC


@pytest.mark.parametrize("setting", [pytest.param(None, id="not given"), pytest.param("", id="empty")])
def test_without_a_file_it_is_the_machines(setting: str | None) -> None:
    assert isinstance(clock_for(setting), SystemClock)


def test_a_replay_shows_what_its_driver_set(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    with ReplayClock.create(path, NOON) as driver:
        clock = clock_for(str(path))
        assert clock.now() == NOON
        driver.set(NOON + timedelta(minutes=1))
        assert clock.now() == NOON + timedelta(minutes=1)


def test_sleeping_in_a_replay_moves_it_on_for_all(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    with ReplayClock.create(path, NOON) as driver:
        FileClock(path).sleep(5)
        assert driver.now() == NOON + timedelta(seconds=5)


@pytest.mark.parametrize(
    "content", [pytest.param(None, id="missing"), pytest.param(b"", id="empty"), pytest.param(b"1234", id="too short")]
)
def test_a_file_that_is_no_clock_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "clock"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidValueError, match="CLOCK_FILE"):
        FileClock(path)


def test_a_replay_is_as_fine_as_a_microsecond(tmp_path: Path) -> None:
    moment = datetime(2018, 2, 5, 20, 59, 59, 123456, tzinfo=UTC)
    with ReplayClock.create(tmp_path / "clock", moment):
        assert abs(FileClock(tmp_path / "clock").now() - moment) < timedelta(microseconds=1)
