"""A Tradier client whose wire is scripted."""

from typing import Any

from shared.adapters.tradier.client import TradierClient
from tests.unit.adapters.wire import StandingClock, Wire, reply


def client(wire: Wire, clock: StandingClock | None = None) -> TradierClient:
    """A client that speaks to this wire."""
    return TradierClient("https://tradier.example/v1", "t0ken", "VA00000000", clock=clock, transport=wire)


def answering(body: Any, status: int = 200) -> TradierClient:
    """A client that gets one answer."""
    return client(Wire(reply(body, status)))
