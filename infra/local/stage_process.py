"""The process behind `alphagex local up`: it starts the local stage, runs it, and ends when it is told to."""

import os
import signal
import sys
from collections.abc import Callable
from threading import Event

from infra.local.errors import LocalStageError
from infra.local.local_stage import LocalStage, say_on_standard_output
from infra.local.stage_file import remove_stage_file, write_stage_file
from infra.local.stage_folder import StageFolder
from infra.local.stage_options import StageOptions

FAILED = 2


def main() -> int:
    """Run the stage of the folder; the exit code is 2 where that is impossible, and the last line says why."""
    _on_signal(_give_up)
    folder, say = StageFolder.beside_the_stage_file(), say_on_standard_output
    try:
        options = StageOptions.read(folder.options) or StageOptions()
        with folder.lock():
            _run(LocalStage(options, folder, say))
    except LocalStageError as error:
        say(f"error: {error}")
        return FAILED
    say("ended; everything is kept")
    return 0


def _on_signal(answer: Callable[..., None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, answer)


def _give_up(*_: object) -> None:
    raise LocalStageError("stopped before it ran", "`alphagex local up` starts again")


def _run(stage: LocalStage) -> None:
    """Run it; the stage file stands until everything is closed again, so that who finds none may start anew."""
    end = Event()
    try:
        with stage:
            _on_signal(lambda *_: end.set())
            write_stage_file(stage.stage_file(os.getpid()))
            stage.run(end)
    finally:
        remove_stage_file()


if __name__ == "__main__":
    sys.exit(main())
