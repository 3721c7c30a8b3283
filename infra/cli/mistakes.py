"""How the command line tells a user of a mistake: one line that says what and the remedy, exit code 2."""

import sys
from collections.abc import Callable

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
    except KeyboardInterrupt:
        return _stopped()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            return _stopped()
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _stopped() -> int:
    sys.stderr.write("alphagex: stopped; nothing is left running\n")
    return INTERRUPTED
