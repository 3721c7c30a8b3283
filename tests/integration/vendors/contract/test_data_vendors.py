"""What the clients of Polygon and Trading Volatility make of recorded shapes they make of the simulators."""

from datetime import date
from decimal import Decimal

import pytest

from shared.adapters.trading_volatility import Version
from shared.domain.errors import FeedUnavailableError, NotEntitledError
from shared.domain.reference import IndicatorKind
from shared.domain.vocabulary import Source
from tests.integration.vendors.conftest import NOW
from tests.integration.vendors.contract.conftest import EXPIRATION, World, fresh


def test_an_index_has_its_value_and_time(world: World) -> None:
    vix = world.polygon().vix()
    assert 5 < vix.value < 80
    assert vix.source is Source.POLYGON
    assert fresh(vix.as_of)
    with pytest.raises(FeedUnavailableError):
        world.polygon().index_value("I:NOSUCH")


def test_the_price_of_a_fund_is_its_last_trade(world: World) -> None:
    spot = world.polygon().spot("SPY")
    assert 250 < spot.value < 300
    assert fresh(spot.as_of)


def test_a_chain_comes_in_pages(world: World) -> None:
    rows = world.polygon().option_chain("SPY", EXPIRATION)
    assert len(rows) == len({row.option_symbol for row in rows}) >= 12
    assert {row.contract.expiration for row in rows} == {EXPIRATION}
    assert any(row.bid is not None and row.iv is not None and row.delta is not None for row in rows)
    assert all(fresh(row.as_of) for row in rows if row.as_of is not None)


def test_expirations_of_listed_contracts(world: World) -> None:
    assert EXPIRATION in world.polygon().expirations("SPY")


def test_the_market_and_its_holidays(world: World) -> None:
    status = world.polygon().market_status()
    assert (status.now, status.is_open) == (NOW, True)
    holidays = world.polygon().upcoming_holidays()
    assert date(2018, 1, 15) in {one.day for one in holidays}
    assert len({one.exchange for one in holidays}) > 1


@pytest.mark.parametrize("kind", IndicatorKind)
def test_indicators_come_newest_first(world: World, kind: IndicatorKind) -> None:
    points = world.polygon().indicator(kind, "SPY", limit=2)
    assert points[0].at > points[1].at
    assert all((one.signal is not None) == (kind is IndicatorKind.MACD) for one in points)


@pytest.mark.parametrize("version", Version)
def test_exposure_with_flip_and_walls(world: World, version: Version) -> None:
    gamma = world.volatility(version).gamma("SPY")
    assert Decimal("-1e10") < gamma.net_gex < Decimal("-1e8")
    assert gamma.flip_point is not None
    assert 250 < gamma.flip_point < 300
    assert gamma.call_wall is not None
    assert gamma.put_wall is not None
    assert gamma.put_wall < gamma.call_wall
    assert fresh(gamma.as_of)


@pytest.mark.parametrize("version", Version)
def test_exposure_by_strike_and_levels(world: World, version: Version) -> None:
    feed = world.volatility(version)
    strikes = list(feed.gex_by_strike("SPY").strikes)
    assert strikes == sorted(strikes)
    assert any("flip" in name for name in feed.levels("SPY"))


def test_an_unknown_underlying_is_not_visible(world: World) -> None:
    with pytest.raises((FeedUnavailableError, NotEntitledError)):
        world.volatility().gamma("NOSUCH")
