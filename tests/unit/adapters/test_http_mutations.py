"""Whatever a vendor answers, only a value of ours or a typed error comes out."""

import json
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.feeds import MarketFeeds
from shared.adapters.polygon import PolygonClient
from shared.adapters.tradier.client import TradierClient
from shared.adapters.trading_volatility import TradingVolatilityClient, Version
from shared.domain.errors import AlphaGexError
from shared.domain.market import DailyBar, Snapshot, age_seconds
from shared.domain.orders import Order, OrderLeg, OrderSide, PriceEffect
from shared.domain.reference import IndicatorKind
from shared.domain.sessions import sessions_between
from shared.phases.collection import snapshots
from tests.unit.adapters import vendor_bodies as bodies
from tests.unit.adapters.fake_vendors import CONFIG, FakeCache
from tests.unit.adapters.wire import NOW, Routes, StandingClock, Wire, no_waiting, reply

CASES = int(os.environ.get("FUZZ_CASES", "2000"))
"""Cases over all kinds of answers; `make fuzz` sets more."""

POOL = ThreadPoolExecutor(16)
HISTORY = tuple(
    DailyBar(day=day, open=Decimal(18), high=Decimal(30), low=Decimal(10), close=Decimal(12 + day.day % 9))
    for day in sessions_between(date(2025, 2, 1), date(2026, 3, 3))
)
DAY, EXPIRATION = date(2026, 3, 2), date(2026, 4, 17)
LEGS = [
    bodies.order_leg(bodies.SHORT_PUT, "sell_to_open", 2.0, 2.0, 2.44),
    bodies.order_leg(bodies.LONG_PUT, "buy_to_open", 2.0, 2.0, 1.24),
]
ORDER = Order(
    underlying="SPY",
    legs=(
        OrderLeg(option_symbol=bodies.SHORT_PUT, side=OrderSide.SELL_TO_OPEN),
        OrderLeg(option_symbol=bodies.LONG_PUT, side=OrderSide.BUY_TO_OPEN),
    ),
    contracts=2,
    effect=PriceEffect.CREDIT,
    limit_price=Decimal("1.15"),
)
ACK = {"order": {"id": 51_000_001, "status": "ok"}}
PREVIEW = {"order": {"status": "ok", "result": True, "cost": -3.5, "margin_change": 5, "commission": 1, "fees": 0}}
CALENDAR = {
    "calendar": {
        "days": {"day": [{"date": "2026-03-02", "status": "open", "open": {"start": "09:30", "end": "16:00"}}]}
    }
}
LOTS = {"gainloss": {"closed_position": {
    "symbol": "SPY", "quantity": 1.0, "cost": 1.5, "proceeds": 2.5, "gain_loss": 1.0,
    "open_date": "2026-02-04T00:00:00.000Z", "close_date": "2026-03-04T00:00:00.000Z"}}}  # fmt: skip
HOLIDAYS = [
    {
        "date": "2026-11-27",
        "exchange": "NYSE",
        "name": "x",
        "status": "early-close",
        "close": "2026-11-27T18:00:00.000Z",
    }
]
INDICATOR = {"status": "OK", "results": {"values": [{"timestamp": 1_772_638_200_000, "value": 1.5, "signal": 1.2}]}}


def tradier(wire: Wire) -> TradierClient:
    return TradierClient("https://tradier.example/v1", "t0ken", "VA1", clock=StandingClock(), transport=wire)


def polygon(wire: Wire) -> PolygonClient:
    return PolygonClient("https://api.polygon.io", "k", clock=StandingClock(), transport=wire)


def feed(wire: Wire, version: Version = Version.V2) -> TradingVolatilityClient:
    return TradingVolatilityClient("https://tv.example/api", "sub", version, clock=StandingClock(), transport=wire)


KINDS: dict[str, tuple[Any, Callable[[Wire], Any]]] = {
    "quotes": (bodies.quotes([bodies.stock_row(), bodies.index_row()]), lambda w: tradier(w).quotes(["SPY", "VIX"])),
    "option quotes": (
        bodies.quotes([bodies.option_row(bodies.SHORT_PUT)]),
        lambda w: tradier(w).option_quotes([bodies.SHORT_PUT]),
    ),
    "chain": (
        {"options": {"option": [bodies.option_row(bodies.SHORT_PUT), bodies.option_row(bodies.LONG_PUT)]}},
        lambda w: tradier(w).option_chain("SPY", EXPIRATION),
    ),
    "expirations": ({"expirations": {"date": ["2026-04-17"]}}, lambda w: tradier(w).expirations("SPY")),
    "clock": ({"clock": {"state": "open", "timestamp": 1_772_638_200}}, lambda w: tradier(w).clock()),
    "calendar": (CALENDAR, lambda w: tradier(w).calendar(2026, 3)),
    "history": (
        {"history": {"day": bodies.daily_rows("2026-03-02")}},
        lambda w: tradier(w).daily_bars("VIX", DAY, DAY),
    ),
    "balances": (bodies.balances(margin={"option_buying_power": 5.5}), lambda w: tradier(w).balances()),
    "positions": (
        {"positions": {"position": [{"symbol": bodies.SHORT_PUT, "quantity": -3.0, "cost_basis": -5.0}]}},
        lambda w: tradier(w).positions(),
    ),
    "orders": ({"orders": {"order": [bodies.multileg_order(LEGS)]}}, lambda w: tradier(w).orders()),
    "order": ({"order": bodies.multileg_order(LEGS)}, lambda w: tradier(w).order("51000001")),
    "closed lots": (LOTS, lambda w: tradier(w).gain_loss()),
    "acknowledgement": (ACK, lambda w: tradier(w).submit(ORDER, "agx-1")),
    "preview": (PREVIEW, lambda w: tradier(w).preview(ORDER)),
    "cancellation": (ACK, lambda w: tradier(w).cancel("7")),
    "index": (bodies.index_snapshot(), lambda w: polygon(w).vix()),
    "bars": (bodies.bars(1_772_427_600_000), lambda w: polygon(w).daily_bars("SPY", DAY, DAY)),
    "chain page": (
        {"status": "OK", "results": [bodies.snapshot_row()]},
        lambda w: polygon(w).option_chain("SPY", EXPIRATION),
    ),
    "indicator": (INDICATOR, lambda w: polygon(w).indicator(IndicatorKind.MACD, "SPY")),
    "holidays": (HOLIDAYS, lambda w: polygon(w).upcoming_holidays()),
    "state": (bodies.state(), lambda w: feed(w).gamma("SPY")),
    "by strike": (bodies.by_strike((590, -2.5), (600, 4.0)), lambda w: feed(w).gex_by_strike("SPY")),
    "version 1": (bodies.latest_v1(), lambda w: feed(w, Version.V1).gamma("SPY")),
}

STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**15, max_value=10**400),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=12),
    st.sampled_from(
        ["null", "NaN", "Infinity", "-1", "0", "1E+999999", "1E-999999", "2026-13-45", "2026-02-30T25:00:00Z", "<html>",
         "9999-12-31", "0001-01-01T00:00:00+23:59", "٣", "1_0", "open", "filled", " "]
    ),
    st.just([]), st.just({}), st.just([[]]), st.just([None]), st.just({"": ""}),
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List every place in a document."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in below for place in places(item, (*path, key)))]


def swap(strange: Any) -> Callable[[Any, Any], None]:
    def put(holder: Any, key: Any) -> None:
        holder[key] = strange

    return put


def drop(holder: Any, key: Any) -> None:
    del holder[key]


def double(holder: Any, key: Any) -> None:
    holder[key] = [holder[key]] * 2


def changed(value: Any, path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """Return the document with one place changed."""
    copy = json.loads(json.dumps(value))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return copy


@st.composite
def mutated(draw: st.DrawFn, body: Any) -> str:
    """Draw the text of an answer with something wrong: swapped, dropped, doubled, cut or spoilt."""
    document = body
    for _ in range(draw(st.integers(1, 3))):
        spots = [place for place in places(document) if place]
        if not spots:
            break
        place = draw(st.sampled_from(spots))
        match draw(st.sampled_from(["swap", "swap", "swap", "drop", "double"])):
            case "swap":
                document = changed(document, place, swap(draw(STRANGE)))
            case "drop":
                document = changed(document, place, drop)
            case _:
                document = changed(document, place, double)
    text = json.dumps(document)
    if draw(st.integers(0, 9)) == 0:
        text = text[: draw(st.integers(0, len(text)))]
    return text


def finite(value: Any) -> bool:
    """Tell whether every number inside a value of ours is one."""
    if isinstance(value, Decimal):
        return value.is_finite()
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    if isinstance(value, tuple):
        return all(map(finite, value))
    if hasattr(type(value), "model_fields"):
        return all(finite(item) for _, item in value)
    if hasattr(type(value), "__dataclass_fields__"):
        return all(finite(getattr(value, name)) for name in type(value).__dataclass_fields__)
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_the_unspoilt_answer_is_read(kind: str) -> None:
    body, ask = KINDS[kind]
    assert finite(ask(Wire(reply(body))))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=max(CASES // len(KINDS), 1), suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_a_spoilt_answer_gives_a_value_or_a_typed_error(kind: str, data: st.DataObject) -> None:
    body, ask = KINDS[kind]
    text = data.draw(mutated(body))
    with no_waiting():
        try:
            found = ask(Wire(reply(text)))
        except AlphaGexError:
            return
    assert finite(found)


MINUTE: dict[str, Any] = {
    "quotes": bodies.quotes([bodies.stock_row(), bodies.index_row()]),
    "clock": {"clock": {"state": "open", "timestamp": 1_772_638_200}},
    "indices": bodies.index_snapshot(),
    "SPY": bodies.state(),
    "gex_by_strike": bodies.by_strike((590, -2.5), (600, 4.0)),
}
"""The answers of a minute, by the end of their paths."""


def minute(answers: dict[str, str]) -> Snapshot:
    """Collect a minute of SPY from these answers and judge it."""
    line, clock = Routes(**{name: reply(text) for name, text in answers.items()}), StandingClock()
    feeds = MarketFeeds(
        tradier=TradierClient("https://tradier.example/v1", "t0ken", clock=clock, transport=line),
        polygon=PolygonClient("https://api.polygon.io", "k", clock=clock, transport=line),
        trading_volatility=TradingVolatilityClient("https://tv.example/api/v2", "sub", clock=clock, transport=line),
        cache=FakeCache(kept={(symbol, NOW.date()): HISTORY for symbol in ("SPY", "VIX")}),
        clock=clock,
        pool=POOL,
    )
    (found,) = snapshots(feeds.collect(NOW, CONFIG), CONFIG)
    return found


def test_the_unspoilt_minute_can_be_traded_on() -> None:
    assert minute({name: json.dumps(body) for name, body in MINUTE.items()}).faults == ()


@pytest.mark.parametrize("spoilt", MINUTE)
@settings(max_examples=max(CASES // 10 // len(MINUTE), 1), suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_a_spoilt_minute_says_why_it_cannot_be_traded_on_or_its_numbers_are_sound(
    spoilt: str, data: st.DataObject
) -> None:
    answers = {name: json.dumps(body) for name, body in MINUTE.items()}
    answers[spoilt] = data.draw(mutated(MINUTE[spoilt]))
    with no_waiting():
        found = minute(answers)
    if not found.is_valid:
        return
    assert finite(found)
    assert found.spot is not None
    assert found.vix is not None
    assert found.gamma is not None
    assert found.spot.value > 0
    assert CONFIG.vix_min <= found.vix.value <= CONFIG.vix_max
    assert abs(found.gamma.spot / found.spot.value - 1) <= CONFIG.max_spot_mismatch
    for reading, limit in ((found.spot, 300), (found.vix, 300), (found.gamma, 600)):
        assert age_seconds(reading.as_of, NOW) <= limit
