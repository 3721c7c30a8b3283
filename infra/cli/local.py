"""``alphagex local``: the deployed stack on this machine, for weeks of paper trading."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from infra.cli.mistakes import FOUND, CommandError
from infra.cli.screen import JsonOption, day_of, write_json
from infra.local.ports import require_free
from infra.local.stage_file import StageFile, read_stage_file
from infra.local.stage_folder import StageFolder, is_running
from infra.local.stage_options import DEFAULT_DAY, StageOptions, weeks_since

if TYPE_CHECKING:
    from infra.local.deployed import DeployedStack

START_SECONDS: Final = 300.0
END_SECONDS: Final = 150.0
POLL_SECONDS: Final = 0.2
LINES: Final = 20
LOWEST_PORT, HIGHEST_PORT = 1024, 65_000
FUNCTIONS: Final = ("collect", "trade", "monitor", "learn", "report", "api")
COMMANDS: Final = "`alphagex local status`, `logs` and `down`; other commands take --stage local"

local = typer.Typer(name="local", help="Run the deployed stack on this machine.", no_args_is_help=True)


@local.command()
def up(
    real_vendors: Annotated[
        bool | None,
        typer.Option("--real-vendors/--simulators", help="Live market data with your own keys, or simulated vendors."),
    ] = None,
    first_day: Annotated[
        str | None,
        typer.Option(
            "--from", help=f"The simulated market begins within a week of this day; {DEFAULT_DAY} by default."
        ),
    ] = None,
    speed: Annotated[
        float | None, typer.Option("--speed", help="Simulated minutes in one, 1 to 60.", min=1, max=60)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", help="Port of the AWS; simulators take those from 10 above."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget everything that was kept, positions too.")] = False,
) -> None:
    """Start, and go on where it ended; the options of the last start hold until they are given anew."""
    _refuse_if_running()
    folder = StageFolder.beside_the_stage_file()
    if fresh:
        shutil.rmtree(folder.path, ignore_errors=True)
    folder.make()
    if port is not None and not LOWEST_PORT <= port <= HIGHEST_PORT:
        raise CommandError(f"--port {port} cannot be", f"choose one from {LOWEST_PORT} to {HIGHEST_PORT}")
    options = _options(StageOptions.read(folder.options), real_vendors, first_day, speed, port)
    require_free(options.port)
    options.write(folder.options)
    process = _spawn(folder)
    try:
        started = _wait_for_start(process, folder)
    except BaseException:
        process.terminate()
        process.wait(END_SECONDS)
        raise
    typer.echo(f"running: stage {started.stage} at {started.endpoint_url}, process {started.process_id}; {COMMANDS}")
    if options.real_vendors:
        typer.echo("store your keys with `alphagex secrets set --stage local`; until then nothing is traded")


@local.command()
def down() -> None:
    """Stop; everything is kept for the next start."""
    stage = _running()
    os.kill(stage.process_id, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    while is_running(stage):
        if time.monotonic() > deadline:
            raise CommandError(
                f"process {stage.process_id} has not ended in {END_SECONDS:.0f} s",
                f"look at {StageFolder.beside_the_stage_file().stage_log}; `kill -9 {stage.process_id}` loses a minute",
            )
        time.sleep(POLL_SECONDS)
    typer.echo("stopped; everything is kept, `alphagex local up` goes on")


@local.command()
def status(*, as_json: JsonOption = False) -> None:
    """Tell whether it runs, since when and where; exit code 1 when it does not."""
    found = read_stage_file()
    if found is None or not is_running(found):
        if as_json:
            write_json({"running": False})
        else:
            typer.echo("not running; start it with `alphagex local up`")
        raise typer.Exit(FOUND)
    if as_json:
        write_json({"running": True} | found.model_dump(mode="json", exclude={"environment"}))
        return
    options = StageOptions.read(StageFolder.beside_the_stage_file().options) or StageOptions()
    typer.echo(f"running since {found.started_at:%Y-%m-%d %H:%M}Z, process {found.process_id}")
    typer.echo(f"AWS      {found.endpoint_url} (region {found.region}, any keys)")
    typer.echo(f"vendors  {'real' if options.real_vendors else f'simulated, {_market(found, options)}'}")
    typer.echo(f"kept in  {StageFolder.beside_the_stage_file().path}")


@local.command()
def logs(
    function: Annotated[
        str | None, typer.Argument(help=f"One of {', '.join(FUNCTIONS)}; the stage's own log by default.")
    ] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.", min=1)] = LINES,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Print the stage's log, or what a function wrote to CloudWatch."""
    if function is None:
        _print_file(StageFolder.beside_the_stage_file().stage_log, lines, follow=follow)
        return
    if function not in FUNCTIONS:
        raise CommandError(f"there is no function {function}", f"choose one of {', '.join(FUNCTIONS)}")
    from infra.local.cdk import STACK_PREFIX
    from infra.local.deployed import DeployedStack

    stage = _running()
    stack = DeployedStack(stage.endpoint_url, f"{STACK_PREFIX}{stage.stage}")
    for line in _written(stack, function, lines, follow=follow):
        typer.echo(line)


def _options(
    last: StageOptions | None,
    real_vendors: bool | None,
    first_day: str | None,
    speed: float | None,
    port: int | None,
) -> StageOptions:
    changes: dict[str, object] = {"real_vendors": real_vendors, "speed": speed, "port": port}
    if first_day is not None or last is None:
        changes["weeks_back"] = weeks_since(
            day_of("--from", first_day) if first_day else DEFAULT_DAY, datetime.fromtimestamp(time.time(), UTC)
        )
    given = {name: value for name, value in changes.items() if value is not None}
    if last is not None and first_day is not None and changes["weeks_back"] != last.weeks_back:
        raise CommandError("the simulated market cannot be moved while positions are kept", "give --fresh as well")
    return StageOptions.model_validate({**(last or StageOptions()).model_dump(), **given})


def _refuse_if_running() -> None:
    found = read_stage_file()
    if found is not None and is_running(found):
        raise CommandError(
            f"the local stage runs already, at {found.endpoint_url}, process {found.process_id}",
            "see `alphagex local status`, or stop it with `alphagex local down`",
        )


def _running() -> StageFile:
    found = read_stage_file()
    if found is None or not is_running(found):
        raise CommandError("no local stage is running", "start it with `alphagex local up`")
    return found


def _spawn(folder: StageFolder) -> "subprocess.Popen[bytes]":
    """Start the process that stays; it has no terminal and belongs to nobody's session."""
    with folder.stage_log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "infra.local.stage_process"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).resolve().parents[2],
            start_new_session=True,
        )


def _wait_for_start(process: "subprocess.Popen[bytes]", folder: StageFolder) -> StageFile:
    """Wait until the stage runs, telling what it says meanwhile."""
    deadline = time.monotonic() + START_SECONDS
    with folder.stage_log.open(encoding="utf-8", errors="replace") as log:
        log.seek(0, os.SEEK_END)
        while (found := read_stage_file()) is None or found.process_id != process.pid:
            said = log.read()
            if said:
                typer.echo(said.rstrip())
            if process.poll() is not None:
                raise CommandError("the local stage did not start", f"the reason stands above, and in {log.name}")
            if time.monotonic() > deadline:
                raise CommandError(f"it did not start in {START_SECONDS:.0f} s", f"look at {log.name}")
            time.sleep(POLL_SECONDS)
    return found


def _market(found: StageFile, options: StageOptions) -> str:
    from infra.local.replay_clock import ReplayClock
    from shared.domain.sessions import NEW_YORK

    with ReplayClock(Path(found.environment["CLOCK_FILE"])) as clock:
        return f"New York {clock.now().astimezone(NEW_YORK):%Y-%m-%d %H:%M}, {_pace(options.speed)}"


def _pace(speed: float) -> str:
    return "at its natural speed" if speed == 1 else f"{speed:g} times as fast as time"


def _print_file(file: Path, lines: int, *, follow: bool) -> None:
    if not file.exists():
        raise CommandError("there is no log yet", "start the stage with `alphagex local up`")
    with file.open(encoding="utf-8", errors="replace") as log:
        typer.echo("".join(log.readlines()[-lines:]), nl=False)
        while follow:
            typer.echo(log.read(), nl=False)
            time.sleep(POLL_SECONDS)


def _written(stack: "DeployedStack", function: str, lines: int, *, follow: bool) -> Iterator[str]:
    """Yield what a function wrote, oldest first."""
    (group,) = (
        name
        for logical, name in stack.physical_ids.items()
        if logical.startswith(f"{function.capitalize()}Log") and logical in stack.named("AWS::Logs::LogGroup")
    )
    client, seen, last = stack.client("logs"), set[tuple[int, str]](), 0
    while True:
        events = client.filter_log_events(logGroupName=group, startTime=last)["events"]
        fresh = [one for one in events if (one["timestamp"], one["message"]) not in seen]
        for event in fresh if seen else fresh[-lines:]:
            yield event["message"].rstrip()
        seen |= {(one["timestamp"], one["message"]) for one in events}
        last = max((one["timestamp"] for one in events), default=last)
        if not follow:
            return
        time.sleep(POLL_SECONDS * 5)
