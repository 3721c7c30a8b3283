"""What collect reads and stores: readings, bars, snapshots."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from shared.domain.market import BrokerClock, DailyBar, GammaReading, Momentum, Reading, Snapshot
from shared.domain.readings import Readings, UnderlyingReadings
from shared.domain.sessions import previous_session
from shared.domain.vocabulary import Breakout, Source
from tests.builders.scene import NOON, TODAY, seconds


def reading(value: object, age: float = 5, source: Source = Source.TRADIER) -> Reading:
    """A number whose vendor stamped it ``age`` seconds before noon."""
    return Reading(value=Decimal(str(value)), as_of=NOON - seconds(age), source=source)


def gamma(
    net_gex: object = 600_000_000, flip: object | None = 380, spot: object = 400, age: float = 60
) -> GammaReading:
    return GammaReading(
        net_gex=Decimal(str(net_gex)),
        flip_point=None if flip is None else Decimal(str(flip)),
        spot=Decimal(str(spot)),
        as_of=NOON - seconds(age),
        source=Source.TRADING_VOLATILITY,
    )


def momentum(ma20: object = 395, ma50: object = 390, breakout: Breakout = Breakout.NONE) -> Momentum:
    return Momentum(
        ma20=Decimal(str(ma20)),
        ma50=Decimal(str(ma50)),
        rsi=Decimal(55),
        macd=Decimal(1),
        macd_signal=Decimal("0.5"),
        macd_histogram=Decimal("0.5"),
        breakout=breakout,
    )


def snapshot(**changes: Any) -> Snapshot:
    """A valid minute of SPY that says SELL_PREMIUM in an uptrend."""
    facts: dict[str, Any] = {
        "underlying": "SPY",
        "at": NOON,
        "spot": reading(400),
        "vix": reading(18),
        "gamma": gamma(),
        "iv_rank": Decimal(60),
        "iv_percentile": Decimal(60),
        "momentum": momentum(),
        "market_open": True,
        "faults": (),
    }
    return Snapshot.model_validate(facts | changes)


def spx_snapshot(**changes: Any) -> Snapshot:
    """The same minute on SPX."""
    facts: dict[str, Any] = {
        "underlying": "SPX",
        "spot": reading(4000),
        "gamma": gamma(2_000_000_000, 3800, 4000),
        "momentum": momentum(3950, 3900),
    }
    return snapshot(**facts | changes)


def buy_calls_snapshot(**changes: Any) -> Snapshot:
    """The same minute with low IV rank and middling gamma: rule 3 buys calls."""
    return snapshot(**{"iv_rank": Decimal(20), "iv_percentile": Decimal(20), "gamma": gamma(0)} | changes)


def daily_bars(closes: Iterable[object], last_day: date | None = None) -> tuple[DailyBar, ...]:
    """Sessions with these closes, the last one the session before today; high and low are the close."""
    days: list[date] = []
    day = last_day or previous_session(TODAY)
    prices = [Decimal(str(close)) for close in closes]
    for _ in prices:
        days.append(day)
        day = previous_session(day)
    return tuple(
        DailyBar(day=day, open=price, high=price, low=price, close=price)
        for day, price in zip(reversed(days), prices, strict=True)
    )


def readings(vix: Reading | None = None, **changes: Any) -> Readings:
    """A minute of SPY from which a valid snapshot follows: 250 VIX closes from 10 to 30, VIX 18."""
    facts: dict[str, Any] = {
        "underlying": "SPY",
        "spot": reading(400),
        "gamma": gamma(),
        "bars": daily_bars(300 + index for index in range(100)),
    }
    minute: dict[str, Any] = {
        "at": NOON,
        "vix": vix or reading(18),
        "vix_bars": daily_bars(10 + index % 21 for index in range(251)),
        "clock": BrokerClock(now=NOON, is_open=True),
    }
    own = {name: value for name, value in changes.items() if name in facts}
    rest = {name: value for name, value in changes.items() if name not in facts}
    return Readings(underlyings=(UnderlyingReadings(**facts | own),), **minute | rest)
