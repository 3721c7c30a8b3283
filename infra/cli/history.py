"""``alphagex history``: bars of the user's own vendors, stored for the backtest."""

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from infra.cli.backtest import bar, day_of
from infra.cli.stage import Place
from infra.local.backtest.histories import read_bars, write_bars, write_snapshots
from infra.local.errors import LocalStageError
from infra.local.places import writable
from shared.backtest.history import Bar
from shared.domain.errors import AlphaGexError
from shared.domain.market import DailyBar
from shared.domain.ports import DailyHistory
from shared.domain.sessions import is_session, last_finished_session, sessions_between

SYMBOLS: Final = ("SPX", "SPY", "VIX")
FOLDER: Final = Path("history")
DAYS_A_CALL: Final = timedelta(days=365)
GAPS_SHOWN: Final = 5


def fetch(
    place: Place,
    *,
    first: Annotated[str, typer.Option("--from", help="First day wanted.")] = "2010-01-04",
    last: Annotated[
        str | None, typer.Option("--to", help="Last day wanted; by default the last finished session.")
    ] = None,
    folder: Annotated[Path, typer.Option("--folder", help="Where the bars are kept.")] = FOLDER,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Fetch daily bars of the S&P 500, SPY and the VIX from your vendors; what is there already is kept."""
    begin = day_of("--from", first)
    end = day_of("--to", last) or last_finished_session(place.stage.clock.now())
    if begin is None or begin > end:
        raise LocalStageError(f"--from {first} lies after --to {end}", "swap the two dates")
    vendors: tuple[DailyHistory, ...] = tuple(
        vendor for vendor in (place.stage.market_data, place.stage.vendors.polygon()) if vendor is not None
    )
    console = Console(file=sys.stdout, highlight=False)
    for symbol in SYMBOLS:
        for line in fetched(symbol, begin, end, folder, vendors, quiet=quiet):
            console.print(line, soft_wrap=True)


def snapshots(
    place: Place,
    *,
    underlying: Annotated[str, typer.Option("--underlying", help="SPY or SPX.")] = "SPY",
    count: Annotated[int, typer.Option("--count", help="How many of the newest.")] = 10_000,
    out: Annotated[Path, typer.Option("--out", help="Where they go, one a line.")] = FOLDER / "snapshots.jsonl",
) -> None:
    """Store the newest snapshots of the running system, for `alphagex backtest --snapshots`."""
    found = place.stage.snapshots.recent(underlying.upper(), count)
    if not found:
        raise LocalStageError(f"{place.where} has no snapshot of {underlying}", "let it collect, or name another")
    write_snapshots(writable("--out", out), found[::-1])
    Console(highlight=False).print(f"{len(found)} snapshots from {found[-1].at:%Y-%m-%d} in {out}", soft_wrap=True)


def fetched(
    symbol: str, begin: date, end: date, folder: Path, vendors: Sequence[DailyHistory], *, quiet: bool
) -> tuple[str, ...]:
    """Bring one symbol's file up to these days, a year a call, stored after each; return what is to be told."""
    path = writable("--folder", folder / f"{symbol}.csv")
    known = {one.day: one for one in read_bars(path)} if path.is_file() else {}
    spans = [span for span in _spans(begin, end) if not _is_whole(known, *span)]
    dropped: set[date] = set()
    with bar(len(spans), quiet=quiet) as (progress, task):
        for start, stop in spans:
            for one in _asked(symbol, start, stop, vendors):
                if is_session(one.day):
                    known[one.day] = _bar(one)
                else:
                    dropped.add(one.day)
            write_bars(path, tuple(known[day] for day in sorted(known)))
            progress.advance(task)
    return _told(symbol, path, known, begin, end, dropped)


def _spans(begin: date, end: date) -> list[tuple[date, date]]:
    spans = []
    while begin <= end:
        stop = min(begin + DAYS_A_CALL, end)
        spans.append((begin, stop))
        begin = stop + timedelta(days=1)
    return spans


def _is_whole(known: dict[date, Bar], start: date, stop: date) -> bool:
    return all(day in known for day in sessions_between(start, stop))


def _asked(symbol: str, start: date, stop: date, vendors: Sequence[DailyHistory]) -> tuple[DailyBar, ...]:
    """Ask the vendors in turn. Raises LocalStageError with every reason where none answers."""
    reasons = []
    for vendor in vendors:
        try:
            found = vendor.daily_bars(symbol, start, stop)
        except AlphaGexError as problem:
            reasons.append(str(problem))
            continue
        if found:
            return found
        reasons.append(f"{type(vendor).__name__}: no bar")
    why = "; ".join(reasons) or "no vendor has a key"
    raise LocalStageError(f"{symbol} from {start} to {stop} cannot be had: {why}", "run it again; it resumes")


def _bar(one: DailyBar) -> Bar:
    """Take a vendor's bar; where open or close lie outside high and low, those are widened."""
    values = [float(value) for value in (one.open, one.high, one.low, one.close)]
    opening, high, low, close = values
    return Bar(one.day, opening, max(high, opening, close), min(low, opening, close), close, 0)


def _told(
    symbol: str, path: Path, known: dict[date, Bar], begin: date, end: date, dropped: set[date]
) -> tuple[str, ...]:
    gaps = [day for day in sessions_between(begin, end) if day not in known]
    lines = [f"{symbol}: {len(known)} sessions in {path}"]
    if gaps:
        shown = ", ".join(map(str, gaps[:GAPS_SHOWN])) + (" …" if len(gaps) > GAPS_SHOWN else "")
        lines.append(f"{symbol}: missing sessions: {len(gaps)} ({shown}); run it again, or begin later")
    if dropped:
        lines.append(f"{symbol}: {len(dropped)} rows of days without a session were dropped, e.g. {min(dropped)}")
    return tuple(lines)
