"""``alphagex history``: resumable, from whichever vendor answers, with gaps and odd rows told."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from infra.cli.history import fetched
from infra.local.backtest.histories import read_bars, read_snapshots, write_snapshots
from infra.local.errors import LocalStageError
from shared.domain.errors import FeedUnavailableError
from shared.domain.market import DailyBar
from shared.domain.sessions import is_session, sessions_between
from tests.store import snapshot

BEGIN, END = date(2017, 6, 1), date(2018, 12, 31)
GAP, HOLIDAY = date(2018, 3, 7), date(2018, 7, 4)


class Vendor:
    """A vendor of bars that remembers what it was asked."""

    def __init__(self, lacks: Callable[[date], bool] = lambda _: False, *, fails_after: int | None = None) -> None:
        self.asked: list[tuple[date, date]] = []
        self._lacks = lacks
        self._fails_after = fails_after

    def daily_bars(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        if self._fails_after is not None and len(self.asked) >= self._fails_after:
            raise FeedUnavailableError("down")
        self.asked.append((start, end))
        days = [start + timedelta(days=more) for more in range((end - start).days + 1)]
        one = Decimal(100)
        return tuple(
            DailyBar(day=day, open=one, high=one, low=one, close=one + 1)
            for day in days
            if (is_session(day) or day == HOLIDAY) and not self._lacks(day)
        )


def test_every_session_is_stored_and_asked_for_once(tmp_path: Path) -> None:
    vendor = Vendor()
    told = fetched("SPX", BEGIN, END, tmp_path, [vendor], quiet=True)
    stored = read_bars(tmp_path / "SPX.csv")
    assert tuple(bar.day for bar in stored) == sessions_between(BEGIN, END)
    assert all(bar.low <= bar.close <= bar.high for bar in stored)
    assert "dropped, e.g. 2018-07-04" in told[1]
    asked = len(vendor.asked)
    fetched("SPX", BEGIN, END, tmp_path, [vendor], quiet=True)
    assert len(vendor.asked) == asked


def test_what_was_fetched_before_a_failure_is_kept_and_the_rest_resumed(tmp_path: Path) -> None:
    with pytest.raises(LocalStageError, match="cannot be had: down; run it again; it resumes"):
        fetched("SPX", BEGIN, END, tmp_path, [Vendor(fails_after=1)], quiet=True)
    kept = len(read_bars(tmp_path / "SPX.csv"))
    assert kept > 200
    later = Vendor()
    fetched("SPX", BEGIN, END, tmp_path, [later], quiet=True)
    assert len(later.asked) == 1
    assert len(read_bars(tmp_path / "SPX.csv")) == len(sessions_between(BEGIN, END))


def test_the_second_vendor_is_asked_where_the_first_fails(tmp_path: Path) -> None:
    second = Vendor()
    fetched("VIX", BEGIN, END, tmp_path, [Vendor(fails_after=0), second], quiet=True)
    assert second.asked


def test_a_gap_is_told_and_asked_for_again(tmp_path: Path) -> None:
    told = fetched("SPX", BEGIN, END, tmp_path, [Vendor(lambda day: day == GAP)], quiet=True)
    assert "missing sessions: 1 (2018-03-07)" in told[1]
    whole = Vendor()
    assert fetched("SPX", BEGIN, END, tmp_path, [whole], quiet=True) == (
        f"SPX: {len(sessions_between(BEGIN, END))} sessions in {tmp_path}/SPX.csv",
    )
    assert len(whole.asked) == 1


def test_snapshots_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_snapshots(tmp_path / "s.jsonl", [snapshot()])
    assert read_snapshots(tmp_path / "s.jsonl") == (snapshot(),)


def test_a_line_that_is_no_snapshot_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text("{}\n")
    with pytest.raises(LocalStageError, match="line 1 is no snapshot"):
        read_snapshots(tmp_path / "s.jsonl")
