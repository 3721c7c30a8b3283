"""Stands before a handler and says what its work cost: processor time without the vendors and AWS, and memory.

Left out is the processor time inside botocore's calls (building, signing, sending, parsing) and inside the requests
to vendors (sending, reading the body; not what is made of it), on whichever thread they run.
"""

import functools
import os
import sys
import threading
import time
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any

module, _, name = os.environ["PROBED"].rpartition(".")
probed = getattr(import_module(module), name)

client = import_module("botocore.client")  # after the function, which knows where it lies


class Outside:
    """Processor time inside the calls to others; a call within a call counts once."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0
        self.services: list[str] = []
        self._lock = threading.Lock()
        self._inside = threading.local()

    def wrap(self, owner: type, method: str) -> None:
        """Measure a method from now on."""
        real = getattr(owner, method)

        @functools.wraps(real)
        def measured(*args: Any, **named: Any) -> Any:
            if getattr(self._inside, "yes", False):
                return real(*args, **named)
            self._inside.yes, began = True, time.thread_time()
            try:
                return real(*args, **named)
            finally:
                self._inside.yes = False
                with self._lock:
                    self.seconds += time.thread_time() - began
                    self.calls += 1
                    if isinstance(args[0], client.BaseClient):
                        self.services.append(args[0].meta.service_model.service_name)

        setattr(owner, method, measured)


outside = Outside()
outside.wrap(client.BaseClient, "_make_api_call")


class Vendors:
    """Measures the requests to vendors as soon as what sends them is loaded, which the first run does that needs it."""

    module = "shared.adapters.http"

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        """Find the module as ever, and measure it once it has run."""
        if name != self.module:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        run = spec.loader.exec_module

        def measured(module: Any) -> None:
            run(module)
            outside.wrap(module.VendorHttp, "send")

        vars(spec.loader)["exec_module"] = measured
        return spec


sys.meta_path.insert(0, Vendors())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Call the handler."""
    outside.seconds, outside.calls, outside.services = 0.0, 0, []
    began = time.process_time()
    answer = probed(event, context)
    spent = time.process_time() - began
    return {
        "answer": answer,
        "processor_ms": spent * 1000,
        "own_ms": (spent - outside.seconds) * 1000,
        "calls": outside.calls,
        "dynamodb": outside.services.count("dynamodb"),
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """Return the most memory that this program held; the figure of `getrusage` is the parent's at first."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
