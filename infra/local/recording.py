"""What a demo left in its tables, in one small file, so that it can be looked at when nothing of it runs any more."""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from infra.local.demo.laptop import Laptop
from infra.local.demo.plan import DemoPlan
from infra.local.errors import LocalStageError
from shared.adapters.dynamodb.documents import decode_document
from shared.domain.book import Trip
from shared.domain.decisions import Decision
from shared.domain.market import Snapshot
from shared.domain.positions import ClosedTrade, Position
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, TradingState

VERSION: Final = 1
NEVER_DRAWN: Final = {"decisions": {"__all__": {"chain"}}}
"""The considered rows of the chains are most of a decision and shown nowhere."""


class Recording(BaseModel):
    """One run: the tables' items as values, the seed of its market, the last moment collected, the switch by date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = VERSION
    stage: str
    seed: int
    at: datetime
    document: str
    beat: datetime | None
    flips: tuple[tuple[date, TradingState], ...]
    trips: tuple[Trip, ...]
    snapshots: tuple[Snapshot, ...]
    decisions: tuple[Decision, ...]
    positions: tuple[Position, ...]
    trades: tuple[ClosedTrade, ...]
    statistics: tuple[StrategyStatistics, ...]


def record(laptop: Laptop, plan: DemoPlan) -> Recording:
    """Read the tables of a run.

    Raises:
        LocalStageError: nothing was collected.
    """
    names, stage = laptop.names, laptop.stage
    snapshots = [Snapshot.model_validate(one) for one in _bodies(laptop, names.snapshots, "SNAPSHOT")]
    if not snapshots:
        raise LocalStageError("the run collected nothing", "replay at least one session")
    beat = stage.heartbeat.last()
    trips = {trip.scope: trip for bot in Bot for trip in stage.trips.read(bot)}
    decisions = [Decision.model_validate(one) for one in _bodies(laptop, names.decisions, "DECISION")]
    positions = [Position.model_validate(one) for one in _bodies(laptop, names.positions, "POSITION")]
    trades = [ClosedTrade.model_validate(one) for one in _bodies(laptop, names.stats, "CLOSED_TRADE")]
    statistics = [StrategyStatistics.model_validate(one) for one in _bodies(laptop, names.stats, "STATISTICS")]
    return Recording(
        stage=stage.name,
        seed=plan.seed,
        at=max(one.at for one in snapshots),
        document=laptop.document,
        beat=beat[0] if beat else None,
        flips=_flips(plan),
        trips=tuple(trips.values()),
        snapshots=tuple(sorted(snapshots, key=lambda one: (one.at, one.underlying))),
        decisions=tuple(sorted(decisions, key=lambda one: (one.at, one.decision_id))),
        positions=tuple(sorted(positions, key=lambda one: (one.planned_at, one.position_id))),
        trades=tuple(sorted(trades, key=lambda one: (one.closed_at, one.position_id))),
        statistics=tuple(sorted(statistics, key=lambda one: (one.mode, one.strategy))),
    )


def _flips(plan: DemoPlan) -> tuple[tuple[date, TradingState], ...]:
    if plan.flips is None:
        return ()
    reducing, active = plan.flips
    return (reducing, TradingState.REDUCING), (active, TradingState.ACTIVE)


def _bodies(laptop: Laptop, table: str, kind: str) -> Iterator[Mapping[str, Any]]:
    pages = laptop.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    items = (decode_document(item) for page in pages for item in page["Items"])
    return (item["body"] for item in items if item["kind"] == kind)


def recording_beside(report: Path) -> Path:
    """Return where the recording of a report's run lies: report/demo.html has report/demo-data.json.gz."""
    return report.with_name(f"{report.stem}-data.json.gz")


def write_recording(recording: Recording, path: Path) -> None:
    """Write a recording as compressed JSON; the same run gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = recording.model_dump_json(exclude=NEVER_DRAWN)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def read_recording(path: Path) -> Recording:
    """Read a recording.

    Raises:
        LocalStageError: there is none at this path, or it is of another version.
    """
    try:
        return Recording.model_validate_json(gzip.decompress(path.read_bytes()))
    except FileNotFoundError as error:
        raise LocalStageError(f"there is no demo to show at {path}", "run `alphagex demo` first") from error
    except (OSError, EOFError, zlib.error, ValidationError) as error:
        raise LocalStageError(f"{path} cannot be read as a demo", "run `alphagex demo` again") from error
