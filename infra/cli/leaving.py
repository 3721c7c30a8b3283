"""The way out after Ctrl-C: at once, and with nothing left running."""

import os
import signal
import sys
import time
from contextlib import suppress
from typing import Final, NoReturn

FIRST_LINE: Final = 3
"""The first file descriptor that is not standard input, output or error."""
CHILDREN_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.02


def leave_at_once(code: int) -> NoReturn:
    """End without waiting for threads: Python waits for ever for one that Ctrl-C has caught at its birth.

    A process that such a thread has started ends when its line to this one is cut, and is waited for.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout.flush()
    sys.stderr.flush()
    os.closerange(FIRST_LINE, os.sysconf("SC_OPEN_MAX"))
    _wait_for_children()
    os._exit(code)


def _wait_for_children() -> None:
    deadline = time.monotonic() + CHILDREN_SECONDS
    with suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(POLL_SECONDS)
