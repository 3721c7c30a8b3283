"""The simulators on a scripted market, on a Wednesday at eleven in New York."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import Vendor
from infra.local.vendors.options import AccountSpec, AccountType, SimulatorOptions
from infra.local.vendors.simulators import VendorSimulators
from shared.adapters.clock import clock_for
from shared.adapters.shared_budget import OwnBudgets
from shared.domain.config import SystemConfig, system_config
from shared.domain.errors import CredentialsError
from shared.domain.market import DailyBar
from shared.vendors import POLYGON, TRADIER, TRADIER_SANDBOX, TRADING_VOLATILITY, Vendors, VendorUrls
from tests.integration.vendors.scripted_market import ScriptedMarket

NOW = datetime(2018, 1, 10, 16, 0, tzinfo=UTC)
ACCOUNT, CASH_ACCOUNT, PDT_ACCOUNT, SANDBOX_ACCOUNT = "6YA00001", "6YA00002", "6YA00003", "VA00000001"
ACCOUNTS = (
    AccountSpec(ACCOUNT, Decimal(50_000)),
    AccountSpec(CASH_ACCOUNT, type=AccountType.CASH),
    AccountSpec(PDT_ACCOUNT, type=AccountType.PDT),
    AccountSpec(SANDBOX_ACCOUNT, Decimal(5_000_000), host=Vendor.TRADIER_SANDBOX),
)
PAID = system_config({"polygon_calls_per_minute": None})
Pass = Callable[[float], None]
"""Lets seconds of the replay pass."""
EVERY_KEY = (TRADIER, TRADIER_SANDBOX, POLYGON, TRADING_VOLATILITY)


@pytest.fixture
def market() -> ScriptedMarket:
    return ScriptedMarket()


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[ReplayClock]:
    with ReplayClock.create(tmp_path / "clock", NOW) as clock:
        yield clock


@pytest.fixture
def pass_time(clock: ReplayClock) -> Pass:
    return lambda seconds: clock.set(clock.now() + timedelta(seconds=seconds))


@pytest.fixture
def vendors(market: ScriptedMarket, clock: ReplayClock) -> Iterator[VendorSimulators]:
    options = SimulatorOptions(accounts=ACCOUNTS)
    with VendorSimulators(market, clock, options=options, in_process=True) as running:
        yield running


@pytest.fixture
def control(vendors: VendorSimulators) -> SimulatorControl:
    return vendors.control


@dataclass
class Broker:
    """The calls of a plain client of one account."""

    http: httpx.Client
    account: str = ACCOUNT

    def get(self, path: str, **query: Any) -> Any:
        reply = self.http.get(path, params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def read(self, what: str, **query: Any) -> Any:
        return self.get(f"/accounts/{self.account}/{what}", **query)

    def post(self, **form: str) -> httpx.Response:
        return self.http.post(f"/accounts/{self.account}/orders", data=form)

    def place(self, **form: str) -> int:
        reply = self.post(**form)
        assert reply.status_code == 200, reply.text
        return int(reply.json()["order"]["id"])

    def order(self, order_id: int) -> dict[str, Any]:
        return dict(self.read(f"orders/{order_id}", includeTags="true")["order"])

    def change(self, order_id: int, **form: str) -> httpx.Response:
        return self.http.put(f"/accounts/{self.account}/orders/{order_id}", data=form)

    def cancel(self, order_id: int) -> httpx.Response:
        return self.http.delete(f"/accounts/{self.account}/orders/{order_id}")

    def held(self) -> dict[str, float]:
        rows = self.read("positions")["positions"]
        if rows == "null":
            return {}
        many = rows["position"] if isinstance(rows["position"], list) else [rows["position"]]
        return {row["symbol"]: row["quantity"] for row in many}


def json_client(base_url: str, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    return httpx.Client(base_url=base_url, headers=headers, timeout=10, verify=False)


@pytest.fixture
def broker(vendors: VendorSimulators) -> Iterator[Broker]:
    with json_client(vendors.urls.tradier_url, vendors.tokens.tradier) as http:
        yield Broker(http)


@pytest.fixture
def sandbox(vendors: VendorSimulators) -> Iterator[Broker]:
    with json_client(vendors.urls.tradier_sandbox_url, vendors.tokens.tradier_sandbox) as http:
        yield Broker(http, SANDBOX_ACCOUNT)


@pytest.fixture
def polygon(vendors: VendorSimulators) -> Iterator[httpx.Client]:
    with json_client(vendors.urls.polygon_url, vendors.tokens.polygon) as http:
        yield http


@pytest.fixture
def volatility(vendors: VendorSimulators) -> Iterator[httpx.Client]:
    with json_client(vendors.urls.trading_volatility_url, vendors.tokens.trading_volatility) as http:
        yield http


class NoCache:
    """A day's first minute, always."""

    def known(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        return None

    def load(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        return None

    def save(self, symbol: str, day: date, bars: Sequence[DailyBar]) -> None:
        """Keep nothing."""


class Keys:
    """The keys that a user stored."""

    def __init__(self, **keys: str) -> None:
        self.keys = {name.replace("_", "-"): key for name, key in keys.items()}

    def find(self, vendor: str) -> SecretStr | None:
        return SecretStr(self.keys[vendor]) if vendor in self.keys else None

    def get(self, vendor: str) -> SecretStr:
        found = self.find(vendor)
        if found is None:
            raise CredentialsError(f"there is no key for {vendor}")
        return found


def good_keys(running: VendorSimulators, *names: str) -> Keys:
    keys = {
        TRADIER: running.tokens.tradier,
        TRADIER_SANDBOX: running.tokens.tradier_sandbox,
        POLYGON: running.tokens.polygon,
        TRADING_VOLATILITY: running.tokens.trading_volatility,
    }
    return Keys(**{name: keys[name] for name in names})


@pytest.fixture
def stage(vendors: VendorSimulators, clock: ReplayClock) -> Iterator[Callable[..., Vendors]]:
    """Compose the vendors of a user with these keys and this configuration."""
    hosts = vendors.urls.hosts
    urls = VendorUrls(
        tradier=hosts["TRADIER_URL"],
        tradier_sandbox=hosts["TRADIER_SANDBOX_URL"],
        polygon=hosts["POLYGON_URL"],
        trading_volatility=hosts["TRADING_VOLATILITY_URL"],
    )

    def composed(keys: Keys | None = None, config: SystemConfig = PAID) -> Vendors:
        made.append(
            Vendors(
                urls,
                keys or good_keys(vendors, *EVERY_KEY),
                lambda: config,
                OwnBudgets(),
                clock_for(str(clock.path)),
            )
        )
        return made[-1]

    made: list[Vendors] = []
    yield composed
    for one in made:
        one.close()
