"""Vendors of collect that a test puts words into the mouth of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.adapters.feeds import MarketFeeds
from shared.domain.config import SystemConfig
from shared.domain.errors import (
    CredentialsError,
    FeedUnavailableError,
    MalformedReplyError,
    NotEntitledError,
    RateLimitedError,
)
from shared.domain.market import BrokerClock, DailyBar, Fallback, GammaReading, Quote, Reading
from shared.domain.options import OptionQuote, parse_option_symbol
from shared.domain.readings import Readings, UnderlyingReadings
from shared.domain.vocabulary import Source
from tests.unit.adapters.wire import NOW, StandingClock

CONFIG = SystemConfig(underlyings=("SPY",))
YESTERDAY = date(2026, 3, 3)
SPOT = Decimal("596.32")
EXPIRATIONS = (date(2026, 3, 6), date(2026, 3, 20), date(2026, 4, 2))
FAILURES = [
    pytest.param(FeedUnavailableError("503"), id="no answer"),
    pytest.param(MalformedReplyError("v", "data", "x"), id="unreadable"),
    pytest.param(NotEntitledError("not in the plan"), id="not entitled"),
    pytest.param(RateLimitedError("v", 60.0), id="rate limited"),
    pytest.param(CredentialsError("dead key"), id="dead key"),
]


def bar(day: date) -> DailyBar:
    return DailyBar(day=day, open=Decimal(590), high=Decimal(600), low=Decimal(588), close=Decimal(596))


def quote(symbol: str, age: float = 3, **changes: Any) -> Quote:
    prices = {"SPY": {"last": Decimal("596.10"), "bid": Decimal("596.30"), "ask": Decimal("596.34")}}
    given = prices.get(symbol, {"last": Decimal("18.40")}) | {"as_of": NOW - timedelta(seconds=age)} | changes
    return Quote(symbol=symbol, source=Source.TRADIER, **given)


def gamma(age: float = 60, spot: str = "596.20") -> GammaReading:
    return GammaReading(
        net_gex=Decimal(-731_000_000),
        flip_point=Decimal("601.5"),
        spot=Decimal(spot),
        as_of=NOW - timedelta(seconds=age),
        source=Source.TRADING_VOLATILITY,
    )


def chain(expiration: date, age: float = 4, interest: int = 900) -> tuple[OptionQuote, ...]:
    rows = []
    for strike in range(580, 616, 5):
        for letter, side in (("C", 1), ("P", -1)):
            mid = Decimal(max(side * (596 - strike), 0)) + Decimal("4.5") - Decimal(abs(strike - 596)) / 10
            contract = parse_option_symbol(f"SPY{expiration:%y%m%d}{letter}{strike * 1000:08d}")
            as_of = NOW - timedelta(seconds=age)
            rows.append(
                OptionQuote(contract, mid - Decimal("0.02"), mid + Decimal("0.02"), as_of, interest + 50 * side)
            )
    return tuple(rows)


def said(value: Any) -> Any:
    """Return a value, or raise it."""
    if isinstance(value, Exception):
        raise value
    return value


@dataclass
class FakeTradier:
    found: Any = field(default_factory=lambda: {"SPY": quote("SPY"), "VIX": quote("VIX")})
    open_now: Any = field(default_factory=lambda: BrokerClock(now=NOW, is_open=True))
    bars: Any = (bar(YESTERDAY),)
    listed: Any = EXPIRATIONS
    chains: Callable[[date], Any] = chain
    asked: list[str] = field(default_factory=list)

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        self.asked.append(f"quotes {','.join(symbols)}")
        found: Mapping[str, Quote] = said(self.found)
        return found

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        raise FeedUnavailableError("not asked for here")

    def clock(self) -> BrokerClock:
        clock: BrokerClock = said(self.open_now)
        return clock

    def daily_bars(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        self.asked.append(f"bars {symbol}")
        bars: tuple[DailyBar, ...] = said(self.bars)
        return bars

    def expirations(self, underlying: str) -> tuple[date, ...]:
        self.asked.append(f"expirations {underlying}")
        listed: tuple[date, ...] = said(self.listed)
        return listed

    def option_chain(self, underlying: str, expiration: date) -> tuple[OptionQuote, ...]:
        self.asked.append(f"chain {expiration}")
        rows: tuple[OptionQuote, ...] = said(self.chains(expiration))
        return rows


@dataclass
class FakePolygon:
    index: Any = field(
        default_factory=lambda: Reading(value=Decimal("18.44"), as_of=NOW - timedelta(seconds=2), source=Source.POLYGON)
    )
    price: Any = field(
        default_factory=lambda: Reading(value=SPOT, as_of=NOW - timedelta(seconds=9), source=Source.POLYGON)
    )
    bars: Any = (bar(YESTERDAY),)
    asked: list[str] = field(default_factory=list)

    def vix(self) -> Reading:
        self.asked.append("vix")
        reading: Reading = said(self.index)
        return reading

    def spot(self, underlying: str) -> Reading:
        self.asked.append(f"spot {underlying}")
        reading: Reading = said(self.price)
        return reading

    def daily_bars(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        self.asked.append(f"bars {symbol} {start} {end}")
        bars: tuple[DailyBar, ...] = said(self.bars)
        return bars


@dataclass
class FakeGamma:
    reading: Any = field(default_factory=gamma)

    def gamma(self, underlying: str) -> GammaReading:
        reading: GammaReading = said(self.reading)
        return reading


@dataclass
class FakeCache:
    kept: dict[tuple[str, date], tuple[DailyBar, ...]] = field(default_factory=dict)
    failure: Exception | None = None

    def known(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        return None

    def load(self, symbol: str, day: date) -> tuple[DailyBar, ...] | None:
        if self.failure:
            raise self.failure
        return self.kept.get((symbol, day))

    def save(self, symbol: str, day: date, bars: Sequence[DailyBar]) -> None:
        if self.failure:
            raise self.failure
        self.kept[symbol, day] = tuple(bars)


@dataclass
class Vendors:
    tradier: FakeTradier | None = field(default_factory=FakeTradier)
    polygon: FakePolygon | None = field(default_factory=FakePolygon)
    exposure: FakeGamma | None = field(default_factory=FakeGamma)
    cache: FakeCache = field(default_factory=FakeCache)

    def collect(self, config: SystemConfig = CONFIG) -> Readings:
        feeds = MarketFeeds(
            tradier=self.tradier,
            polygon=self.polygon,
            trading_volatility=self.exposure,
            cache=self.cache,
            clock=StandingClock(),
        )
        return feeds.collect(NOW, config)


def spy(readings: Readings) -> UnderlyingReadings:
    (one,) = readings.underlyings
    return one


def passed(fallbacks: Sequence[Fallback]) -> list[tuple[str, Source]]:
    return [(one.need, one.source) for one in fallbacks]
