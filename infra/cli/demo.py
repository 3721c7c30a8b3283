"""``alphagex demo``: months of real history, traded on this machine in a minute or so."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from infra.cli.screen import BotOption, JsonOption, bots_of, day_of
from infra.local.demo.plan import DEFAULT_FIRST, DEFAULT_LAST, DEFAULT_SEED, DEFAULT_STEP, DemoPlan
from infra.local.places import writable

DEFAULT_REPORT = Path("report/demo.html")


def demo(
    first: Annotated[str, typer.Option("--from", help="First session, a New York date.")] = str(DEFAULT_FIRST),
    last: Annotated[str, typer.Option("--to", help="Last session, a New York date.")] = str(DEFAULT_LAST),
    seed: Annotated[int, typer.Option("--seed", help="Seed of the intraday paths; the same seed, the same trades.")] = (
        DEFAULT_SEED
    ),
    bot: BotOption = None,
    step: Annotated[int, typer.Option("--step", help="Minutes between two looks at the market, 1 to 60.")] = (
        DEFAULT_STEP
    ),
    report: Annotated[Path, typer.Option("--report", help="Where the HTML report goes.")] = DEFAULT_REPORT,
    port: Annotated[int | None, typer.Option("--port", help="First port of the simulators; free ones by default.")] = (
        None
    ),
    as_json: JsonOption = False,
) -> None:
    """Trade months of real S&P 500 and VIX history through the function code, on this machine."""
    plan = DemoPlan(
        first_day=day_of("--from", first),
        last_day=day_of("--to", last),
        seed=seed,
        step_minutes=step,
        bots=bots_of(bot),
    )
    writable("--report", report)
    from infra.local.demo.run import run_demo
    from infra.local.demo.terminal import DemoScreen

    console = Console(file=sys.stderr if as_json else sys.stdout, highlight=False)
    screen = DemoScreen(console)
    summary = run_demo(plan, screen, report, port)
    if as_json:
        sys.stdout.write(summary.model_dump_json(indent=2) + "\n")
        return
    screen.table(summary)
    screen.note(f"report: {report.resolve().as_uri()}")
