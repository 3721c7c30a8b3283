"""``alphagex``, the operator's command line."""

import logging
import sys
from functools import partial
from importlib.metadata import version as installed
from typing import Annotated

import typer

from infra.cli import broken, config, history, live, reading, secrets
from infra.cli.acted import acting
from infra.cli.acting import close, strategy
from infra.cli.alerts import alerts
from infra.cli.backtest import backtest
from infra.cli.breaker import breaker
from infra.cli.calibrate import calibrate
from infra.cli.check import check
from infra.cli.cost.command import cost
from infra.cli.dashboard import dashboard
from infra.cli.demo import demo
from infra.cli.doctor import doctor
from infra.cli.export import export
from infra.cli.leaving import leave_at_once
from infra.cli.local import local
from infra.cli.mistakes import INTERRUPTED, told
from infra.cli.positions import positions
from infra.cli.preview import preview
from infra.cli.replay import replay
from infra.cli.report import report
from infra.cli.stage import at_stage
from infra.cli.status import status
from infra.cli.why import why

HERE = "On this machine"
LOOK = "Look"
ACT = "Act"
SET_UP = "Set up"

app = typer.Typer(
    name="alphagex",
    help="An automatic options trader that lives in your own AWS account.",
    epilog="Exit codes: 0 done; 1 it found something wrong; 2 your mistake, told in one line with its remedy;"
    " 3 AWS or a vendor did not do what it was asked.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for practising in (demo, backtest, calibrate):
    app.command(rich_help_panel=HERE)(practising)
app.add_typer(local, rich_help_panel=HERE)
SEEN = (status, why, reading.decisions, positions, reading.trades, reading.stats, reading.regime, preview, doctor)
for looking in (*SEEN, replay, report, export):
    app.command(rich_help_panel=LOOK)(at_stage(looking))
app.command(rich_help_panel=LOOK)(dashboard)
app.command(rich_help_panel=LOOK)(cost)
app.add_typer(check, rich_help_panel=LOOK)
for deed in (breaker, strategy, close):
    app.command(rich_help_panel=ACT)(at_stage(acting(deed)))
app.command(rich_help_panel=ACT)(at_stage(alerts))

past = typer.Typer(help="Store bars and snapshots for the backtest.", no_args_is_help=True)
past.command()(at_stage(history.fetch))
past.command()(at_stage(history.snapshots))
app.add_typer(past, name="history", rich_help_panel=HERE)

configuration = typer.Typer(help="Show, compare, validate and set the configuration.", no_args_is_help=True)
configuration.command()(at_stage(config.show))
configuration.command()(at_stage(config.diff))
configuration.command()(config.validate)
configuration.command("set")(at_stage(acting(config.set_value)))
app.add_typer(configuration, name="config", rich_help_panel=SET_UP)

live_mode = typer.Typer(help="Say where a bot trades; live takes two steps, mode and confirm.", no_args_is_help=True)
live_mode.command("mode")(at_stage(acting(live.mode)))
live_mode.command("confirm")(at_stage(acting(live.confirm)))
app.add_typer(live_mode, name="live", rich_help_panel=SET_UP)

repairs = typer.Typer(help="Mend or book a BROKEN position, or count a ledger anew.", no_args_is_help=True)
repairs.command("mend")(at_stage(acting(broken.mend)))
repairs.command("book")(at_stage(acting(broken.book)))
repairs.command("ledger")(at_stage(acting(broken.ledger)))
app.add_typer(repairs, name="broken", rich_help_panel=ACT)

keys = typer.Typer(help="Store the vendors' keys, and tell which are stored.", no_args_is_help=True)
keys.command("set", context_settings={"allow_extra_args": True})(at_stage(secrets.set_secrets))
keys.command("check")(at_stage(secrets.check_secrets))
app.add_typer(keys, name="secrets", rich_help_panel=SET_UP)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"alphagex {installed('alphagex')}")
        raise typer.Exit


@app.callback()
def alphagex(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and stop.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Trade options with three bots, on your laptop or in your AWS account."""


def main() -> None:
    """Run a command; a user's mistake ends in one line and exit code 2."""
    logging.getLogger("stamina").addHandler(logging.NullHandler())  # at a terminal a retry is no news, its end is
    code = told(partial(app, standalone_mode=False))
    if code == INTERRUPTED:
        leave_at_once(code)
    sys.exit(code)
