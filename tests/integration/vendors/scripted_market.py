"""A market small enough to know every number of: prices stand still until a test moves them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from math import exp

from infra.local.vendors.occ import contract_of
from shared.backtest.history import Bar
from shared.domain import sessions

RANGES = {"SPY": range(250, 291, 5), "SPX": range(2500, 2901, 50)}
ROOTS = {"SPY": ("SPY",), "SPX": ("SPX", "SPXW")}


@dataclass(frozen=True, slots=True)
class Row:
    option_symbol: str
    underlying: str
    root: str
    expiration: date
    strike: float
    is_call: bool
    bid: float
    ask: float
    mid: float
    iv: float = 0.15
    delta: float = 0.3
    gamma: float = 0.00002
    theta: float = -0.04
    vega: float = 0.31
    open_interest: int = 1200
    volume: int = 40
    bid_size: int = 12
    ask_size: int = 15


@dataclass(frozen=True, slots=True)
class Curve:
    spot: float
    net_gex: float
    flip_point: float | None
    strikes: Sequence[float]
    call_gex: Sequence[float]
    put_gex: Sequence[float]
    strike_gex: Sequence[float]


@dataclass
class ScriptedMarket:
    """SPY and SPX with one expiration a Friday; `quotes` overrides bid and ask of a symbol."""

    levels: dict[str, float] = field(default_factory=lambda: {"SPY": 270.0, "SPX": 2700.0, "VIX": 12.5})
    closes: dict[tuple[str, date], float] = field(default_factory=dict)
    quotes: dict[str, tuple[float, float]] = field(default_factory=dict)
    volumes: dict[str, int] = field(default_factory=dict)
    net_gex: float = -750_000_000.0
    flip: float | None = 272.5

    def spot(self, underlying: str, at: datetime) -> float:
        return self.levels[underlying]

    def vix(self, at: datetime) -> float:
        return self.levels["VIX"]

    def expirations(self, underlying: str, on: date) -> Sequence[date]:
        fridays = (on + timedelta(days=offset) for offset in range(60))
        return tuple(day for day in fridays if day.weekday() == 4)

    def chain(self, underlying: str, expiration: date, at: datetime) -> Sequence[Row]:
        return [
            row
            for root in ROOTS[underlying]
            if root != "SPX" or sessions.is_third_friday(expiration)
            for strike in RANGES[underlying]
            for letter in "CP"
            if (row := self.option_quote(f"{root}{expiration:%y%m%d}{letter}{strike * 1000:08d}", at))
        ]

    def option_quote(self, option_symbol: str, at: datetime) -> Row | None:
        contract = contract_of(option_symbol)
        if contract is None or contract.strike not in RANGES[contract.underlying]:
            return None
        if contract.expiration not in self.expirations(contract.underlying, sessions.new_york_date(at)):
            return None
        spot = self.levels[contract.underlying]
        inside = spot - contract.strike if contract.is_call else contract.strike - spot
        mid = round(max(inside, 0.0) + 0.02 * spot * exp(-abs(contract.strike / spot - 1) * 60), 2)
        bid, ask = self.quotes.get(option_symbol, (max(0.0, round(mid - 0.05, 2)), round(mid + 0.05, 2)))
        row = Row(
            option_symbol,
            contract.underlying,
            contract.root,
            contract.expiration,
            contract.strike,
            contract.is_call,
            bid,
            ask,
            (bid + ask) / 2,
        )
        if option_symbol in self.volumes:
            return replace(row, volume=self.volumes[option_symbol])
        return row if contract.is_call else replace(row, delta=-0.3)

    def daily_bars(self, symbol: str, start: date, end: date) -> Sequence[Bar]:
        return list(self._bars(symbol, start, end))

    def _bars(self, symbol: str, start: date, end: date) -> Iterator[Bar]:
        for day in sessions.sessions_between(start, end):
            close = self.official_close(symbol, day)
            yield Bar(day, close - 1, close + 2, close - 3, close, 0 if symbol != "SPY" else 80_000_000)

    def session_bar(self, symbol: str, at: datetime) -> Bar:
        day, level = sessions.new_york_date(at), self.levels[symbol]
        return Bar(day, level - 1, level + 2, level - 3, level, 0 if symbol != "SPY" else 20_000_000)

    def official_close(self, underlying: str, day: date) -> float:
        return self.closes.get((underlying, day), self.levels[underlying])

    def gamma_curve(self, underlying: str, at: datetime) -> Curve:
        strikes = [float(strike) for strike in RANGES[underlying]]
        calls = [1_000_000.0 * (index + 1) for index in range(len(strikes))]
        puts = [-2_000_000.0 * (len(strikes) - index) for index in range(len(strikes))]
        nets = [call + put for call, put in zip(calls, puts, strict=True)]
        scale = self.levels[underlying] / self.levels["SPY"]
        flip = None if self.flip is None else self.flip * scale
        return Curve(self.levels[underlying], self.net_gex, flip, strikes, calls, puts, nets)
