"""How the command line tells a user of a mistake: one line that says what and the remedy, exit code 2."""

import sys
from collections.abc import Callable

import typer

from infra.local.errors import LocalStageError
from shared.domain.errors import InvalidValueError

MISTAKE = 2
INTERRUPTED = 130


def told(command: Callable[[], object]) -> int:
    """Run a command and return its exit code; mistakes are told in one line, everything else comes through."""
    try:
        command()
    except (LocalStageError, InvalidValueError) as mistake:
        sys.stderr.write(f"alphagex: {mistake}\n")
        return MISTAKE
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("alphagex: stopped; nothing is left running\n")
        return INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
