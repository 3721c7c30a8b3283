"""The simulators in a process of their own, so that they and their client use a processor each."""

import gc
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.market import Market
from infra.local.vendors.options import SimulatorOptions, Tokens
from infra.local.vendors.stage import PortTakenError, Stage

GARBAGE_THRESHOLD: Final = 50_000
"""Objects between two collections: what a market keeps is no garbage."""

MarketSource = Market | Callable[[], Market]
"""A market, or what makes one where it is used."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the parent wants."""

    market: MarketSource
    clock_path: Path
    tokens: Tokens
    options: SimulatorOptions
    first_port: int


def market_of(source: MarketSource) -> Market:
    """Return the market, made now if it was not."""
    return source() if callable(source) else source


def serve(line: Connection) -> None:
    """Serve until the other end of the line is closed, be it by a crash of the parent.

    Answers with the ports by name, or with the number of a port that is taken. A moment that comes after that is one
    to prepare for.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _serve(line)
    except (EOFError, BrokenPipeError):
        return  # the parent is gone, and with it the reason to serve


def _serve(line: Connection) -> None:
    orders: Orders = line.recv()
    stage = Stage(market_of(orders.market), ReplayClock(orders.clock_path), orders.tokens, orders.options)
    try:
        line.send(dict(stage.open(orders.first_port).by_name))
    except PortTakenError as error:
        line.send(error.port)
        return
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 100)
    try:
        while True:
            stage.prepare(line.recv())
    except EOFError:
        stage.close()


if __name__ == "__main__":
    with Connection(int(sys.argv[1])) as parent:
        serve(parent)
