"""``alphagex export``: positions, trades, decisions and realized gains as CSV and Parquet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from infra.cli.gains import gain_rows
from infra.cli.mistakes import CommandError
from infra.cli.screen import JsonOption, console, day_of, write_json
from infra.cli.stage import Place
from shared.domain.decisions import Decision
from shared.domain.positions import ClosedTrade, Position
from shared.domain.sessions import NEW_YORK, new_york_date
from shared.domain.vocabulary import Bot, TradingMode
from shared.views.trades import closed_trades

YEAR = timedelta(days=365)
DECIMAL_PLACES = 12
"""More than any price or fraction of ours means."""
Row = dict[str, Any]


class Form(StrEnum):
    """In which form the files are written."""

    CSV = "csv"
    PARQUET = "parquet"
    BOTH = "both"


def export(
    place: Place,
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder for the files; made where it is not.")] = Path(
        "export"
    ),
    first: Annotated[str | None, typer.Option("--from", help="First New York date; a year ago by default.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last New York date; today by default.")] = None,
    form: Annotated[Form, typer.Option("--format", help="csv, parquet or both.")] = Form.BOTH,
    as_json: JsonOption = False,
) -> None:
    """Write positions, trades, decisions and realized gains into files."""
    today = new_york_date(place.stage.clock.now())
    end = day_of("--to", last) if last else today
    start = day_of("--from", first) if first else end - YEAR
    if end < start:
        raise CommandError(f"--to {end} is before --from {start}", "swap the two dates")
    trades, every = _trades(place, start, end), _positions(place)
    tables: dict[str, list[Row]] = {
        "positions": [_position_row(one) for one in every if _in(one.planned_at, start, end)],
        "trades": [_trade_row(one) for one in trades],
        "decisions": [_decision_row(one) for one in _decisions(place, start, end, quiet=as_json)],
        "realized_gains": [row for row in gain_rows(every, trades) if start <= row["closed"] <= end],
    }
    written = [path for name, rows in tables.items() for path in _write(out, name, rows, form)]
    if as_json:
        write_json(
            {"files": [str(path) for path in written], "rows": {name: len(rows) for name, rows in tables.items()}}
        )
        return
    screen = console()
    for name, rows in tables.items():
        screen.say(f"{name}: {len(rows)} rows")
    screen.say(f"written to {out.resolve()}: {', '.join(path.name for path in written)}")


def _in(moment: datetime | None, start: date, end: date) -> bool:
    return moment is not None and start <= new_york_date(moment) <= end


def _trades(place: Place, start: date, end: date) -> tuple[ClosedTrade, ...]:
    since = datetime.combine(start, time(), NEW_YORK)
    found = closed_trades(place.stage.sources, since, tuple(TradingMode))
    return tuple(one for one in found if _in(one.closed_at, start, end))


def _positions(place: Place) -> list[Position]:
    from shared.adapters.dynamodb.archive import DynamoDbArchive
    from shared.adapters.dynamodb.database import Database

    archive = DynamoDbArchive(Database(place.aws), positions=place.settings.positions_table)
    found = [one for bot in Bot for one in archive.positions(bot)]
    return sorted(found, key=lambda one: (one.planned_at, one.position_id))


def _decisions(place: Place, start: date, end: date, *, quiet: bool) -> Iterator[Decision]:
    screen = console(to_error=True)
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    for day in track(days, "Reading decisions", console=screen, disable=quiet or not screen.is_terminal):
        of_day = [one for bot in Bot for one in place.stage.sources.decisions.of_day(bot, day)]
        yield from sorted(of_day, key=lambda one: (one.at, one.decision_id))


def _position_row(one: Position) -> Row:
    return {
        "position_id": one.position_id,
        "bot": one.bot.value,
        "mode": one.mode.value,
        "underlying": one.underlying,
        "strategy": one.strategy.value,
        "state": one.state.value,
        "legs": " ".join(f"{'+' if leg.sign > 0 else '-'}{leg.option_symbol}" for leg in one.legs),
        "contracts": one.contracts,
        "closed_contracts": one.closed_contracts,
        "expiration": one.expiration,
        "entry_price": one.entry_price,
        "entry_fees": one.entry_fees,
        "max_loss_per_contract": one.max_loss,
        "planned_at": one.planned_at,
        "opened_at": one.opened_at,
        "exit_reason": one.exit_reason.value if one.exit_reason else None,
        "snapshot_id": one.snapshot_id,
    }


def _trade_row(one: ClosedTrade) -> Row:
    row = one.model_dump(exclude={"schema_version"})
    return {name: str(value) if isinstance(value, StrEnum) else value for name, value in row.items()}


def _decision_row(one: Decision) -> Row:
    return {
        "decision_id": one.decision_id,
        "at": one.at,
        "last_seen": one.last_seen,
        "count": one.count,
        "kind": one.kind.value,
        "bot": one.bot.value,
        "mode": one.mode.value,
        "underlying": one.underlying,
        "action": one.action.value if one.action else None,
        "rule": one.rule.value if one.rule else None,
        "strategy": one.strategy.value if one.strategy else None,
        "what": one.what,
        "how": one.how,
        "denials": " ".join(dict.fromkeys(denial.code for denial in one.denials)),
        "gates": "; ".join(
            f"{gate.code} {'passed' if gate.passed else 'refused'} {gate.value} (limit {gate.limit})"
            for gate in one.why
        ),
        "snapshot_id": one.snapshot_id,
        "config_digest": one.config_digest,
        "position_id": one.position_id,
    }


def _write(folder: Path, name: str, rows: Sequence[Row], form: Form) -> Iterator[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if form is not Form.PARQUET:
            yield _write_csv(folder / f"{name}.csv", rows)
        if form is not Form.CSV:
            yield _write_parquet(folder / f"{name}.parquet", rows)
    except OSError as error:
        raise CommandError(f"{folder} cannot be written ({error.strerror})", "choose another --out") from error


def _write_csv(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(rows[0] if rows else ())
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return path


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return value


def _write_parquet(path: Path, rows: Sequence[Row]) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {name: [_exact(row[name]) for row in rows] for name in rows[0]} if rows else {}
    arrays = {name: pa.array(values, _kind(values)) for name, values in columns.items()}
    parquet.write_table(pa.table(arrays), path)
    return path


def _exact(value: object) -> object:
    return round(value, DECIMAL_PLACES) if isinstance(value, Decimal) else value


def _kind(values: Iterable[object]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the type of a column: exact decimals, UTC times, dates; text where all is empty."""
    import pyarrow as pa

    first = next((value for value in values if value is not None), "")
    match first:
        case Decimal():
            return pa.decimal128(38, DECIMAL_PLACES)
        case datetime():
            return pa.timestamp("us", tz="UTC")
        case date():
            return pa.date32()
        case int():
            return pa.int64()
        case _:
            return pa.string()
