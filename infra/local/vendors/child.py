"""The simulators in a process of their own, so that they and their client use a processor each."""

from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.market import Market
from infra.local.vendors.options import SimulatorOptions, Tokens
from infra.local.vendors.stage import PortTakenError, Stage

MarketSource = Market | Callable[[], Market]
"""A market, or what makes one where it is used."""


def market_of(source: MarketSource) -> Market:
    """Return the market, made now if it was not."""
    return source() if callable(source) else source


def serve(
    source: MarketSource, clock_path: Path, tokens: Tokens, options: SimulatorOptions, port: int, line: Connection
) -> None:
    """Serve until the other end of the line is closed, be it by a crash of the parent."""
    stage = Stage(market_of(source), ReplayClock(clock_path), tokens, options)
    try:
        line.send(dict(stage.open(port).by_name))
    except PortTakenError as error:
        line.send(error.port)
        return
    try:
        line.recv()
    except (EOFError, KeyboardInterrupt):
        pass
    finally:
        stage.close()
