"""Runs MiniStack, in its own environment, for exactly as long as the process that started it.

Standard input is a pipe that the starter holds open. When it closes, however the starter came to its end,
this process removes the temporary directory that it was given and ends its whole group: the server and the
workers of deployed functions.
"""

import gc
import os
import runpy
import shutil
import signal
import sys
import threading
import time

GRACE_SECONDS = 5.0
GARBAGE_THRESHOLD = 50_000
"""Objects between two collections: a store that keeps everything has little garbage and much to look through."""


def _end_with_starter(scratch: str) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    shutil.rmtree(scratch, ignore_errors=True)
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_starter, args=(sys.argv[1],), daemon=True).start()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 100)
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")
