"""A minute of collect against simulated vendors over HTTP whose every call takes 80 to 900 ms."""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import SecretStr

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.faults import Vendor
from infra.local.vendors.options import REPLAY_SWITCHES, SimulatorOptions
from infra.local.vendors.simulators import VendorSimulators
from shared.adapters.clock import clock_for
from shared.adapters.shared_budget import OwnBudgets
from shared.domain.config import SystemConfig
from shared.domain.errors import CredentialsError
from shared.domain.market import DailyBar
from shared.domain.readings import Readings
from shared.phases.collection import snapshots
from shared.vendors import POLYGON, TRADIER, TRADING_VOLATILITY, Vendors, VendorUrls
from tests.benchmarks.figures import Figure
from tests.integration.vendors.scripted_market import ScriptedMarket

NOW = datetime(2018, 1, 10, 16, 0, tzinfo=UTC)
CONFIG = SystemConfig(polygon_calls_per_minute=None)
MOST = 1.15
MINUTES = 3
"""The quickest counts: what the machine does beside it is not collect's."""
LATENCIES: dict[tuple[Vendor, str], float] = {
    (Vendor.TRADIER, "/markets/quotes"): 0.35,
    (Vendor.TRADIER, "/markets/clock"): 0.08,
    (Vendor.TRADIER, "/markets/history"): 0.6,
    (Vendor.TRADIER, "/markets/options"): 0.45,
    (Vendor.POLYGON, "/v3/snapshot/indices"): 0.25,
    (Vendor.POLYGON, "/v2/aggs"): 0.9,
    (Vendor.TRADING_VOLATILITY, "/tickers/[A-Z]+$"): 0.7,
    (Vendor.TRADING_VOLATILITY, "/curves/"): 0.5,
}
"""Seconds a call takes, by vendor and path."""


class FirstMinute:
    """A cache without a memory: each minute is the first of a day, in which the history is read too."""

    def known(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        return None

    def load(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        """Know nothing."""
        return None

    def save(self, symbol: str, day: date, bars: Sequence[DailyBar]) -> None:
        """Keep nothing."""


class OwnKeys:
    """The simulators' keys."""

    def __init__(self, keys: dict[str, str]) -> None:
        self._keys = keys

    def find(self, vendor: str) -> SecretStr | None:
        """Return a key."""
        key = self._keys.get(vendor)
        return None if key is None else SecretStr(key)

    def get(self, vendor: str) -> SecretStr:
        """Return a key."""
        key = self.find(vendor)
        if key is None:
            raise CredentialsError(vendor)
        return key


@contextmanager
def running() -> Iterator[tuple[VendorSimulators, Vendors]]:
    """Start the simulators in a process of their own, and the clients of a stage here."""
    with tempfile.TemporaryDirectory() as scratch, ReplayClock.create(Path(scratch) / "clock", NOW) as clock:
        options = SimulatorOptions(switches=dict(REPLAY_SWITCHES))
        with VendorSimulators(ScriptedMarket, clock, options=options) as simulators:
            hosts, tokens = simulators.urls.hosts, simulators.tokens
            vendors = Vendors(
                VendorUrls(
                    tradier=hosts["TRADIER_URL"],
                    tradier_sandbox=hosts["TRADIER_SANDBOX_URL"],
                    polygon=hosts["POLYGON_URL"],
                    trading_volatility=hosts["TRADING_VOLATILITY_URL"],
                ),
                OwnKeys(
                    {
                        TRADIER: tokens.tradier,
                        POLYGON: tokens.polygon,
                        TRADING_VOLATILITY: tokens.trading_volatility,
                    }
                ),
                lambda: CONFIG,
                OwnBudgets(),
                clock_for(str(clock.path)),
            )
            yield simulators, vendors
            vendors.close()


def measure() -> Iterable[Figure]:
    """Measure a minute with all vendors well, and one whose exposure must be computed from chains."""
    with running() as (simulators, vendors):
        feeds = vendors.feeds(FirstMinute())
        feeds.collect(NOW, CONFIG)  # connections are opened before the clock runs
        for (vendor, path), seconds in LATENCIES.items():
            simulators.control.latency(seconds, vendor=vendor, path=path)
        slowest = max(LATENCIES.values())
        yield _figure("all vendors well, history included", lambda: feeds.collect(NOW, CONFIG), slowest)
        simulators.control.stop(Vendor.TRADING_VOLATILITY)
        options = LATENCIES[Vendor.TRADIER, "/markets/options"]
        quotes = LATENCIES[Vendor.TRADIER, "/markets/quotes"]
        in_a_row = max(slowest, quotes + 2 * options)
        yield _figure("exposure computed from chains", lambda: feeds.collect(NOW, CONFIG), in_a_row)


def _minute(collect: Callable[[], Readings]) -> float:
    begun = time.perf_counter()
    judged = snapshots(collect(), CONFIG)
    took = time.perf_counter() - begun
    assert all(one.spot is not None and one.gamma is not None for one in judged)
    return took


def _figure(what: str, collect: Callable[[], Readings], path_s: float) -> Figure:
    took = min(_minute(collect) for _ in range(MINUTES))
    return Figure(
        what,
        took * 1_000,
        "ms",
        path_s * MOST * 1_000,
        peer="the slowest call, or calls that need one another",
        peer_value=path_s * 1_000,
        note=f"{took / path_s:.2f} × of it, at most {MOST}",
    )
