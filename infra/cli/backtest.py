"""``alphagex backtest``: a bot over years of history, by the same phases as the functions."""

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infra.cli.screen import bot_of as bot_named
from infra.local.errors import LocalStageError
from infra.local.places import writable
from shared.domain.config import BotConfig, SystemConfig, bot_config
from shared.domain.errors import InvalidValueError
from shared.domain.vocabulary import Bot

if TYPE_CHECKING:
    from infra.local.backtest.ground import Ground
    from shared.backtest.runner.market import Market

DAILY = "day"


def backtest(
    bot: Annotated[str, typer.Argument(help="ATLAS, PROMETHEUS or SOLOMON.")],
    first: Annotated[
        str | None, typer.Option("--from", help="First session; by default the first with a year behind it.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last session; by default the last of the data.")] = None,
    capital: Annotated[float | None, typer.Option("--capital", help="Dollars the bot trades with.")] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", help="A field of the configuration, e.g. rails.confirmations=1; may be given again."),
    ] = None,
    step: Annotated[str, typer.Option("--step", help="Minutes between two looks at the market, or day.")] = DAILY,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the intraday paths.")] = 13,
    history: Annotated[
        Path | None,
        typer.Option("--history", help="Folder of bars stored by `alphagex history fetch`; by default 2014 to 2018."),
    ] = None,
    snapshots: Annotated[
        Path | None, typer.Option("--snapshots", help="Snapshots stored by `alphagex history snapshots`.")
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Where an HTML report goes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures for machines.")] = False,
) -> None:
    """Run a bot over years of history, on this machine."""
    chosen = bot_named(bot)
    config = configured(chosen, param or [], capital)
    minutes = minutes_of(step)
    begin, end = day_of("--from", first), day_of("--to", last)
    if report is not None:
        writable("--report", report)
    from infra.local.backtest.ground import Ground, recorded_days
    from infra.local.backtest.histories import opened, read_snapshots
    from infra.local.backtest.report import dollars, write_report
    from shared.backtest.figures import figures_of
    from shared.backtest.runner.recorded import RecordedMarket
    from shared.backtest.runner.run import backtest as run

    past = opened(history)
    ground = Ground(past, seed)
    market: Market = ground.market
    if snapshots is None:
        days = ground.days(begin, end)
        tell_of_new_looks(ground, config, days, minutes, Console(stderr=True, quiet=as_json))
    else:
        market = recorded = RecordedMarket(past, read_snapshots(snapshots), SystemConfig())
        days = recorded_days(recorded, past, begin, end)
    with bar(len(days), quiet=as_json) as (progress, task):
        result = run(config, market, days, step_minutes=minutes, progress=lambda _: progress.advance(task))
    ground.keep()
    figures = figures_of(result)
    if report is not None:
        sources = {"--history": history, "--snapshots": snapshots}
        command = _again(chosen, days, capital, param or [], step, seed, sources)
        write_report(result, report, command, ground.rebuilt())
    if as_json:
        sys.stdout.write(figures.model_dump_json(indent=2) + "\n")
        return
    console = Console(highlight=False)
    console.print(figures.verdict)
    console.print(
        f"{dollars(figures.pnl)} on {dollars(figures.capital)}, {figures.per_year:.2f} % a year; drawdown"
        f" {figures.max_drawdown:.1f} %; {figures.trades} trades; holding the underlying"
        f" {figures.buy_and_hold:.2f} % a year"
    )
    for warning in figures.warnings:
        console.print(f"note: {warning}")
    if report is not None:
        console.print(f"report: {report.resolve().as_uri()}")


def tell_of_new_looks(
    ground: "Ground", config: BotConfig, days: tuple[date, ...], minutes: int | None, console: Console
) -> None:
    """Say on a terminal what takes a run longer than the next one, and until when that is kept."""
    new = ground.unseen(config.underlyings, days, minutes) if console.is_terminal else 0
    if new:
        console.print(
            f"working out {new:,} looks at the market; they are kept in {ground.kept} for all bots,"
            " until the history or the code that makes them changes",
            highlight=False,
            soft_wrap=True,
        )


def bar(total: int, *, quiet: bool) -> "_Bar":
    """Return a progress bar of sessions on standard error."""
    return _Bar(total, quiet=quiet)


class _Bar:
    def __init__(self, total: int, *, quiet: bool) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(file=sys.stderr), disable=quiet, transient=True)
        self._total = total

    def __enter__(self) -> tuple[Progress, Any]:
        self._progress.start()
        return self._progress, self._progress.add_task("sessions", total=self._total)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def day_of(option: str, text: str | None) -> date | None:
    """Read a date. Raises LocalStageError where it is none."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError as error:
        raise LocalStageError(f"{option} {text} is no date", "write it as 2017-10-02") from error


def minutes_of(step: str) -> int | None:
    """Read a step: None for once a day. Raises InvalidValueError where it is none."""
    if step == DAILY:
        return None
    try:
        return int(step)
    except ValueError as error:
        raise InvalidValueError("--step", step, "give minutes such as 60, or day") from error


def configured(bot: Bot, params: list[str], capital: float | None) -> BotConfig:
    """Lay the parameters of the command line over the bot's defaults.

    Raises:
        InvalidValueError: a parameter is no ``name=value``, unknown or out of range.
    """
    document: dict[str, Any] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals or not name:
            raise InvalidValueError("--param", param, "write it as rails.confirmations=1")
        inner = document
        *above, leaf = name.split(".")
        for part in above:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                raise InvalidValueError("--param", param, f"{part} was given a value before")
        inner[leaf] = _value(value)
    if capital is not None:
        document["capital"] = str(capital)
    return bot_config(bot, document)


def _value(text: str) -> Any:  # noqa: ANN401 - a field of the configuration is of any kind
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return text
    return str(found) if isinstance(found, float) else found


def _again(
    bot: Bot,
    days: tuple[date, ...],
    capital: float | None,
    params: list[str],
    step: str,
    seed: int,
    sources: Mapping[str, Path | None],
) -> str:
    parts = [f"alphagex backtest {bot} --from {days[0]} --to {days[-1]} --step {step} --seed {seed}"]
    parts += [f"{option} {path}" for option, path in sources.items() if path is not None]
    parts += [] if capital is None else [f"--capital {capital:g}"]
    return " ".join([*parts, *(f"--param {param}" for param in params)])
