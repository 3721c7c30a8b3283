"""The demo as a user runs it, over the shock of February 2018: the same seed gives the same trades."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from infra.local.recording import recording_beside
from shared.domain.config import bot_config
from shared.domain.vocabulary import Bot, ExitReason

SESSIONS = 8
TICKS = 6 * SESSIONS


def counted(run: dict[str, Any], what: str) -> int:
    return next(int(one["count"]) for one in run["services"] if one["what"] == what)


def told_alike(run: dict[str, Any]) -> dict[str, Any]:
    """A run without what the clock on the wall says: how long it took, and when SSM says that the switch was set."""
    alerts = [{**one, "body": re.sub(r" was set by \S+ at [^\n]+", " was set", one["body"])} for one in run["alerts"]]
    return {**run, "seconds": 0.0, "alerts": alerts}


def test_the_same_seed_gives_the_same_run(runs: list[dict[str, Any]]) -> None:
    first, second = (told_alike(run) for run in runs)
    assert first == second


def test_the_shock_stops_the_sellers_and_nothing_fails(runs: list[dict[str, Any]]) -> None:
    run = runs[0]
    stopped = {trade["bot"] for trade in run["trades"] if trade["exit_reason"] == ExitReason.STOP_LOSS}
    assert {"ATLAS", "PROMETHEUS"} <= stopped
    assert run["errors"] == []
    assert run["ticks"] == TICKS
    assert len(run["breaker_flips"]) == 2


def test_the_counts_are_those_of_the_services(runs: list[dict[str, Any]]) -> None:
    run = runs[0]
    assert counted(run, "messages received from alerts") == len(run["alerts"])
    assert counted(run, "messages waiting in alerts") == 0
    assert counted(run, "messages received from snapshots") == 2 * TICKS
    for vendor in ("tradier", "polygon", "trading_volatility"):
        assert counted(run, f"requests to {vendor}") > TICKS


def test_equity_begins_at_the_capital(runs: list[dict[str, Any]]) -> None:
    first = runs[0]["curve"][0]["equity"]
    assert {bot: Decimal(dollars) for bot, dollars in first.items()} == {bot: bot_config(bot).capital for bot in Bot}


def test_each_entry_and_each_result_is_told(runs: list[dict[str, Any]]) -> None:
    subjects = [alert["subject"] for alert in runs[0]["alerts"]]
    assert sum(" closed " in subject for subject in subjects) == len(runs[0]["trades"])
    assert sum("Breaker" in subject for subject in subjects) == 2


def test_the_same_run_leaves_the_same_recording(runs: list[dict[str, Any]], reports: list[Path]) -> None:
    assert len(runs) == len(reports)
    first, second = (recording_beside(report).read_bytes() for report in reports)
    assert first == second


def test_the_report_is_written(runs: list[dict[str, Any]], reports: list[Path]) -> None:
    assert len(runs) == len(reports)
    for report in reports:
        assert "<!doctype html>" in report.read_text(encoding="utf-8").lower()
