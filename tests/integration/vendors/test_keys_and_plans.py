"""The clients of a stage follow the keys and plans that the user has stored, while the process lives."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.simulators import VendorSimulators
from shared.domain.config import SystemConfig, system_config
from shared.domain.errors import CredentialsError, InvalidConfigurationError, RateLimitedError
from shared.domain.market import FaultCode
from shared.domain.readings import Readings
from shared.domain.vocabulary import Source
from shared.phases.collection import snapshots
from shared.vendors import PLAN_SECONDS, POLYGON, TRADIER, TRADIER_SANDBOX, TRADING_VOLATILITY, Vendors
from tests.integration.vendors.conftest import NoCache, good_keys

Composed = Callable[..., Vendors]
STALE = {FaultCode.STALE_SPOT, FaultCode.STALE_VIX, FaultCode.STALE_GAMMA}


def collected(vendors: Vendors, clock: ReplayClock, config: SystemConfig) -> Readings:
    return vendors.feeds(NoCache()).collect(clock.now(), config)


def test_a_client_is_kept_until_its_key_changes(stage: Composed, vendors: VendorSimulators) -> None:
    keys = good_keys(vendors, TRADIER)
    composed = stage(keys)
    first = composed.market()
    assert composed.market() is first
    keys.keys[TRADIER] = "a-dead-token"
    with pytest.raises(CredentialsError):
        composed.market_data().quotes(["SPY"])
    keys.keys[TRADIER] = vendors.tokens.tradier
    assert composed.market_data().quotes(["SPY"])["SPY"].last is not None


def test_a_key_that_is_added_is_taken_up(stage: Composed, vendors: VendorSimulators, clock: ReplayClock) -> None:
    keys, config = good_keys(vendors, TRADIER), SystemConfig()
    composed = stage(keys, config)
    feeds = composed.feeds(NoCache())
    before = feeds.collect(clock.now(), config).vix
    keys.keys |= good_keys(vendors, POLYGON).keys
    after = feeds.collect(clock.now(), config).vix
    assert (before and before.source, after and after.source) == (Source.TRADIER, Source.POLYGON)


@pytest.mark.parametrize(
    ("names", "source"),
    [
        pytest.param((TRADIER, TRADIER_SANDBOX), Source.TRADIER, id="the production market's token is given"),
        pytest.param((TRADIER_SANDBOX,), Source.TRADIER_SANDBOX, id="only the sandbox's"),
    ],
)
def test_market_data_come_with_the_production_token_where_there_is_one(
    stage: Composed, vendors: VendorSimulators, names: tuple[str, ...], source: Source
) -> None:
    assert stage(good_keys(vendors, *names)).market_data().quotes(["SPY"])["SPY"].source is source


def test_the_sandboxs_late_data_make_a_snapshot_within_their_own_limit(
    stage: Composed, vendors: VendorSimulators, clock: ReplayClock
) -> None:
    config = SystemConfig(underlyings=("SPY",))
    (one,) = snapshots(collected(stage(good_keys(vendors, TRADIER_SANDBOX)), clock, config), config)
    assert one.spot is not None
    assert one.gamma is not None
    assert (one.spot.source, one.gamma.source) == (Source.TRADIER_SANDBOX, Source.COMPUTED)
    assert (clock.now() - one.spot.as_of).total_seconds() > config.freshness.quote
    assert not {fault.code for fault in one.faults} & STALE


def test_later_than_twenty_minutes_the_sandboxs_data_are_stale(
    stage: Composed, vendors: VendorSimulators, clock: ReplayClock, control: SimulatorControl
) -> None:
    control.switch(tradier__sandbox_lag_s=1_300.0)
    config = SystemConfig(underlyings=("SPY",))
    (one,) = snapshots(collected(stage(good_keys(vendors, TRADIER_SANDBOX)), clock, config), config)
    assert {fault.code for fault in one.faults} >= STALE


def test_without_any_token_of_the_broker_the_others_are_asked(
    stage: Composed, vendors: VendorSimulators, clock: ReplayClock
) -> None:
    config = system_config({"polygon_calls_per_minute": None})
    readings = collected(stage(good_keys(vendors, POLYGON, TRADING_VOLATILITY), config), clock, config)
    assert {one.spot and one.spot.source for one in readings.underlyings} == {Source.POLYGON}
    assert ("clock", "not configured") in {(one.need, one.reason) for one in readings.fallbacks}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_subscription_is_spoken_to_in_its_version(
    stage: Composed, vendors: VendorSimulators, control: SimulatorControl, version: str
) -> None:
    config = system_config({"trading_volatility_version": version})
    client = stage(good_keys(vendors, TRADING_VOLATILITY), config).trading_volatility()
    assert client is not None
    gamma = client.gamma("SPY")
    assert (gamma.net_gex, gamma.put_wall, gamma.call_wall) == (Decimal(-750_000_000), Decimal(250), Decimal(290))
    paths = control.counters()["requests"]["trading_volatility"]
    assert all(path.startswith("GET /v1") == (version == "v1") for path in paths), paths


@pytest.mark.parametrize(
    ("document", "granted"),
    [
        pytest.param({}, 5, id="the free plan where nothing is said"),
        pytest.param({"polygon_calls_per_minute": 2}, 2, id="two"),
        pytest.param({"polygon_calls_per_minute": None}, 8, id="a paid plan"),
    ],
)
def test_polygon_is_called_as_often_as_the_plan_allows(
    stage: Composed, vendors: VendorSimulators, control: SimulatorControl, document: dict[str, int | None], granted: int
) -> None:
    client = stage(good_keys(vendors, POLYGON), system_config(document)).polygon()
    assert client is not None
    for number in range(8):
        if number < granted:
            client.vix()
        else:
            with pytest.raises(RateLimitedError):
                client.vix()
    assert control.counters()["totals"]["polygon"] == granted


def test_a_changed_plan_is_taken_up_and_an_invalid_one_is_not(stage: Composed, vendors: VendorSimulators) -> None:
    at, documents = [0.0], [{"polygon_calls_per_minute": 9}, {"polygon_calls_per_minute": 7}, None]
    composed = stage(good_keys(vendors, POLYGON))

    def system() -> SystemConfig:
        document = documents.pop(0)
        if document is None:
            raise InvalidConfigurationError("system", "x", "mend it")
        return system_config(document)

    composed.system, composed.seconds = system, lambda: at[0]
    allowed = []
    for _ in range(3):
        allowed += [composed.plan().polygon_calls_per_minute, composed.plan().polygon_calls_per_minute]
        at[0] += PLAN_SECONDS
    assert allowed == [9, 9, 7, 7, 7, 7]
