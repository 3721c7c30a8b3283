"""Stands before a handler and says what its work cost: processor time, and the most memory that was ever held."""

import os
import resource
import time
from importlib import import_module
from typing import Any

module, _, name = os.environ["PROBED"].rpartition(".")
probed = getattr(import_module(module), name)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Call the handler."""
    began = time.process_time()
    answer = probed(event, context)
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"answer": answer, "processor_ms": spent * 1000, "peak_mb": peak / 1024}
