"""Collect's vendors together: all at once, each need with its fallback and the reason."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.computed_gamma import expirations_for_gamma
from shared.domain.config import SystemConfig
from shared.domain.errors import FeedUnavailableError, StoreError
from shared.domain.market import BrokerClock, GammaReading, Quote, Reading
from shared.domain.vocabulary import Source
from tests.unit.adapters.fake_vendors import (
    CONFIG,
    EXPIRATIONS,
    FAILURES,
    SPOT,
    YESTERDAY,
    FakeCache,
    FakeGamma,
    FakePolygon,
    FakeTradier,
    Vendors,
    bar,
    chain,
    gamma,
    passed,
    quote,
    spy,
)
from tests.unit.adapters.wire import NOW

TWO = SystemConfig(underlyings=("SPY", "QQQ"))


def test_with_all_vendors_well_every_need_has_its_first_source() -> None:
    vendors = Vendors()
    readings = vendors.collect()
    one = spy(readings)
    assert readings.vix is not None
    assert one.spot is not None
    assert one.gamma is not None
    assert (readings.vix.source, one.spot.source, one.gamma.source) == (
        Source.POLYGON,
        Source.TRADIER,
        Source.TRADING_VOLATILITY,
    )
    assert (readings.fallbacks, one.fallbacks) == ((), ())
    assert readings.clock == BrokerClock(now=NOW, is_open=True)
    assert vendors.tradier is not None
    assert vendors.tradier.asked == ["quotes SPY,VIX"]


@pytest.mark.parametrize(
    ("changes", "value", "age"),
    [
        pytest.param({}, "596.32", 3, id="the mid of a sound market"),
        pytest.param({"bid": None, "ask": None}, "596.10", 3, id="the last trade without a market"),
        pytest.param({"bid": Decimal(597), "ask": Decimal(596)}, "596.10", 3, id="the last trade when crossed"),
        pytest.param({"bid": Decimal(0), "ask": Decimal(596)}, "596.10", 3, id="the last trade without a bid"),
    ],
)
def test_the_spot_is_a_price_with_its_own_clock(changes: dict[str, Any], value: str, age: int) -> None:
    tradier = FakeTradier(found={"SPY": quote("SPY", **changes), "VIX": quote("VIX")})
    spot = spy(Vendors(tradier=tradier).collect()).spot
    assert spot == Reading(value=Decimal(value), as_of=NOW - timedelta(seconds=age), source=Source.TRADIER)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_quote_leads_to_the_second_vendor(failure: Exception) -> None:
    readings = Vendors(tradier=FakeTradier(found=failure)).collect()
    one = spy(readings)
    assert one.spot == Reading(value=SPOT, as_of=NOW - timedelta(seconds=9), source=Source.POLYGON)
    assert passed(one.fallbacks) == [("spot", Source.TRADIER)]
    assert str(failure) in one.fallbacks[0].reason


@pytest.mark.parametrize(
    "found",
    [
        pytest.param({"VIX": quote("VIX")}, id="absent"),
        pytest.param({"SPY": quote("SPY", as_of=None)}, id="without a time"),
        pytest.param({"SPY": quote("SPY", last=None, bid=None, ask=None)}, id="without a price"),
        pytest.param({"SPY": quote("SPY", age=301)}, id="stale"),
    ],
)
def test_trap_20_a_quote_that_says_nothing_new_is_passed_over(found: dict[str, Quote]) -> None:
    one = spy(Vendors(tradier=FakeTradier(found=found)).collect())
    assert one.spot is not None
    assert one.spot.source is Source.POLYGON
    assert ("spot", Source.TRADIER) in passed(one.fallbacks)


def test_of_two_stale_prices_the_newer_is_left_for_the_snapshot_to_refuse() -> None:
    old = Reading(value=SPOT, as_of=NOW - timedelta(seconds=900), source=Source.POLYGON)
    tradier = FakeTradier(found={"SPY": quote("SPY", age=400), "VIX": quote("VIX")})
    one = spy(Vendors(tradier=tradier, polygon=FakePolygon(price=old)).collect())
    assert one.spot is not None
    assert one.spot.as_of == NOW - timedelta(seconds=400)
    assert passed(one.fallbacks) == [("spot", Source.TRADIER), ("spot", Source.POLYGON)]


@pytest.mark.parametrize("failure", FAILURES)
def test_trap_18_the_vix_has_a_second_source(failure: Exception) -> None:
    readings = Vendors(polygon=FakePolygon(index=failure)).collect()
    assert readings.vix == Reading(value=Decimal("18.40"), as_of=NOW - timedelta(seconds=3), source=Source.TRADIER)
    assert passed(readings.fallbacks) == [("vix", Source.POLYGON)]


def test_trap_20_a_delayed_vix_leads_to_the_second_source() -> None:
    late = Reading(value=Decimal("17.9"), as_of=NOW - timedelta(seconds=901), source=Source.POLYGON)
    readings = Vendors(polygon=FakePolygon(index=late)).collect()
    assert readings.vix is not None
    assert readings.vix.source is Source.TRADIER
    assert readings.fallbacks[0].reason == "stale: 901 s old, limit 300 s"


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_feed_leads_to_the_exposure_of_the_chain(failure: Exception) -> None:
    one = spy(Vendors(exposure=FakeGamma(failure)).collect())
    assert one.gamma is not None
    assert (one.gamma.source, one.gamma.spot) == (Source.COMPUTED, SPOT)
    assert one.gamma.as_of == NOW - timedelta(seconds=4)
    assert one.gamma.net_gex > 0
    assert passed(one.fallbacks) == [("gamma", Source.TRADING_VOLATILITY)]


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        pytest.param(gamma(age=601), "stale: 601 s old, limit 600 s", id="frozen"),
        pytest.param(gamma(spot="593.20"), "its spot 593.20 is 0.52% from the quote 596.32", id="another spot"),
    ],
)
def test_trap_20_a_feed_that_stands_still_is_passed_over(reading: GammaReading, reason: str) -> None:
    one = spy(Vendors(exposure=FakeGamma(reading)).collect())
    assert one.gamma is not None
    assert one.gamma.source is Source.COMPUTED
    assert [fallback.reason for fallback in one.fallbacks] == [reason]


def one_fails(failing: date) -> Callable[[date], Any]:
    return lambda day: FeedUnavailableError("500") if day == failing else chain(day)


@pytest.mark.parametrize(
    "tradier",
    [
        pytest.param(FakeTradier(listed=FeedUnavailableError("500")), id="no expirations"),
        pytest.param(FakeTradier(listed=(date(2027, 1, 15),)), id="none within reach"),
        pytest.param(FakeTradier(chains=one_fails(EXPIRATIONS[1])), id="one chain is missing"),
        pytest.param(FakeTradier(chains=lambda day: chain(day, interest=-50)), id="no open interest"),
        pytest.param(FakeTradier(found={"VIX": quote("VIX")}), id="no spot"),
    ],
)
def test_a_missing_exposure_is_never_a_number(tradier: FakeTradier) -> None:
    polygon = FakePolygon(price=FeedUnavailableError("none"))
    failed = Vendors(tradier=tradier, polygon=polygon, exposure=None).collect()
    assert spy(failed).gamma is None
    assert ("gamma", Source.COMPUTED) in passed(spy(failed).fallbacks)
    stale = Vendors(tradier=tradier, polygon=polygon, exposure=FakeGamma(gamma(age=4000))).collect()
    kept = spy(stale).gamma
    assert kept is None or kept.source is Source.TRADING_VOLATILITY


def test_the_exposure_is_as_old_as_its_oldest_chain() -> None:
    tradier = FakeTradier(chains=lambda day: chain(day, age=2000 if day == EXPIRATIONS[2] else 4))
    one = spy(Vendors(tradier=tradier, exposure=None).collect())
    assert one.gamma is not None
    assert one.gamma.as_of == NOW - timedelta(seconds=2000)


def test_at_most_ten_calls_are_spent_on_an_exposure_the_monthly_expiration_among_them() -> None:
    listed = tuple(date(2026, 3, 4) + timedelta(days=day) for day in range(-2, 60))
    tradier = FakeTradier(listed=listed)
    Vendors(tradier=tradier, exposure=None).collect()
    calls = [call for call in tradier.asked if call.startswith(("chain", "expirations"))]
    assert len(calls) == 10
    chosen = expirations_for_gamma(listed, date(2026, 3, 4), CONFIG)
    assert date(2026, 3, 20) in chosen
    assert date(2026, 4, 17) in chosen
    assert min(chosen) == date(2026, 3, 4)
    assert max(chosen) <= date(2026, 4, 18)


def test_history_is_asked_for_once_a_day() -> None:
    vendors = Vendors()
    first, second = vendors.collect(), vendors.collect()
    assert spy(first).bars == spy(second).bars == (bar(YESTERDAY),)
    assert vendors.polygon is not None
    asked = [call for call in vendors.polygon.asked if call.startswith("bars")]
    assert sorted(asked) == ["bars SPY 2025-01-28 2026-03-03", "bars VIX 2025-01-28 2026-03-03"]
    assert set(vendors.cache.kept) == {("SPY", date(2026, 3, 4)), ("VIX", date(2026, 3, 4))}


@pytest.mark.parametrize(
    "bars",
    [
        *FAILURES,
        pytest.param((bar(date(2026, 3, 2)),), id="a day behind"),
        pytest.param((), id="empty"),
    ],
)
def test_a_history_that_does_not_reach_yesterday_leads_to_the_second_source(bars: Any) -> None:
    vendors = Vendors(polygon=FakePolygon(bars=bars))
    readings = vendors.collect()
    assert readings.vix_bars == spy(readings).bars == (bar(YESTERDAY),)
    assert passed(readings.fallbacks) == [("vix_history", Source.POLYGON)]
    assert passed(spy(readings).fallbacks) == [("history", Source.POLYGON)]
    assert len(vendors.cache.kept) == 2


def test_a_short_history_is_handed_on_but_not_kept() -> None:
    old = (bar(date(2026, 3, 2)),)
    vendors = Vendors(polygon=FakePolygon(bars=old), tradier=FakeTradier(bars=FeedUnavailableError("500")))
    readings = vendors.collect()
    assert spy(readings).bars == old
    assert vendors.cache.kept == {}


def test_a_cache_that_fails_costs_a_call_and_nothing_else() -> None:
    vendors = Vendors(cache=FakeCache(failure=StoreError("throttled")))
    assert spy(vendors.collect()).bars == (bar(YESTERDAY),)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_clock_that_cannot_be_read_is_no_open_market(failure: Exception) -> None:
    readings = Vendors(tradier=FakeTradier(open_now=failure)).collect()
    assert readings.clock is None
    assert passed(readings.fallbacks) == [("clock", Source.TRADIER)]


def test_without_any_vendor_nothing_is_known_and_everything_says_so() -> None:
    readings = Vendors(tradier=None, polygon=None, exposure=None).collect()
    one = spy(readings)
    assert (readings.vix, readings.vix_bars, readings.clock) == (None, None, None)
    assert (one.spot, one.gamma, one.bars) == (None, None, None)
    needs = {need for need, _ in passed((*readings.fallbacks, *one.fallbacks))}
    assert needs == {"vix", "vix_history", "clock", "spot", "gamma", "history"}


def together(barrier: threading.Barrier, answer: Callable[..., Any]) -> Callable[..., Any]:
    """Answer when as many have asked as the barrier holds."""

    def asked(*arguments: Any) -> Any:
        barrier.wait()
        return answer(*arguments)

    return asked


def test_all_calls_of_a_minute_are_under_way_at_once() -> None:
    barrier = threading.Barrier(8, timeout=10)
    tradier, polygon, exposure = FakeTradier(), FakePolygon(), FakeGamma()
    tradier.found |= {"QQQ": quote("QQQ", last=SPOT)}
    for owner, names in ((tradier, ("quotes", "clock")), (polygon, ("vix", "daily_bars")), (exposure, ("gamma",))):
        for name in names:
            setattr(owner, name, together(barrier, getattr(owner, name)))
    readings = Vendors(tradier=tradier, polygon=polygon, exposure=exposure).collect(TWO)
    assert not barrier.broken
    assert all(one.gamma is not None for one in readings.underlyings)


def test_the_second_source_is_asked_for_all_prices_at_once_and_beside_the_exposure() -> None:
    barrier = threading.Barrier(4, timeout=10)
    polygon, exposure = FakePolygon(), FakeGamma()
    for owner, name in ((polygon, "spot"), (exposure, "gamma")):
        setattr(owner, name, together(barrier, getattr(owner, name)))
    readings = Vendors(tradier=FakeTradier(found={}), polygon=polygon, exposure=exposure).collect(TWO)
    assert not barrier.broken
    assert [one.spot and one.spot.source for one in readings.underlyings] == [Source.POLYGON, Source.POLYGON]


def test_an_error_that_is_no_vendors_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        Vendors(tradier=FakeTradier(open_now=ZeroDivisionError())).collect()
