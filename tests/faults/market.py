"""A market that stands still until a test moves it: SPY and SPX priced by Black and Scholes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import erf, log, sqrt
from typing import Final

from infra.local.vendors.occ import Contract, contract_of
from shared.backtest.history import Bar
from shared.backtest.rows import ModelQuote
from shared.domain import sessions

SPY_LEVEL: Final = 400.0
CRASHED: Final = 360.0
"""Where every position on the put side is stopped out."""
INDEX_FACTOR: Final = 10
VOLATILITY: Final = 0.18
VIX_LEVEL: Final = 18.0
HALF_SPREAD: Final = 0.01
DAYS_LISTED: Final = 60
FRIDAY: Final = 4
ROOT: Final = {"SPY": "SPY", "SPX": "SPXW"}
STRIKES: Final = {"SPY": range(340, 461, 5), "SPX": range(3700, 4101, 5)}


@dataclass(frozen=True, slots=True)
class Curve:
    """The dealers' exposure, which nobody here asks about."""

    spot: float
    net_gex: float = 600_000_000.0
    flip_point: float | None = 380.0
    strikes: Sequence[float] = ()
    call_gex: Sequence[float] = ()
    put_gex: Sequence[float] = ()
    strike_gex: Sequence[float] = ()


@dataclass
class StillMarket:
    """Prices follow one level; SPX is ten times SPY; ``closes`` are official closes that differ from it."""

    level: float = SPY_LEVEL
    half_spread: float = HALF_SPREAD
    closes: dict[date, float] = field(default_factory=dict)

    def spot(self, underlying: str, at: datetime) -> float:
        return self.level * (INDEX_FACTOR if underlying == "SPX" else 1)

    def vix(self, at: datetime) -> float:
        return VIX_LEVEL

    def expirations(self, underlying: str, on: date) -> Sequence[date]:
        days = (on + timedelta(days=ahead) for ahead in range(DAYS_LISTED))
        return tuple(day for day in days if day.weekday() == FRIDAY and sessions.is_session(day))

    def chain(self, underlying: str, expiration: date, at: datetime) -> Sequence[ModelQuote]:
        symbols = (
            f"{ROOT[underlying]}{expiration:%y%m%d}{letter}{strike * 1000:08d}"
            for strike in STRIKES[underlying]
            for letter in "PC"
        )
        return [row for symbol in symbols if (row := self.option_quote(symbol, at)) is not None]

    def option_quote(self, option_symbol: str, at: datetime) -> ModelQuote | None:
        contract = contract_of(option_symbol)
        if contract is None or contract.strike not in STRIKES.get(contract.underlying, ()):
            return None
        price, delta = self._worth(contract, at)
        factor = INDEX_FACTOR if contract.underlying == "SPX" else 1
        mid = round(max(price, 0.02 * factor), 2)
        half = max(self.half_spread * factor, round(mid * 0.005, 2))
        bid, ask = round(max(mid - half, 0.0), 2), round(mid + half, 2)
        return ModelQuote(
            option_symbol,
            contract.underlying,
            contract.root,
            contract.expiration,
            contract.strike,
            contract.is_call,
            bid,
            ask,
            (bid + ask) / 2,
            VOLATILITY,
            delta,
            0.01,
            -0.04,
            0.3,
            1_000,
            100,
            50,
            50,
        )

    def _worth(self, contract: Contract, at: datetime) -> tuple[float, float]:
        spot, sign = self.spot(contract.underlying, at), 1 if contract.is_call else -1
        days = (contract.expiration - sessions.new_york_date(at)).days
        if days <= 0:
            return max(0.0, sign * (spot - contract.strike)), float(sign if sign * (spot - contract.strike) > 0 else 0)
        width = VOLATILITY * sqrt(days / 365)
        near = log(spot / contract.strike) / width + width / 2
        first, second = _normal(sign * near), _normal(sign * (near - width))
        return sign * (spot * first - contract.strike * second), sign * first

    def daily_bars(self, symbol: str, start: date, end: date) -> Sequence[Bar]:
        return list(self._bars(symbol, start, end))

    def _bars(self, symbol: str, start: date, end: date) -> Iterator[Bar]:
        for day in sessions.sessions_between(start, end):
            level = self.official_close(symbol, day)
            yield Bar(day, level, level, level, level, 1_000_000)

    def session_bar(self, symbol: str, at: datetime) -> Bar:
        level = self.official_close(symbol, sessions.new_york_date(at))
        return Bar(sessions.new_york_date(at), level, level, level, level, 1_000_000)

    def official_close(self, underlying: str, day: date) -> float:
        if underlying == "VIX":
            return VIX_LEVEL
        return self.closes.get(day, self.level) * (INDEX_FACTOR if underlying == "SPX" else 1)

    def gamma_curve(self, underlying: str, at: datetime) -> Curve:
        return Curve(self.spot(underlying, at))


def _normal(x: float) -> float:
    return 0.5 * (1.0 + erf(x / sqrt(2.0)))
