"""What the vendor knows of one ticker at its last publication."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import exp, log, sqrt
from typing import Final

from infra.local.vendors.luck import luck
from infra.local.vendors.market import Exposure, Quote
from infra.local.vendors.market_view import UNDERLYINGS, VIX, YEAR, MarketView, traded
from shared.domain import sessions

DEMO_TICKERS: Final = ("AAPL", "VIX", "KO", "META", "AMZN", "XOM", "GM", "MCD")
"""Free to see with the header X-TV-Demo: 1."""
REFERENCE_DAYS: Final = 30
OPEN_INTEREST_EXPIRATIONS: Final = 3
"""Open interest is summed over the nearest expirations: what the feed needs is its ratio."""
TRADING_DAYS: Final = 252
_STRIKE_STEP: Final = {"SPY": 1, "SPX": 25}
_QUARTER_DELTA: Final = 0.6745
"""Standard deviations to the 25-delta strike."""
_DAYS_A_YEAR: Final = 365


@dataclass(frozen=True, slots=True)
class Surface:
    """Volatilities at the reference expiration, decimals."""

    atm: float
    put_25: float
    call_25: float
    low: float
    high: float
    days: int


@dataclass(frozen=True, slots=True)
class OpenInterest:
    """Contracts open and traded."""

    calls: int
    puts: int
    call_volume: int
    put_volume: int

    @property
    def ratio(self) -> float:
        """Puts over calls."""
        return round(self.puts / self.calls, 2) if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """The exposure at one strike, dollars per +1 %."""

    strike: float
    call: float
    put: float

    @property
    def net(self) -> float:
        """Calls and puts together."""
        return self.call + self.put


@dataclass(frozen=True, slots=True)
class Subject:
    """One ticker at one publication."""

    ticker: str
    asof: datetime
    price: float
    net_gex: float
    flip: float | None
    points: tuple[Point, ...]
    surface: Surface
    interest: OpenInterest
    iv_rank: float
    iv_low: float
    iv_high: float
    iv_change: float
    volume: int
    average_volume: int
    nearest: date
    nearest_gex: float

    @property
    def distance_pct(self) -> float | None:
        """From the price to the flip, percent points of the price; negative where the flip is below."""
        return None if self.flip is None else 100 * (self.flip / self.price - 1)

    @property
    def nearest_share(self) -> float:
        """The part of the exposure that the nearest expiration carries, a fraction."""
        return min(1.0, abs(self.nearest_gex) / abs(self.net_gex)) if self.net_gex else 0.0

    def expected_move_pct(self, days: float) -> float:
        """One standard deviation over so many calendar days, percent points."""
        return 100 * self.surface.atm * sqrt(days / _DAYS_A_YEAR)


class Subjects:
    """Looks tickers up."""

    def __init__(self, view: MarketView) -> None:
        """Look in this market."""
        self._view = view

    def published(self, now: datetime) -> datetime:
        """Return the time of the last publication: the last whole minute of the session."""
        return traded(now).replace(second=0, microsecond=0)

    def find(self, ticker: str, asof: datetime) -> Subject | None:
        """Return what is known of a ticker; None where it is unknown."""
        if ticker in UNDERLYINGS:
            return self._view.keep(("subject", ticker, asof), lambda: self._listed(ticker, asof))
        if ticker in DEMO_TICKERS:
            return self._view.keep(("subject", ticker, asof), lambda: self._demonstrated(ticker, asof))
        return None

    def points_of(self, ticker: str, expiration: date, asof: datetime) -> tuple[Point, ...]:
        """Return the exposure by strike of one expiration."""
        chain = self._view.chain(ticker, expiration, asof)
        spot = self._view.last(ticker, asof)
        sums: dict[float, list[float]] = {}
        for row in chain:
            pair = sums.setdefault(row.strike, [0.0, 0.0])
            pair[0 if row.is_call else 1] += _exposure(row, spot)
        return tuple(Point(strike, *sums[strike]) for strike in sorted(sums))

    def expirations(self, ticker: str, asof: datetime) -> tuple[date, ...]:
        """Return the expirations that are not over, ascending."""
        day = sessions.new_york_date(asof)
        today = sessions.session(day)
        over = today is not None and asof >= today.closes_at
        return tuple(expiration for expiration in self._view.expirations(ticker, day) if expiration > day or not over)

    def _listed(self, ticker: str, asof: datetime) -> Subject:
        view, day = self._view, sessions.new_york_date(asof)
        price, curve = view.last(ticker, asof), view.exposure(ticker, asof)
        before = view.before(ticker, day)
        nearest = self.expirations(ticker, asof)[0]
        rank, low, high, change = self._rank(asof)
        return Subject(
            ticker=ticker,
            asof=asof,
            price=price,
            net_gex=curve.net_gex,
            flip=curve.flip_point,
            points=_points(curve),
            surface=self._surface(ticker, price, asof),
            interest=view.keep(("interest", ticker, day), lambda: self._interest(ticker, asof)),
            iv_rank=rank,
            iv_low=low,
            iv_high=high,
            iv_change=change,
            volume=view.so_far(ticker, asof).volume,
            average_volume=before.average_volume,
            nearest=nearest,
            nearest_gex=view.keep(("nearest", ticker, day), lambda: self._nearest_gex(ticker, nearest, asof)),
        )

    def _nearest_gex(self, ticker: str, nearest: date, asof: datetime) -> float:
        """Return the exposure that expires next; it is priced once a day, because it costs a whole chain."""
        return sum(point.net for point in self.points_of(ticker, nearest, asof))

    def _demonstrated(self, ticker: str, asof: datetime) -> Subject:
        """Return a demonstration ticker: SPY in other proportions, the same in every run."""
        spy = self._listed("SPY", asof)
        price = self._view.last(VIX, asof) if ticker == VIX else spy.price * (0.1 + luck(ticker, 90) / 100)
        scale, size = price / spy.price, 0.02 + luck(ticker, 17) / 100
        points = tuple(
            Point(round(point.strike * scale, 2), point.call * size, point.put * size) for point in spy.points
        )
        flip = None if spy.flip is None else spy.flip * scale
        net, near = spy.net_gex * size, spy.nearest_gex * size
        return replace(
            spy, ticker=ticker, price=round(price, 2), flip=flip, net_gex=net, nearest_gex=near, points=points
        )

    def _surface(self, ticker: str, price: float, asof: datetime) -> Surface:
        day = sessions.new_york_date(asof)
        listed = self.expirations(ticker, asof)
        reference = min(listed, key=lambda expiration: abs((expiration - day).days - REFERENCE_DAYS))
        years = max((reference - day).days, 1) / _DAYS_A_YEAR
        guess = self._view.last(VIX, asof) / 100
        move = guess * sqrt(years)
        quarter = _QUARTER_DELTA * move
        ivs = {
            name: self._iv(ticker, reference, price * exp(shift), guess, asof, is_call=shift > 0)
            for name, shift in (("atm", 1e-9), ("put", -quarter), ("call", quarter), ("low", -move), ("high", move))
        }
        return Surface(ivs["atm"], ivs["put"], ivs["call"], ivs["low"], ivs["high"], (reference - day).days)

    def _iv(self, ticker: str, expiration: date, level: float, guess: float, asof: datetime, *, is_call: bool) -> float:
        step = _STRIKE_STEP[ticker]
        root = "SPXW" if ticker == "SPX" else ticker
        strike = round(level / step) * step
        symbol = f"{root}{expiration:%y%m%d}{'C' if is_call else 'P'}{strike * 1000:08d}"
        quote = self._view.option(symbol, asof)
        return guess * exp(-2 * log(level / self._view.last(ticker, asof))) if quote is None else quote.iv

    def _interest(self, ticker: str, asof: datetime) -> OpenInterest:
        sums = {(True, "open"): 0, (False, "open"): 0, (True, "traded"): 0, (False, "traded"): 0}
        for expiration in self.expirations(ticker, asof)[:OPEN_INTEREST_EXPIRATIONS]:
            for row in self._view.chain(ticker, expiration, asof):
                sums[row.is_call, "open"] += row.open_interest
                sums[row.is_call, "traded"] += row.volume
        return OpenInterest(sums[True, "open"], sums[False, "open"], sums[True, "traded"], sums[False, "traded"])

    def _rank(self, asof: datetime) -> tuple[float, float, float, float]:
        """Return the VIX: its 52-week rank, low and high as decimals, and change since yesterday in percent."""
        now = self._view.last(VIX, asof)
        day = sessions.new_york_date(asof)
        closes = self._view.keep(("vix closes", day), lambda: self._closes(day, asof))
        low, high = min(*closes, now), max(*closes, now)
        rank = 100 * (now - low) / (high - low) if high > low else 0.0
        return round(rank, 1), low / 100, high / 100, round(100 * (now / closes[-1] - 1), 2)

    def _closes(self, day: date, asof: datetime) -> list[float]:
        return [bar.close for bar in self._view.bars(VIX, day - YEAR, day - timedelta(days=1), asof)][-TRADING_DAYS:]


def _points(curve: Exposure) -> tuple[Point, ...]:
    rows = zip(curve.strikes, curve.call_gex, curve.put_gex, strict=True)
    return tuple(Point(float(strike), float(call), float(put)) for strike, call, put in rows)


def _exposure(row: Quote, spot: float) -> float:
    dollars = row.gamma * row.open_interest * 100 * spot * spot * 0.01
    return dollars if row.is_call else -dollars
