"""Waiting as long as it takes, where the code under test rightly waits less."""

import os
import time
from collections.abc import Callable
from typing import Final

import httpx

from infra.local.vendors.simulators import VendorSimulators

PATIENCE_SECONDS: Final = 60.0


def wait_for_the_market(simulators: VendorSimulators) -> None:
    """Let simulators work out their history once, a second or more of it, before a client that waits ten at most."""
    reply = httpx.get(
        f"{simulators.urls.trading_volatility_url}/tickers/SPY",
        headers={"Authorization": f"Bearer {simulators.tokens.trading_volatility}"},
        timeout=PATIENCE_SECONDS,
    )
    reply.raise_for_status()


def is_gone(group: int) -> bool:
    """Whether no process of a group is left, not even one whose end nobody has noticed yet."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def until(is_so: Callable[[], bool], what: str) -> None:
    """Look again and again, for a minute at most; services deliver in their own time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}")
        time.sleep(0.05)
