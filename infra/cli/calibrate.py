"""``alphagex calibrate``: a configuration for a bot, walked forward, with every reason to doubt it."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Column, Table

from infra.cli.backtest import bar, day_of
from infra.cli.config import flat
from infra.cli.mistakes import CommandError
from infra.cli.screen import bot_of as bot_named
from infra.cli.screen import console
from infra.cli.stage import DEFAULT_STAGE, Place, ProfileOption, RegionOption, StageOption, open_place
from infra.local.errors import LocalStageError
from infra.local.places import writable, write
from shared.domain.config import BotConfig, bot_config, parse_document
from shared.domain.errors import InvalidValueError
from shared.domain.vocabulary import Bot

TRIALS, WINDOWS = 200, 8
FEWEST_TRIALS = 10
SURE, EVEN = 0.95, 0.5
"""How surely a deflated Sharpe ratio holds that means something; an even chance of having fitted the past."""
OUT = Path("report")


def calibrate(
    bot: Annotated[str, typer.Argument(help="ATLAS, PROMETHEUS or SOLOMON.")],
    trials: Annotated[int, typer.Option("--trials", help="How many choices of the parameters are judged.")] = TRIALS,
    windows: Annotated[int, typer.Option("--windows", help="Into how many windows the stretch is divided.")] = WINDOWS,
    first: Annotated[
        str | None, typer.Option("--from", help="First session; by default the first with a year behind it.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last session; by default the last of the data.")] = None,
    workers: Annotated[int | None, typer.Option("--workers", help="Processes; by default one a core.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the trials and of the intraday paths.")] = 13,
    history: Annotated[Path | None, typer.Option("--history", help="Bars stored by `alphagex history`.")] = None,
    current: Annotated[
        Path | None, typer.Option("--current", help="The document in use, to compare with; by default the defaults.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where the document goes; by default report/<bot>.json.")
    ] = None,
    cloud: Annotated[
        bool, typer.Option("--cloud", help="Judge in your AWS account, with the workflow of a stage.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Start in the cloud without asking.")] = False,
    stage: StageOption = DEFAULT_STAGE,
    profile: ProfileOption = None,
    region: RegionOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome for machines.")] = False,
) -> None:
    """Find parameters and priors for a bot; nothing is installed."""
    chosen = bot_named(bot)
    if trials < FEWEST_TRIALS:
        raise InvalidValueError("--trials", trials, f"give at least {FEWEST_TRIALS}; {TRIALS} is the default")
    before = _in_use(chosen, current)
    processes = workers if workers is not None else os.cpu_count() or 1
    if processes < 1:
        raise InvalidValueError("--workers", processes, "give 1 or more")
    path = writable("--out", out or OUT / f"{chosen.lower()}.json")
    judging = _in_the_cloud(open_place(stage, profile, region), yes=yes) if cloud else _here
    asked = _Asked(chosen, trials, windows, first, last, processes, seed, history, quiet=as_json)
    outcome, judged_windows = _calibrated(asked, judging)
    write("--out", path, json.dumps(outcome.document, indent=2) + "\n")
    if as_json:
        sys.stdout.write(outcome.model_dump_json(indent=2) + "\n")
        return
    _tell(outcome, judged_windows, before, path)


class _Asked(NamedTuple):
    bot: Bot
    trials: int
    windows: int
    first: str | None
    last: str | None
    workers: int
    seed: int
    history: Path | None
    quiet: bool


def _calibrated(asked: _Asked, judging: Any) -> Any:  # noqa: ANN401 - the heavy types are imported where they are needed
    from infra.local.backtest.ground import Ground
    from infra.local.backtest.histories import opened
    from infra.local.backtest.sampling import drawn
    from infra.local.backtest.workers import Task
    from shared.backtest.calibration.outcome import calibrated
    from shared.backtest.calibration.space import space_of
    from shared.backtest.calibration.windows import windows_of

    ground = Ground(opened(asked.history), asked.seed)
    days = ground.days(day_of("--from", asked.first), day_of("--to", asked.last))
    space = space_of(asked.bot)
    trials, study = drawn(space, asked.trials, asked.seed)
    task = Task(asked.bot, windows_of(days, asked.windows), days, asked.history, asked.seed)
    matrix = judging(asked, ground, task, trials)
    for number, row in enumerate(matrix):
        study.tell(number, sum(judged.score for judged in row) / len(row))
    return calibrated(asked.bot, space, trials, matrix), task.windows


def _here(asked: _Asked, ground: Any, task: Any, trials: Any) -> list[Any]:  # noqa: ANN401
    """Judge on this machine, by so many processes."""
    from infra.local.backtest.workers import judged_by

    _prepare(ground, asked.bot, task.days, quiet=asked.quiet)
    matrix = []
    with bar(len(trials), quiet=asked.quiet) as (progress, shown):
        for row in judged_by(task, trials, asked.workers):
            matrix.append(row)
            progress.advance(shown)
    return matrix


def _in_the_cloud(place: Place, *, yes: bool) -> Any:  # noqa: ANN401
    """Return how to judge with the workflow of a stage; what fails there is judged here."""
    from infra.cli.cloud_calibration import cloud_of

    cloud = cloud_of(place)

    def judged(asked: _Asked, ground: Any, task: Any, trials: Any) -> list[Any]:  # noqa: ANN401
        from infra.cli.cloud_calibration import estimated
        from shared.backtest.calibration.batch import batches_of, joined, judged_batch

        batches = batches_of(asked.bot, asked.seed, task.windows, trials)
        _agreed(estimated(batches), len(batches), place, yes=yes)
        execution = cloud.start(batches, ground.history)
        with bar(len(batches), quiet=asked.quiet) as (progress, shown):
            try:
                cloud.watch(execution, lambda count: progress.update(shown, completed=count))
            except KeyboardInterrupt:
                cloud.stop(execution)
                raise
        found = cloud.read(execution, batches)
        outcomes = dict(found.outcomes)
        for batch in found.missing:
            outcomes[batch.number] = judged_batch(batch, ground.market)
        if found.missing:
            note = f"{len(found.missing)} of {len(batches)} batches failed in the cloud and were judged here"
            console(to_error=True).say(note)
        return joined(batches, outcomes, len(trials), len(task.windows))

    return judged


def _agreed(estimate: Any, batches: int, place: Place, *, yes: bool) -> None:  # noqa: ANN401
    told = f"{batches} batches on {place.where}: about {estimate.seconds / 60:.0f} minutes of processors"
    console(to_error=True).say(f"{told}, ${estimate.dollars:.2f} at list prices without a free tier")
    if yes:
        return
    if not typer.confirm("Start?", err=True):
        raise CommandError("nothing was started", "give --yes to start without being asked")


def _prepare(ground: Any, bot: Bot, days: tuple[date, ...], *, quiet: bool) -> None:  # noqa: ANN401
    """Work out once what every trial looks at, before the workers open the market."""
    from shared.backtest.runner.schedule import steps_of

    (underlying, *_) = bot_config(bot).underlyings
    with bar(len(days), quiet=quiet) as (progress, shown):
        for day in days:
            ground.market.snapshot(underlying, steps_of(day, None)[0].at)
            progress.advance(shown)
    ground.keep()


def _in_use(bot: Bot, current: Path | None) -> BotConfig:
    if current is None:
        return bot_config(bot)
    try:
        text = current.read_text(encoding="utf-8")
    except OSError as error:
        raise LocalStageError(f"--current {current} cannot be read", "give the file of a document") from error
    return bot_config(bot, parse_document(str(current), text))


def _tell(outcome: Any, windows: Sequence[Any], before: BotConfig, path: Path) -> None:  # noqa: ANN401
    from shared.backtest.calibration.outcome import NEIGHBOURS

    console = Console(highlight=False)
    console.print(f"{outcome.bot}: {outcome.trials} trials over {outcome.windows} windows, walked forward")
    console.print(_folds(outcome, windows))
    console.print(
        f"chosen: trial {outcome.chosen} for its neighbourhood, {outcome.neighbourhood:+.2f} on average with the"
        f" {NEIGHBOURS} trials nearest to it; its own score is {outcome.score:+.2f}",
        soft_wrap=True,
    )
    console.print(_changes(outcome, before))
    console.print(_priors(outcome))
    if not outcome.priors:
        console.print(
            f"note: the chosen trial closed no trade in any of {outcome.windows} windows, so it is chosen for doing"
            " nothing; keep the document in use, or give a longer stretch",
            soft_wrap=True,
        )
    else:
        console.print(
            f"note: these trades chose the document, as the best of {outcome.trials}; expect less of the next ones",
            soft_wrap=True,
        )
    luck = outcome.deflated_sharpe
    told = "cannot be told, nothing moved" if luck is None else f"{luck:.0%}"
    console.print(f"probability of overfitting {outcome.overfitting:.0%}; deflated Sharpe ratio holds with {told}")
    if luck is None or luck < SURE or outcome.overfitting > EVEN:
        console.print(
            f"note: {outcome.trials} tries explain such a result by luck (sure is a ratio that holds with {SURE:.0%}"
            f" and overfitting below {EVEN:.0%}); prefer the defaults, or more history",
            soft_wrap=True,
        )
    console.print(f"what the windows ahead gained, chosen by those before: {outcome.forward_gain:+.2f} % of capital")
    console.print(f"written to {path}; nothing is installed", soft_wrap=True)
    if not outcome.priors:
        return
    console.print("to compare and install it:")
    console.print(f"  alphagex config validate {outcome.bot} {path}", soft_wrap=True)
    console.print(f"  alphagex config set {outcome.bot} --file {path}", soft_wrap=True)


def _folds(outcome: Any, windows: Sequence[Any]) -> Table:  # noqa: ANN401
    table = Table("window", "entries", "trial", "before", "after", "gained", "trades", title="Walk forward, scores")
    table.add_row("1", _span(windows[0]))
    for fold in outcome.folds:
        scores = f"{fold.before:+.2f}", f"{fold.after:+.2f}", f"{fold.gained:+.2f} %"
        table.add_row(str(fold.window), _span(windows[fold.window - 1]), str(fold.trial), *scores, str(fold.trades))
    return table


def _span(window: Any) -> str:  # noqa: ANN401
    return f"{window.first} to {window.last}"


def _changes(outcome: Any, before: BotConfig) -> Table:  # noqa: ANN401
    table = Table(Column("field", overflow="fold"), "now", Column("proposed", overflow="fold"), title="Changes")
    now = flat(before.model_dump(mode="json"))
    after = flat(bot_config(before.bot, outcome.document).model_dump(mode="json"))
    for name in flat(outcome.document):
        if not _same(now.get(name), after.get(name)):
            table.add_row(name, str(now.get(name)), str(after.get(name)))
    return table


def _same(now: object, after: object) -> bool:
    try:
        return Decimal(str(now)) == Decimal(str(after))
    except InvalidOperation:
        return now == after


def _priors(outcome: Any) -> Table:  # noqa: ANN401
    table = Table(
        Column("strategy", overflow="fold"),
        "trades",
        "win rate",
        "avg win",
        "avg loss",
        "used",
        title="Priors of the windows that chose it, 95 % intervals",
    )
    for prior in outcome.priors:
        low, high = prior.win_rate_interval
        table.add_row(
            prior.strategy,
            str(prior.trades),
            f"{prior.win_rate:.0%} ({low:.0%} to {high:.0%})",
            _interval(prior.avg_win, prior.avg_win_interval),
            _interval(prior.avg_loss, prior.avg_loss_interval),
            "yes" if prior.is_used else "too few trades",
        )
    return table


def _interval(mean: float, interval: tuple[float, float] | None) -> str:
    told = "too few to say" if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f}"
    return f"{mean:.2f} ({told})"
