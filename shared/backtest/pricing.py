"""From a moment and the open book to quotes: one contract by arithmetic, an expiration by arrays."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from math import erfc, inf, log, pi, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.backtest import listing
from shared.backtest.listing import Product
from shared.backtest.moment import DIVIDEND_YIELD, RATE, Forward, Moment
from shared.backtest.open_interest import OpenBook
from shared.backtest.quotes import SPREADS
from shared.backtest.rows import BareQuote, ModelQuote, Wanted
from shared.backtest.surface import CALENDAR_DAYS_PER_YEAR, FloatArray, total_deviations
from shared.domain.black_scholes import VOL_POINT, Valuation, valuation

AM_SHARE: Final = 0.5
"""Share of a standard expiration's open interest that its AM-settled root holds."""
VOLUME_SHARE: Final = 0.1
"""Share of the open interest that trades in a session."""
LARGEST_SIZE: Final = 97

FURTHEST_SPOTS: Final = 4
"""How far above the spot a strike may lie that was listed when the spot was higher, in highest strikes of today."""
_MARGIN: Final = 1e-6
"""Beside the band of deltas that is wanted: the exact deltas decide, this only leaves out what lies far from it."""
_NORMAL: Final = NormalDist()

_SQRT_2: Final = sqrt(2.0)
_SQRT_2PI: Final = sqrt(2.0 * pi)


class Contract(NamedTuple):
    """A contract as the model sees it; ``column`` is its strike in the product's strike_unit."""

    option_symbol: str
    product: Product
    root: str
    expiration: date
    strike: float
    column: int
    is_call: bool


def quote(contract: Contract, moment: Moment, book: OpenBook, row: int, seed: int) -> ModelQuote:
    """Quote one listed contract that is not over."""
    product, expiration, strike, column, is_call = contract[1:2] + contract[3:]
    iv, valued = _valued(contract, moment)
    mid = max(valued.price, 0.0)
    bid, ask = SPREADS[product.underlying].bid_ask(mid, valued.vega)
    contracts = float((book.calls if is_call else book.puts)[row, column])
    open_interest = round(contracts * root_share(contract.root, product, expiration))
    bid_size, ask_size = sizes(column, is_call, moment, seed)
    return ModelQuote(
        contract.option_symbol,
        product.underlying,
        contract.root,
        expiration,
        strike,
        is_call,
        bid,
        ask,
        mid,
        iv,
        valued.delta,
        valued.gamma,
        valued.theta,
        valued.vega,
        open_interest,
        int(open_interest * VOLUME_SHARE * (1.0 - moment.clock.left)),
        bid_size,
        ask_size,
    )


def held(contract: Contract, moment: Moment) -> BareQuote:
    """Quote one contract that somebody holds and that is not over."""
    iv, valued = _valued(contract, moment)
    mid = max(valued.price, 0.0)
    bid, ask = SPREADS[contract.product.underlying].bid_ask(mid, valued.vega)
    return BareQuote(contract.option_symbol, bid, ask, mid, iv, valued.delta)


def _valued(contract: Contract, moment: Moment) -> tuple[float, Valuation]:
    """Return the volatility of one contract, and what it is worth by it."""
    strike, forward = contract.strike, moment.forward(contract.expiration)
    iv = forward.smile.iv(log(strike) - forward.log_forward)
    is_call, spot, years = contract.is_call, moment.spot, forward.years
    return iv, valuation(spot, strike, years, iv, is_call=is_call, rate=RATE, dividend_yield=DIVIDEND_YIELD)


def chain(
    product: Product, root: str, expiration: date, moment: Moment, book: OpenBook, row: int, seed: int
) -> list[ModelQuote]:
    """Quote all contracts of one root and expiration, ascending in strike, the call before the put."""
    columns = np.flatnonzero(book.listed[row])
    calls, puts = (
        _side(product, root, expiration, moment, book, row, seed, columns, is_call=is_call) for is_call in (True, False)
    )
    return [quoted for pair in zip(calls, puts, strict=True) for quoted in pair]


def wanted_columns(product: Product, expiration: date, moment: Moment, wanted: Wanted) -> dict[bool, range]:
    """Return, by whether they are calls, the strikes in strike units among which the wanted deltas lie, if any."""
    forward = moment.forward(expiration)
    columns = listing.columns_in_reach(product, moment.spot)
    low, high = (_quantile(delta / forward.carry) for delta in (wanted.low - _MARGIN, wanted.high + _MARGIN))

    def distance(column: int) -> float:
        return -_d1(float(column * product.strike_unit), forward)

    found: dict[bool, range] = {}
    for is_call, is_wanted in ((True, wanted.calls), (False, wanted.puts)):
        if not is_wanted:
            continue
        begin, end = (-high, -low) if is_call else (low, high)
        inside = columns[bisect_left(columns, begin, key=distance) : bisect_right(columns, end, key=distance)]
        if inside:
            first = 1 if inside[0] == columns[0] else inside[0]
            last = FURTHEST_SPOTS * inside[-1] if inside[-1] == columns[-1] else inside[-1]
            found[is_call] = range(first, last + 1)
    return found


def _d1(strike: float, forward: Forward) -> float:
    """Return Black and Scholes' d1, which falls with the strike on a smile without arbitrage (Fukasawa, 2012)."""
    moneyness = log(strike) - forward.log_forward
    deviation = forward.smile.total_deviation(moneyness)
    return -moneyness / deviation + 0.5 * deviation


def _quantile(share: float) -> float:
    if share <= 0.0:
        return -inf
    return inf if share >= 1.0 else _NORMAL.inv_cdf(share)


def near(
    product: Product, expiration: date, moment: Moment, columns: Sequence[int], wanted: Wanted, *, is_call: bool
) -> list[BareQuote]:
    """Quote the wanted contracts of one right among these strikes, PM-settled."""
    strikes = np.array([float(column * product.strike_unit) for column in columns])
    values = _values(moment.spot, strikes, moment.forward(expiration), is_call=is_call)
    bid_ask = SPREADS[product.underlying].bid_ask
    symbols = _symbols(product, product.root, expiration, columns, is_call=is_call)
    numbers = (array.tolist() for array in (values.mid, values.iv, values.delta, values.vega))
    return [
        BareQuote(symbol, *bid_ask(mid, vega), mid, iv, delta)
        for symbol, mid, iv, delta, vega in zip(symbols, *numbers, strict=True)
        if wanted.low <= abs(delta) <= wanted.high
    ]


def roots(product: Product, expiration: date, today: date) -> tuple[str, ...]:
    """Return the roots that trade an expiration; an AM-settled one trades to the day before only."""
    if product.am_root is None or not listing.is_standard(expiration) or expiration <= today:
        return (product.root,)
    return (product.am_root, product.root)


def root_share(root: str, product: Product, expiration: date) -> float:
    """Return the share of an expiration's open interest that one root holds."""
    if product.am_root is None or not listing.is_standard(expiration):
        return 1.0
    return AM_SHARE if root == product.am_root else 1.0 - AM_SHARE


def sizes(column: int, is_call: bool, moment: Moment, seed: int) -> tuple[int, int]:
    """Return the contracts bid for and offered: arbitrary, but the same for the same minute and seed."""
    minute = int(moment.clock.minutes) + moment.clock.today.toordinal() * 512
    mixed = (column * 2 + is_call) * 7919 + minute * 104_729 + seed * 131
    return 1 + mixed % LARGEST_SIZE, 1 + mixed * 31 % LARGEST_SIZE


def _side(
    product: Product,
    root: str,
    expiration: date,
    moment: Moment,
    book: OpenBook,
    row: int,
    seed: int,
    columns: NDArray[np.intp],
    *,
    is_call: bool,
) -> list[ModelQuote]:
    strikes = (columns * product.strike_unit).astype(np.float64)
    values = _values(moment.spot, strikes, moment.forward(expiration), is_call=is_call)
    bids, asks = SPREADS[product.underlying].bids_asks(values.mid, values.vega)
    contracts = (book.calls if is_call else book.puts)[row, columns]
    interest = np.rint(contracts * root_share(root, product, expiration)).astype(np.int64)
    traded = (interest * VOLUME_SHARE * (1.0 - moment.clock.left)).astype(np.int64)
    shown = _Shown(bids.tolist(), asks.tolist(), interest.tolist(), traded.tolist())
    return _rows(product, root, expiration, moment, seed, columns, values, shown, is_call=is_call)


class _Shown(NamedTuple):
    """What is shown of each strike beside its values."""

    bids: list[float]
    asks: list[float]
    interest: list[int]
    traded: list[int]


def _rows(
    product: Product,
    root: str,
    expiration: date,
    moment: Moment,
    seed: int,
    columns: NDArray[np.intp],
    values: "_Values",
    shown: _Shown,
    *,
    is_call: bool,
) -> list[ModelQuote]:
    """Write one side out, a row a strike."""
    underlying, unit = product.underlying, product.strike_unit
    both_sizes = [sizes(column, is_call, moment, seed) for column in columns.tolist()]
    symbols = _symbols(product, root, expiration, columns.tolist(), is_call=is_call)
    strikes = [float(column * unit) for column in columns.tolist()]
    numbers = zip(
        symbols, strikes, *shown[:2], *(array.tolist() for array in values), *shown[2:], both_sizes, strict=True
    )
    return [
        ModelQuote(symbol, underlying, root, expiration, strike, is_call, *figures, *pair)
        for symbol, strike, *figures, pair in numbers
    ]


def _symbols(product: Product, root: str, expiration: date, columns: Sequence[int], *, is_call: bool) -> list[str]:
    prefix = listing.symbol_prefix(root, expiration) + ("C" if is_call else "P")
    return [f"{prefix}{column * product.strike_unit * 1000:08d}" for column in columns]


class _Values(NamedTuple):
    mid: FloatArray
    iv: FloatArray
    delta: FloatArray
    gamma: FloatArray
    theta: FloatArray
    vega: FloatArray


def _values(spot: float, strikes: FloatArray, forward: Forward, *, is_call: bool) -> _Values:
    """Price one side of an expiration: the arrays of black_scholes.valuation."""
    smile = forward.smile
    deviation, d1, iv = _deviations(strikes, forward)
    sign = 1.0 if is_call else -1.0
    density = forward.carry * np.exp(-0.5 * d1 * d1) / _SQRT_2PI
    delta = sign * forward.carry * _normal(sign * d1)
    owed = sign * forward.discount * strikes * _normal(sign * (d1 - deviation))
    decay = -0.5 * spot * density * iv / smile.root_years - RATE * owed + DIVIDEND_YIELD * spot * delta
    return _Values(
        mid=np.maximum(spot * delta - owed, 0.0),
        iv=iv,
        delta=delta,
        gamma=density / (spot * deviation),
        theta=decay / CALENDAR_DAYS_PER_YEAR,
        vega=spot * density * smile.root_years * VOL_POINT,
    )


def _deviations(strikes: FloatArray, forward: Forward) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return iv·√years, Black and Scholes' d1 and the volatility of each strike."""
    smile = forward.smile
    moneyness = np.log(strikes) - forward.log_forward
    deviation = total_deviations(moneyness, smile.deviation, smile.skew, smile.curvature)
    return deviation, -moneyness / deviation + 0.5 * deviation, deviation / smile.root_years


def _normal(values: FloatArray) -> FloatArray:
    """Return the normal distribution function of each value."""
    return np.array([0.5 * erfc(-value / _SQRT_2) for value in values.tolist()])
