"""Collection over broken vendors: each defect leads to the fallback with its reason, or to a snapshot that says so."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import FaultKind, Vendor
from shared.domain.config import system_config
from shared.domain.market import FaultCode, Snapshot
from shared.domain.vocabulary import Source
from shared.phases.collection import snapshots
from shared.vendors import Vendors
from tests.integration.vendors.conftest import NoCache
from tests.integration.vendors.scripted_market import ScriptedMarket

CONFIG = system_config({"underlyings": ["SPY"], "polygon_calls_per_minute": None})
QUOTES: dict[str, Any] = {"vendor": Vendor.TRADIER, "path": "/markets/quotes"}
SECOND_CHAINS: dict[str, Any] = {"vendor": Vendor.POLYGON, "path": "/options"}
CHAINS: dict[str, Any] = {"vendor": Vendor.TRADIER, "path": "/markets/options"}
INDICES: dict[str, Any] = {"vendor": Vendor.POLYGON, "path": "/v3/snapshot/indices"}
TRADES: dict[str, Any] = {"vendor": Vendor.POLYGON, "path": "/v2/last/trade"}
FEED: dict[str, Any] = {"vendor": Vendor.TRADING_VOLATILITY}


Minute = Callable[[], Snapshot]


@pytest.fixture
def minute(stage: Callable[..., Vendors], clock: ReplayClock) -> Minute:
    """Collect and judge a minute of SPY."""
    feeds = stage(config=CONFIG).feeds(NoCache())

    def collect() -> Snapshot:
        (found,) = snapshots(feeds.collect(clock.now(), CONFIG), CONFIG)
        return found

    return collect


def source_of(found: Snapshot, need: str) -> Source:
    reading = {"spot": found.spot, "vix": found.vix, "gamma": found.gamma}[need]
    assert reading is not None
    return reading.source


@pytest.mark.parametrize(
    ("kind", "scope", "need", "source", "reason"),
    [
        pytest.param(FaultKind.HTML_PAGE, QUOTES, "spot", Source.POLYGON, "a page", id="quotes: a page with 200"),
        pytest.param(FaultKind.EMPTY_BODY, QUOTES, "spot", Source.POLYGON, "with nothing", id="quotes: nothing"),
        pytest.param(FaultKind.GARBAGE, QUOTES, "spot", Source.POLYGON, "cannot be read", id="quotes: cut"),
        pytest.param(FaultKind.ERROR_BEFORE, QUOTES, "spot", Source.POLYGON, "answered 500", id="quotes: 500"),
        pytest.param(FaultKind.RATE_LIMITED, QUOTES, "spot", Source.POLYGON, "rate limit", id="quotes: too many"),
        pytest.param(FaultKind.WRONG_HOST, QUOTES, "spot", Source.POLYGON, "token is refused", id="quotes: dead token"),
        pytest.param(
            FaultKind.QUOTE_STALE, QUOTES | {"seconds": 900}, "spot", Source.POLYGON, "stale", id="quotes: stale"
        ),
        pytest.param(FaultKind.QUOTE_MISSING, QUOTES, "spot", Source.POLYGON, "no price of SPY", id="quotes: missing"),
        pytest.param(FaultKind.HTML_PAGE, INDICES, "vix", Source.TRADIER, "a page", id="VIX: a page with 200"),
        pytest.param(FaultKind.EMPTY_BODY, INDICES, "vix", Source.TRADIER, "with nothing", id="VIX: nothing"),
        pytest.param(FaultKind.RATE_LIMITED, INDICES, "vix", Source.TRADIER, "rate limit", id="VIX: too many"),
        pytest.param(FaultKind.HTML_PAGE, FEED, "gamma", Source.COMPUTED, "a page", id="exposure: a page with 200"),
        pytest.param(FaultKind.EMPTY_BODY, FEED, "gamma", Source.COMPUTED, "with nothing", id="exposure: nothing"),
        pytest.param(FaultKind.NOT_MODIFIED, FEED, "gamma", Source.COMPUTED, "304", id="exposure: 304"),
        pytest.param(FaultKind.GARBAGE, FEED, "gamma", Source.COMPUTED, "cannot be read", id="exposure: cut"),
    ],
)
def test_a_broken_source_is_passed_over_with_the_reason(
    minute: Minute,
    control: SimulatorControl,
    kind: FaultKind,
    scope: dict[str, Any],
    need: str,
    source: Source,
    reason: str,
) -> None:
    control.inject(kind, count=None, **scope)
    found = minute()
    assert source_of(found, need) is source
    assert any(one.need == need and reason in one.reason for one in found.fallbacks), found.fallbacks


def test_a_feed_that_stands_still_is_passed_over(
    minute: Minute, control: SimulatorControl, pass_time: Callable[[float], None]
) -> None:
    control.inject(FaultKind.GEX_FROZEN, count=None)
    assert source_of(minute(), "gamma") is Source.TRADING_VOLATILITY
    pass_time(601)
    found = minute()
    assert source_of(found, "gamma") is Source.COMPUTED
    assert any("stale" in one.reason for one in found.fallbacks if one.need == "gamma")


def test_what_the_plan_refuses_is_asked_for_once(minute: Minute, control: SimulatorControl) -> None:
    control.set({"polygon.plan.indices": "none"})
    for _ in range(3):
        found = minute()
        assert source_of(found, "vix") is Source.TRADIER
    assert control.counters()["replies"]["polygon"]["403"] == 2  # the VIX, and its history
    assert any("asked once today" in one.reason for one in found.fallbacks if one.need == "vix")


@pytest.mark.parametrize(
    ("scopes", "code"),
    [
        pytest.param((QUOTES, TRADES), FaultCode.NO_SPOT, id="no price"),
        pytest.param((QUOTES, INDICES), FaultCode.NO_VIX, id="no VIX"),
        pytest.param((FEED, CHAINS, SECOND_CHAINS), FaultCode.NO_GAMMA, id="no exposure"),
    ],
)
def test_without_any_source_the_snapshot_is_invalid_and_says_so(
    minute: Minute, control: SimulatorControl, scopes: tuple[dict[str, Any], ...], code: FaultCode
) -> None:
    for scope in scopes:
        control.inject(FaultKind.HTML_PAGE, count=None, **scope)
    found = minute()
    assert not found.is_valid
    assert code in {fault.code for fault in found.faults}


def test_a_price_that_the_feed_does_not_share_is_a_stale_exposure(
    minute: Minute, control: SimulatorControl, market: ScriptedMarket, pass_time: Callable[[float], None]
) -> None:
    control.inject(FaultKind.GEX_FROZEN, count=None)
    minute()
    market.levels["SPY"] = 273.0
    pass_time(60)
    found = minute()
    assert source_of(found, "gamma") is Source.COMPUTED
    assert any("from the quote" in one.reason for one in found.fallbacks if one.need == "gamma")
