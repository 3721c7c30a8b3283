"""The process behind `alphagex local up`: it starts the local stage, runs it, and ends when it is told to."""

import os
import signal
import sys
from threading import Event

from infra.local.errors import LocalStageError
from infra.local.local_stage import LocalStage, say_on_standard_output
from infra.local.stage_file import remove_stage_file, write_stage_file
from infra.local.stage_folder import StageFolder
from infra.local.stage_options import StageOptions

FAILED = 2


def main() -> int:
    """Run the stage of the folder; the exit code is 2 where that is impossible, and the last line says why."""
    end = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    folder, say = StageFolder.beside_the_stage_file(), say_on_standard_output
    try:
        options = StageOptions.read(folder.options) or StageOptions()
        with folder.lock(), LocalStage(options, folder, say) as stage:
            _run(stage, end)
    except LocalStageError as error:
        say(f"error: {error}")
        return FAILED
    say("ended; everything is kept")
    return 0


def _run(stage: LocalStage, end: Event) -> None:
    write_stage_file(stage.stage_file(os.getpid()))
    try:
        stage.run(end)
    finally:
        remove_stage_file()


if __name__ == "__main__":
    sys.exit(main())
