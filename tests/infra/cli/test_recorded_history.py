"""Snapshots of the running system, stored and decided on again, from the table to the report."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from infra.cli.mistakes import MISTAKE
from infra.local.backtest.histories import read_bars
from infra.local.vendors.faults import FaultKind, Vendor
from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.runner.market import ModelMarket
from shared.backtest.runner.schedule import steps_of
from shared.domain.config import SystemConfig
from shared.domain.market import Snapshot
from shared.domain.sessions import sessions_between
from tests.functions.house import House
from tests.infra.cli.conftest import Opened, Run, run_command

DAYS = sessions_between(date(2018, 1, 16), date(2018, 1, 31))
MINUTES = 2
"""Looked at in a row, as the confirmation of an entry asks."""


@pytest.fixture(scope="module")
def collected() -> list[Snapshot]:
    market = ModelMarket(MarketModel(History.embedded(), seed=13), SystemConfig())
    visits = [steps_of(day, None)[0].at for day in DAYS]
    return [market.snapshot("SPY", at + timedelta(minutes=more)) for at in visits for more in range(MINUTES)]


def test_what_the_stage_collected_is_traded_again_and_reported(
    run: Run, opened: Opened, collected: list[Snapshot], tmp_path: Path
) -> None:
    store = opened().stage.snapshots
    for one in collected:
        store.put(one)
    stored, page = tmp_path / "snapshots.jsonl", tmp_path / "run.html"
    told = run("history", "snapshots", "--underlying", "SPY", "--out", str(stored))
    assert (told.code, f"{len(collected)} snapshots from 2018-01-16" in told.out) == (0, True), told.err
    ran = run_command("backtest", "SOLOMON", "--snapshots", str(stored), "--report", str(page), "--json")
    assert ran.code == 0, ran.err
    figures = json.loads(ran.out)
    assert figures["sessions"] == len(DAYS)
    assert figures["trades"] + figures["open_positions"] > 0
    assert f"--snapshots {stored}" in page.read_text()


def test_snapshots_of_days_without_bars_say_which_bars_to_fetch(collected: list[Snapshot], tmp_path: Path) -> None:
    later = [one.model_copy(update={"at": one.at + timedelta(days=364 * 8)}) for one in collected]
    (tmp_path / "later.jsonl").write_text("".join(f"{one.model_dump_json()}\n" for one in later))
    ran = run_command("backtest", "SOLOMON", "--snapshots", str(tmp_path / "later.jsonl"))
    assert (ran.code, ran.err.count("\n")) == (MISTAKE, 1), ran.err
    assert "fetch bars that reach over them with alphagex history fetch" in ran.err


def test_bars_are_fetched_over_the_line_and_what_is_there_is_not_asked_for_again(
    run: Run, house: House, tmp_path: Path
) -> None:
    wanted = ("history", "fetch", "--from", "2005-03-01", "--to", "2005-06-30", "--folder", str(tmp_path), "--quiet")
    house.control.inject(FaultKind.ERROR_BEFORE, count=None, vendor=Vendor.TRADIER, path="/markets/history", status=500)
    first = run(*wanted)
    sessions = sessions_between(date(2005, 3, 1), date(2005, 6, 30))
    told = [f"{symbol}: {len(sessions)} sessions in {tmp_path}/{symbol}.csv" for symbol in ("SPX", "SPY", "VIX")]
    assert (first.code, first.out.splitlines()) == (0, told), first.err
    for symbol in ("SPX", "SPY", "VIX"):
        assert tuple(bar.day for bar in read_bars(tmp_path / f"{symbol}.csv")) == sessions
    house.control.inject(FaultKind.ERROR_BEFORE, count=None, vendor=Vendor.POLYGON, status=500)
    assert run(*wanted).out == first.out
    more = run(*wanted[:3], "2004-06-01", *wanted[4:])
    assert (more.code, more.err.count("\n")) == (MISTAKE, 1)
    assert "cannot be had" in more.err
