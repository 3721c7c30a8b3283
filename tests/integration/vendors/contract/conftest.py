"""The two worlds of the contract: recorded shapes, and the simulators."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.simulators import VendorSimulators
from shared.adapters.clock import clock_for
from shared.adapters.polygon import PolygonClient
from shared.adapters.tradier.client import TradierClient
from shared.adapters.trading_volatility import TradingVolatilityClient, Version
from tests.integration.vendors.conftest import ACCOUNT, NOW
from tests.integration.vendors.contract import recorded, recorded_moment

EXPIRATION = date(2018, 1, 19)


@dataclass
class World:
    """Where the vendors are, and how to reach them."""

    tradier_url: str
    polygon_url: str
    volatility_url: str
    version_1_url: str
    keys: dict[str, str]
    clock: Any
    transport: httpx.BaseTransport | None
    final_id: str | None = None
    opened: list[Any] = field(default_factory=list)

    def tradier(self, key: str | None = None) -> TradierClient:
        key = key or self.keys["tradier"]
        client = TradierClient(self.tradier_url, key, ACCOUNT, clock=self.clock, transport=self.transport)
        self.opened.append(client)
        return client

    def polygon(self, key: str | None = None) -> PolygonClient:
        key = key or self.keys["polygon"]
        client = PolygonClient(self.polygon_url, key, clock=self.clock, transport=self.transport)
        self.opened.append(client)
        return client

    def volatility(self, version: Version = Version.V2, key: str | None = None) -> TradingVolatilityClient:
        url = self.volatility_url if version is Version.V2 else self.version_1_url
        key = key or self.keys["volatility"]
        client = TradingVolatilityClient(url, key, version, clock=self.clock, transport=self.transport)
        self.opened.append(client)
        return client


@pytest.fixture(params=["recorded", "simulated"])
def world(request: pytest.FixtureRequest, clock: ReplayClock) -> Iterator[World]:
    """Either world; whatever was opened in it is closed."""
    found = _recorded(clock) if request.param == "recorded" else _simulated(clock, request.getfixturevalue("vendors"))
    yield found
    for client in found.opened:
        client.close()


def _recorded(clock: ReplayClock) -> World:
    root = recorded_moment.HOST
    return World(
        f"{root}/v1",
        root,
        f"{root}/api/v2",
        f"{root}/api",
        dict.fromkeys(("tradier", "polygon", "volatility"), recorded.GOOD_KEY),
        clock_for(str(clock.path)),
        recorded.Recorded(),
        str(recorded_moment.FINAL_ID),
    )


def _simulated(clock: ReplayClock, running: VendorSimulators) -> World:
    urls, tokens = running.urls, running.tokens
    return World(
        urls.tradier_url,
        urls.polygon_url,
        urls.trading_volatility_url,
        urls.trading_volatility_v1_url,
        {"tradier": tokens.tradier, "polygon": tokens.polygon, "volatility": tokens.trading_volatility},
        clock_for(str(clock.path)),
        None,
    )


def fresh(as_of: datetime | None, within: float = 60) -> bool:
    """Tell whether a vendor's time is aware, in UTC, and of this minute."""
    assert as_of is not None
    assert as_of.tzinfo is UTC
    return timedelta(0) <= NOW - as_of <= timedelta(seconds=within)
