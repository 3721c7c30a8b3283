"""One contract, two worlds: what the clients make of recorded shapes they make of the simulators."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.simulators import VendorSimulators
from shared.adapters.clock import clock_for
from shared.adapters.polygon import PolygonClient
from shared.adapters.tradier import TradierClient
from shared.adapters.trading_volatility import TradingVolatilityClient, Version
from shared.domain.errors import (
    AlphaGexError,
    CredentialsError,
    FeedUnavailableError,
    NotEntitledError,
    OrderDeniedError,
    OrderFinalError,
    OrderRejectedError,
    OrderUnknownError,
)
from shared.domain.options import Right
from shared.domain.orders import Order, OrderLeg, OrderSide, OrderStatus, PriceEffect
from shared.domain.reference import IndicatorKind
from shared.domain.vocabulary import Source
from tests.integration.vendors import (
    recorded,
    recorded_moment,
    recorded_polygon,
    recorded_tradier,
    recorded_volatility,
    shapes,
)
from tests.integration.vendors.conftest import ACCOUNT, NOW
from tests.integration.vendors.forms import LONG_PUT, SHORT_PUT

EXPIRATION = date(2018, 1, 19)
START, END = date(2018, 1, 4), date(2018, 1, 9)
SPREAD = Order(
    underlying="SPY",
    legs=(
        OrderLeg(option_symbol=SHORT_PUT, side=OrderSide.SELL_TO_OPEN),
        OrderLeg(option_symbol=LONG_PUT, side=OrderSide.BUY_TO_OPEN),
    ),
    contracts=1,
    effect=PriceEffect.CREDIT,
    limit_price=Decimal("2.00"),
)


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


# Tradier: market data.


def test_quotes_of_a_fund_and_an_index(world: World) -> None:
    found = world.tradier().quotes(["SPY", "VIX", "NOSUCH"])
    assert set(found) == {"SPY", "VIX"}
    spy, vix = found["SPY"], found["VIX"]
    assert spy.bid is not None
    assert spy.ask is not None
    assert 0 < spy.bid < spy.ask
    assert (vix.bid, vix.ask) == (None, None)
    assert vix.last is not None
    assert 5 < vix.last < 80
    assert fresh(spy.as_of)
    assert fresh(vix.as_of)


def test_more_than_fifty_symbols_are_posted(world: World) -> None:
    found = world.tradier().quotes(
        ["SPY", *(f"NO{chr(65 + one // 26)}{chr(65 + one % 26)}" for one in range(60)), "VIX"]
    )
    assert set(found) == {"SPY", "VIX"}


def test_quotes_of_options(world: World) -> None:
    found = world.tradier().option_quotes([SHORT_PUT, LONG_PUT, "SPY"])
    assert set(found) == {SHORT_PUT, LONG_PUT}
    short = found[SHORT_PUT]
    assert (short.bid, short.ask) == (Decimal("1.73"), Decimal("1.83"))
    assert short.contract.right is Right.PUT
    assert fresh(short.as_of)


def test_a_chain_with_greeks(world: World) -> None:
    rows = world.tradier().option_chain("SPY", EXPIRATION)
    assert {row.contract.expiration for row in rows} == {EXPIRATION}
    assert {row.contract.right for row in rows} == {Right.CALL, Right.PUT}
    assert all(row.open_interest > 0 for row in rows)
    assert all(-1 <= row.delta <= 1 for row in rows if row.delta is not None)
    assert any(row.iv is not None and row.greeks_as_of is not None for row in rows)
    assert all(fresh(row.as_of) for row in rows)


def test_a_day_without_a_chain_has_none(world: World) -> None:
    with pytest.raises(FeedUnavailableError, match="no option chain"):
        world.tradier().option_chain("SPY", date(2018, 1, 17))


def test_expirations_ascend(world: World) -> None:
    days = world.tradier().expirations("SPY")
    assert EXPIRATION in days
    assert list(days) == sorted(set(days))


def test_the_clock_of_the_broker(world: World) -> None:
    clock = world.tradier().clock()
    assert (clock.now, clock.is_open) == (NOW, True)


def test_the_calendar_leaves_holidays_out(world: World) -> None:
    sessions = {one.day: one for one in world.tradier().calendar(2018, 1)}
    assert date(2018, 1, 15) not in sessions
    friday = sessions[date(2018, 1, 12)]
    assert (friday.opens_at, friday.closes_at) == (
        datetime(2018, 1, 12, 14, 30, tzinfo=UTC),
        datetime(2018, 1, 12, 21, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize("source", ["tradier", "polygon"])
def test_daily_bars_are_the_sessions_asked_for(world: World, source: str) -> None:
    client = world.tradier() if source == "tradier" else world.polygon()
    for symbol in ("SPY", "VIX"):
        bars = client.daily_bars(symbol, START, END)
        assert [bar.day.day for bar in bars] == [4, 5, 8, 9]
        assert all(0 < bar.low <= bar.close <= bar.high for bar in bars)


# Tradier: the account.


def test_balances(world: World) -> None:
    money = world.tradier().balances()
    assert money.account_id == ACCOUNT
    assert money.total_equity > 0
    assert money.option_buying_power > 0


def test_an_order_is_previewed_placed_found_changed_and_cancelled(world: World) -> None:
    broker = world.tradier()
    assert broker.preview(SPREAD).cost < 0
    order_id = broker.submit(SPREAD, "agx-contract")
    (listed,) = broker.orders()
    single = broker.order(order_id)
    assert (listed, listed.order_id, listed.tag) == (single, order_id, "agx-contract")
    assert (single.status, single.contracts, single.filled_contracts) == (OrderStatus.WORKING, 1, 0)
    assert [(leg.option_symbol, leg.side) for leg in single.legs] == [
        (SHORT_PUT, OrderSide.SELL_TO_OPEN),
        (LONG_PUT, OrderSide.BUY_TO_OPEN),
    ]
    assert single.limit_price == Decimal(2)
    broker.modify(order_id, Decimal("2.05"))
    broker.cancel(order_id)


def test_an_order_that_has_ended_cannot_be_cancelled(world: World) -> None:
    broker = world.tradier()
    if world.final_id is None:
        world.final_id = broker.submit(SPREAD, "agx-final")
        broker.cancel(world.final_id)
    with pytest.raises(OrderFinalError, match="canceled"):
        broker.cancel(world.final_id)


def test_an_unknown_order_is_unknown(world: World) -> None:
    with pytest.raises(OrderUnknownError):
        world.tradier().order("999")


def test_a_refusal_inside_a_200_is_one(world: World) -> None:
    with pytest.raises(OrderRejectedError) as caught:
        world.tradier().submit(SPREAD.model_copy(update={"contracts": 5_000}), "agx-large")
    assert caught.value.codes == ("InitialMargin",)


def test_a_bad_tag_does_not_leave(world: World) -> None:
    with pytest.raises(OrderDeniedError):
        world.tradier().submit(SPREAD, "agx_1")


def test_holdings_and_closed_lots(world: World) -> None:
    broker = world.tradier()
    if world.final_id is None:
        broker.submit(SPREAD.model_copy(update={"limit_price": Decimal("1.00")}), "agx-held")
    held = {one.option_symbol: one.contracts for one in broker.positions()}
    assert held[SHORT_PUT] == -1
    assert broker.gain_loss() == ()


# Polygon.


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


# Trading Volatility.


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
    strikes = [one.strike for one in feed.gex_by_strike("SPY")]
    assert strikes == sorted(strikes)
    assert any("flip" in name for name in feed.levels("SPY"))


def test_an_unknown_underlying_is_not_visible(world: World) -> None:
    with pytest.raises((FeedUnavailableError, NotEntitledError)):
        world.volatility().gamma("NOSUCH")


# All of them.


@pytest.mark.parametrize("vendor", ["tradier", "polygon", "volatility"])
def test_a_wrong_key_is_refused_and_never_told(world: World, vendor: str) -> None:
    calls: dict[str, Any] = {
        "tradier": lambda: world.tradier("a-wrong-key-entirely").clock(),
        "polygon": lambda: world.polygon("a-wrong-key-entirely").vix(),
        "volatility": lambda: world.volatility(key="a-wrong-key-entirely").gamma("SPY"),
    }
    error: type[AlphaGexError] = CredentialsError
    with pytest.raises(error) as caught:
        calls[vendor]()
    assert "a-wrong-key-entirely" not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "shape"),
    [
        pytest.param(recorded_tradier.SPY, shapes.UNDERLYING_QUOTE, id="a fund's quote"),
        pytest.param(recorded_tradier.VIX, shapes.UNDERLYING_QUOTE, id="an index's quote"),
        pytest.param(
            recorded_tradier.option(SHORT_PUT, 1.7, 1.8, with_greeks=False), shapes.OPTION_QUOTE, id="an option"
        ),
        pytest.param(recorded_tradier.chain_rows()[0]["greeks"], shapes.GREEKS, id="greeks"),
        pytest.param(recorded_tradier.DAYS[0], shapes.HISTORY_DAY, id="a day"),
        pytest.param(recorded_tradier.order_row(tag=None), shapes.MULTILEG_ORDER, id="a multileg order"),
        pytest.param(recorded_tradier.order_row()["leg"][0], shapes.MULTILEG_LEG, id="its leg"),
        pytest.param(recorded_tradier.POSITION, shapes.POSITION, id="a holding"),
        pytest.param(recorded_polygon.INDEX, shapes.INDEX_SNAPSHOT, id="an index"),
        pytest.param(recorded_polygon.INDEX["session"], shapes.INDEX_SESSION, id="its session"),
        pytest.param(recorded_polygon.snapshot_row(270, "C")["details"], shapes.CONTRACT_DETAILS, id="a contract"),
        pytest.param(recorded_polygon.snapshot_row(270, "C")["last_quote"], shapes.LAST_QUOTE, id="its quote"),
        pytest.param(recorded_volatility.STATE, shapes.STATE, id="a state"),
        pytest.param(recorded_volatility.STATE["gamma"], shapes.STATE_GAMMA, id="its exposure"),
        pytest.param(recorded_volatility.POINTS[0], shapes.STRIKE_POINT, id="a strike"),
        pytest.param(recorded_volatility.VERSION_1, shapes.VERSION_1_LATEST, id="version 1"),
    ],
)
def test_recorded_shapes_are_those_that_the_simulators_are_held_to(row: Any, shape: shapes.Shape) -> None:
    assert shapes.misfits(row, shape) == []
