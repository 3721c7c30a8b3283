"""The market model: what SPX, SPY, the VIX and their options showed at any moment of a history.

Spot and VIX replay a history, options follow the surface, open interest remembers the path. The same seed
gives the same market. A moment rests on bars up to its own day and on nothing later; within a day the path
knows that day's bar, because it replays it. Option chains are made from the VIX, so there is no mispricing
between the two to be found here, and iron condors come out about 1 % of notional a year too kind.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

import numpy as np

from shared.backtest import listing, pricing
from shared.backtest.gamma_curve import OpenRows, gamma_curve, open_rows
from shared.backtest.history import WARM_UP_SESSIONS, Bar, History
from shared.backtest.listed import listed_between
from shared.backtest.listing import PRODUCTS, Product
from shared.backtest.moment import Moment
from shared.backtest.open_interest import OpenBook, OpenInterest
from shared.backtest.paths import BridgePaths, Clocked, Paths, clocked, session_hours
from shared.backtest.pricing import Contract
from shared.backtest.rows import BareQuote, GammaCurve, ModelQuote, Wanted
from shared.backtest.surface import SCALE_FOR_PROFIT_AND_LOSS, term
from shared.domain.errors import InvalidValueError
from shared.domain.options import Right, parse_option_symbol

VIX: Final = "VIX"
INDEX_SHARES_PER_SPY_SHARE: Final = 40
"""The index's constituents trade about forty times the shares of SPY."""

Levels = Callable[[str, datetime], tuple[float, float] | None]
"""An underlying and the VIX at a moment, None where nobody has worked them out."""

KEPT_MOMENTS: Final = 8
_CENTS: Final = 2


class MarketModel:
    """A replayed market of SPX and SPY; every time is an aware datetime."""

    def __init__(
        self,
        history: History,
        *,
        seed: int,
        scale: float = SCALE_FOR_PROFIT_AND_LOSS,
        paths: Paths | None = None,
    ) -> None:
        """Take the history, the seed of its minutes, and the share of the VIX that options are priced at."""
        self.history = history
        self.seed = seed
        self.scale = scale
        self._paths = paths if paths is not None else BridgePaths(history, seed)
        self._interest = {name: OpenInterest(history, product) for name, product in PRODUCTS.items()}
        self._moments: OrderedDict[tuple[str, datetime], Moment] = OrderedDict()
        self._contracts: dict[str, Contract | None] = {}
        self._rows: dict[str, tuple[date, OpenRows]] = {}
        self._levels: Levels | None = None

    def believe(self, levels: Levels) -> None:
        """Take levels of an underlying and the VIX that were worked out for this very market before."""
        self._levels = levels

    def spot(self, underlying: str, at: datetime) -> float:
        """Return the level of SPX or SPY; outside its hours the last close."""
        return self._moment(_product(underlying), at).spot

    def vix(self, at: datetime) -> float:
        """Return the VIX in points; outside its hours the last close."""
        clock = clocked(self.history, at)
        return self._paths.level(clock.row, clock.minutes).vix

    def expirations(self, underlying: str, on: date) -> tuple[date, ...]:
        """Return the expirations listed on a day, ascending, the day's own included."""
        _product(underlying)
        return listing.expirations(on)

    def strikes(self, underlying: str, expiration: date, at: datetime) -> tuple[float, ...]:
        """Return the strikes listed for an expiration; empty where it is not listed or over."""
        product = _product(underlying)
        moment = self._moment(product, at)
        book = self._book(product, moment)
        row = book.row(expiration)
        if row is None or moment.is_over(expiration):
            return ()
        return tuple(float(column * product.strike_unit) for column in np.flatnonzero(book.listed[row]).tolist())

    def chain(self, underlying: str, expiration: date, at: datetime) -> list[ModelQuote]:
        """Quote all contracts of an expiration, by root and strike; empty where it is not listed or over."""
        product = _product(underlying)
        moment = self._moment(product, at)
        book = self._book(product, moment)
        row = book.row(expiration)
        if row is None or moment.is_over(expiration):
            return []
        return [
            quoted
            for root in pricing.roots(product, expiration, moment.clock.today)
            for quoted in pricing.chain(product, root, expiration, moment, book, row, self.seed)
        ]

    def wanted(self, underlying: str, expiration: date, at: datetime, wanted: Wanted) -> list[BareQuote]:
        """Quote the PM-settled contracts of an expiration that are wanted."""
        product = _product(underlying)
        moment = self._moment(product, at)
        if moment.is_over(expiration):
            return []
        found = []
        for is_call, within in pricing.wanted_columns(product, expiration, moment, wanted).items():
            morning, low, high = moment.clock.morning, within[0], within[-1]
            columns = listed_between(self.history, product, expiration, morning, low, high)
            found += pricing.near(product, expiration, moment, columns, wanted, is_call=is_call)
        return found

    def option_quote(self, option_symbol: str, at: datetime) -> ModelQuote | None:
        """Quote one contract by its OCC symbol; None where it is no listed contract, or over."""
        contract = self._contract(option_symbol)
        if contract is None:
            return None
        moment = self._moment(contract.product, at)
        if moment.is_over(contract.expiration):
            return None
        if contract.root == contract.product.am_root and contract.expiration <= moment.clock.today:
            return None
        book = self._book(contract.product, moment)
        row = book.row(contract.expiration)
        if row is None or contract.column >= book.listed.shape[1] or not book.listed[row, contract.column]:
            return None
        return pricing.quote(contract, moment, book, row, self.seed)

    def held_quote(self, option_symbol: str, at: datetime) -> BareQuote | None:
        """Quote a contract that somebody holds, and that is listed therefore; None where it is none, or over."""
        contract = self._contract(option_symbol)
        if contract is None:
            return None
        moment = self._moment(contract.product, at)
        return None if moment.is_over(contract.expiration) else pricing.held(contract, moment)

    def gamma_curve(self, underlying: str, at: datetime) -> GammaCurve:
        """Return the gamma exposure of all listed expirations.

        Raises:
            InvalidValueError: nothing is open yet, on the first session of the history.
        """
        product = _product(underlying)
        moment = self._moment(product, at)
        book = self._book(product, moment)
        curve = gamma_curve(product, moment, book, self._open_rows(product, book))
        if curve is None:
            first = self.history.days[min(WARM_UP_SESSIONS, len(self.history.days) - 1)]
            raise InvalidValueError("day", str(book.day), f"nothing is open yet; begin at {first} or later")
        return curve

    def daily_bars(self, symbol: str, start: date, end: date, *, as_of: datetime | None = None) -> list[Bar]:
        """Return the bars of SPX, SPY or VIX from start to end, both included.

        With as_of, only sessions closed by then; without it, the caller asks for no day that is not over.
        """
        rows = self.history.between(start, end)
        days = self.history.days
        if as_of is not None:
            rows = range(rows.start, rows.stop - sum(session_hours(days[row]).closes_at > as_of for row in rows))
        return [self._bar(symbol, row) for row in rows]

    def session_bar(self, symbol: str, at: datetime) -> Bar:
        """Return the bar of the session that runs at a moment as far as it has come, or of the last one."""
        clock = clocked(self.history, at)
        if clock.left == 0.0:
            return self._bar(symbol, clock.row)
        now = self._paths.level(clock.row, clock.minutes)
        path = self._paths.minute_levels(clock.row)
        seen = int(clock.minutes) + 1
        values = (
            (*path.vix[:seen], now.vix)
            if symbol == VIX
            else tuple(_scaled(value, _product(symbol)) for value in (*path.spot[:seen], now.spot))
        )
        volume = int(self._bar(symbol, clock.row).volume * (1.0 - clock.left))
        day = self.history.days[clock.row]
        return Bar(day, values[0], max(values), min(values), values[-1], volume)

    def official_close(self, underlying: str, day: date) -> float:
        """Return the closing level of SPX, SPY or VIX on a session."""
        index = self.history.index_of(day)
        if underlying == VIX:
            return self.history.vix_closes[index]
        return _scaled(self.history.bars[index].close, _product(underlying))

    def _bar(self, symbol: str, index: int) -> Bar:
        bar = self.history.bars[index]
        if symbol == VIX:
            path = self._paths.minute_levels(index).vix
            close = self.history.vix_closes[index]
            return Bar(bar.day, path[0], max(*path, close), min(*path, close), close, 0)
        product = _product(symbol)
        if product.divisor == 1:
            return bar
        opening, high, low, closing = (_scaled(level, product) for level in (bar.open, bar.high, bar.low, bar.close))
        return Bar(bar.day, opening, high, low, closing, bar.volume // INDEX_SHARES_PER_SPY_SHARE)

    def _moment(self, product: Product, at: datetime) -> Moment:
        key = (product.underlying, at)
        known = self._moments.get(key)
        if known is not None:
            return known
        clock = clocked(self.history, at)
        day = self.history.days[clock.row]
        told = None if self._levels is None or self._paths.is_drawn else self._levels(product.underlying, at)
        spot, vix = told or self._level(product, clock)
        moment = self._moments[key] = Moment(clock, day, spot, vix, term(vix, self.scale))
        if len(self._moments) > KEPT_MOMENTS:
            self._moments.popitem(last=False)
        return moment

    def _level(self, product: Product, clock: Clocked) -> tuple[float, float]:
        level = self._paths.level(clock.row, clock.minutes)
        return _scaled(level.spot, product), level.vix

    def _book(self, product: Product, moment: Moment) -> OpenBook:
        return self._interest[product.underlying].on(moment.clock.morning)

    def _open_rows(self, product: Product, book: OpenBook) -> OpenRows:
        known = self._rows.get(product.underlying)
        if known is None or known[0] != book.day:
            known = self._rows[product.underlying] = (book.day, open_rows(book, product))
        return known[1]

    def _contract(self, option_symbol: str) -> Contract | None:
        if option_symbol not in self._contracts:
            self._contracts[option_symbol] = _contract(option_symbol)
        return self._contracts[option_symbol]


def _contract(option_symbol: str) -> Contract | None:
    """Read an OCC symbol as a contract that the model could list."""
    try:
        parsed = parse_option_symbol(option_symbol)
    except InvalidValueError:
        return None
    product = PRODUCTS.get(parsed.underlying)
    if product is None or parsed.strike % product.strike_unit:
        return None
    if parsed.root == product.am_root and not listing.is_standard(parsed.expiration):
        return None
    strike = float(parsed.strike)
    column = int(strike) // product.strike_unit
    is_call = parsed.right is Right.CALL
    return Contract(parsed.option_symbol, product, parsed.root, parsed.expiration, strike, column, is_call)


def _product(underlying: str) -> Product:
    product = PRODUCTS.get(underlying)
    if product is None:
        raise InvalidValueError("underlying", underlying, f"choose one of {', '.join(PRODUCTS)}")
    return product


def _scaled(level: float, product: Product) -> float:
    return level if product.divisor == 1 else round(level / product.divisor, _CENTS)
