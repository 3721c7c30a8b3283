"""The command line as a terminal starts it, wherever the tests were started."""

import sys
from typing import Final

_START: Final = """
import signal
from infra.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are started without one
main()
"""
ALPHAGEX: Final = (sys.executable, "-c", _START)
"""``alphagex``, which Ctrl-C reaches."""
