"""``alphagex dashboard``: the page in the browser, on data of a stage or of the last demo."""

import webbrowser
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.breaker import set_breaker
from infra.cli.demo import DEFAULT_REPORT
from infra.cli.screen import console, day_of
from infra.cli.stage import DEFAULT_STAGE, Place, ProfileOption, RegionOption, StageOption, open_place
from infra.local.errors import LocalStageError
from shared.domain.sessions import NEW_YORK, session

if TYPE_CHECKING:
    from infra.dashboard.scene import Scene
    from infra.dashboard.server import DashboardServer
    from shared.domain.vocabulary import TradingState

DEMO_NOTE = "The demo is over: the switch moves on this page only."
STAGE_NOTE = (
    "Every function reads the switch before each order, so it is obeyed at once, and you get an alert. "
    "ACTIVE also sets back what tripped all bots; what tripped one bot stays until `alphagex breaker ACTIVE --bot`."
)


def dashboard(
    stage: StageOption = DEFAULT_STAGE,
    profile: ProfileOption = None,
    region: RegionOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Show what the last `alphagex demo` left behind.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="The demo's file, if it is not beside its report.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help="With --demo: as it stood on this New York date.")] = None,
    port: Annotated[int, typer.Option("--port", help="Port on 127.0.0.1; a free one by default.")] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Print the address and open no browser.")] = False,
) -> None:
    """Open the page: equity, market and gamma, positions, decisions with their gates, Kelly, the breaker."""
    scene = demo_scene(data, at) if demo or data else stage_scene(open_place(stage, profile, region))
    serve(scene, port, opens=not no_open)


def demo_scene(data: Path | None, at: str | None) -> "Scene":
    """Show a recorded demo, as it stood at the close of a day or at its end.

    Raises:
        LocalStageError: there is no recording, or the day is none of it.
    """
    from infra.dashboard.scene import Scene
    from infra.local.recorded import RecordedStage
    from infra.local.recording import read_recording, recording_beside

    recorded = RecordedStage(read_recording(data or recording_beside(DEFAULT_REPORT)), _close_of(at) if at else None)

    def set_switch(state: "TradingState", reason: str, saw: datetime | None) -> None:  # noqa: ARG001 - nobody is left
        recorded.switch = state

    return Scene(
        where="demo", recorded=True, sources=lambda: recorded.sources, set_switch=set_switch, switch_note=DEMO_NOTE
    )


def _close_of(text: str) -> datetime:
    day = day_of("--at", text)
    hours = session(day)
    return hours.closes_at if hours else datetime.combine(day, time(16), NEW_YORK).astimezone(UTC)


def stage_scene(place: Place) -> "Scene":
    """Show a stage in AWS or on the laptop, read with the user's own credentials."""
    from infra.dashboard.memory import Memory, remembered
    from infra.dashboard.scene import Scene

    memory = Memory()
    sources = remembered(place.stage.sources, memory)

    def set_switch(state: "TradingState", reason: str, saw: datetime | None) -> None:
        set_breaker(place, state, reason, saw=saw)
        memory.forget()

    return Scene(
        where=place.where,
        recorded=False,
        sources=lambda: sources,
        set_switch=set_switch,
        switch_note=STAGE_NOTE,
    )


def serve(scene: "Scene", port: int, *, opens: bool) -> None:
    """Serve the page until Ctrl-C."""
    with open_server(scene, port) as server:
        server.warm()
        screen = console()
        screen.say(f"the page of {scene.where} is open until Ctrl-C; this address works once:")
        screen.say(server.door.address)
        if opens:
            webbrowser.open(server.door.address)
        server.serve_forever()


def open_server(scene: "Scene", port: int) -> "DashboardServer":
    """Bind the port.

    Raises:
        LocalStageError: it is taken.
    """
    from infra.dashboard.server import DashboardServer

    try:
        return DashboardServer(scene, port)
    except OSError as error:
        raise LocalStageError(
            f"--port {port} cannot be used: {error.strerror}", "leave it out for a free one"
        ) from error
    except OverflowError as error:
        raise LocalStageError(f"--port {port} is no port", "give 1024 to 65535, or leave it out") from error
