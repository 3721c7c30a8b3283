"""Gamma exposure of all that is open on an underlying: net, by strike, and where it changes sign.

Gamma is that of a call and a put alike, so one strike of an expiration is one row. The profile holds each
row's volatility while the spot moves.
"""

from math import log, pi, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.backtest.listing import Product
from shared.backtest.moment import DIVIDEND_YIELD, RATE, Moment
from shared.backtest.open_interest import OpenBook
from shared.backtest.rows import GammaCurve
from shared.backtest.surface import TRADING_DAYS_PER_YEAR, FloatArray, total_deviations

CONTRACT_MULTIPLIER: Final = 100
ONE_PERCENT: Final = 0.01
SHORTEST_TRADING_YEARS: Final = 1 / (26 * TRADING_DAYS_PER_YEAR)
"""A quarter of an hour: nearer to an expiration gamma at the money grows beyond what anyone hedges."""
SMALLEST_INTEREST: Final = 0.5

NEGLIGIBLE_LOG_DENSITY: Final = np.float32(-80.0)
"""Below it densities would become denormal numbers, with which processors are slow."""

REACH: Final = 0.15
NEAR_REACH, NEAR_STEP, FAR_STEP = 0.05, 0.005, 0.01
FLIP_TOLERANCE: Final = 1e-6
FLIP_ITERATIONS: Final = 40

_SQRT_2PI: Final = sqrt(2.0 * pi)
_FAR: Final = np.arange(NEAR_REACH + FAR_STEP, REACH + FAR_STEP / 2, FAR_STEP)
_NEAR: Final = np.arange(-NEAR_REACH, NEAR_REACH + NEAR_STEP / 2, NEAR_STEP)
_LEVELS: Final = 1.0 + np.concatenate((-_FAR[::-1], _NEAR, _FAR))


class OpenRows(NamedTuple):
    """The strikes of a book that hold interest, one row each: their place in the book, and contracts."""

    expiration_of: NDArray[np.intp]
    column_of: NDArray[np.intp]
    log_strikes: FloatArray
    calls: FloatArray
    puts: FloatArray


def open_rows(book: OpenBook, product: Product) -> OpenRows:
    """Pick the rows of a book that hold at least half a contract."""
    rows, columns = np.nonzero(book.calls + book.puts >= SMALLEST_INTEREST)
    return OpenRows(
        expiration_of=rows,
        column_of=columns,
        log_strikes=np.log(columns * product.strike_unit),
        calls=book.calls[rows, columns],
        puts=book.puts[rows, columns],
    )


class _Profile(NamedTuple):
    """Exposure as a function of spot: spot · Σ weight · exp(−d1²/2), with d1 = offset + ln(spot)·slope."""

    weights: FloatArray
    offsets: FloatArray
    slopes: FloatArray

    def at(self, level: float) -> float:
        """Return the net exposure with the spot at a level."""
        d1 = self.offsets + log(level) * self.slopes
        return level * float(self.weights @ np.exp(-0.5 * d1 * d1))

    def scan(self, levels: FloatArray) -> FloatArray:
        """Return the net exposure at many levels, in single precision, which is enough to find its sign."""
        d1 = np.multiply.outer(np.log(levels).astype(np.float32), self.slopes.astype(np.float32))
        d1 += self.offsets.astype(np.float32)
        np.square(d1, out=d1)
        d1 *= np.float32(-0.5)
        np.maximum(d1, NEGLIGIBLE_LOG_DENSITY, out=d1)
        np.exp(d1, out=d1)
        return levels * (d1 @ self.weights.astype(np.float32)).astype(np.float64)


def gamma_curve(product: Product, moment: Moment, book: OpenBook, rows: OpenRows) -> GammaCurve | None:
    """Return the exposure at a moment, or None where nothing is open."""
    alive = np.array([not moment.is_over(expiration) for expiration in book.expirations], dtype=bool)
    rows = OpenRows(*(array[alive[rows.expiration_of]] for array in rows))
    if not rows.calls.size:
        return None
    spot = moment.spot
    unit, profile = _unit_exposure(moment, book, rows)
    width = book.listed.shape[1]
    exposure = spot * unit * np.exp(-0.5 * (profile.offsets + log(spot) * profile.slopes) ** 2)
    open_columns = np.unique(rows.column_of)
    call_gex = _by_column(rows, exposure * rows.calls, width)[open_columns]
    put_gex = _by_column(rows, -exposure * rows.puts, width)[open_columns]
    strike_gex = call_gex + put_gex
    strikes = (open_columns * product.strike_unit).astype(np.float64)
    return GammaCurve(
        spot=spot,
        net_gex=float(strike_gex.sum()),
        flip_point=_flip(profile, spot),
        call_wall=float(strikes[int(np.argmax(strike_gex))]),
        put_wall=float(strikes[int(np.argmin(strike_gex))]),
        strikes=strikes,
        call_gex=call_gex,
        put_gex=put_gex,
        strike_gex=strike_gex,
    )


def _by_column(rows: OpenRows, exposure: FloatArray, width: int) -> FloatArray:
    """Sum the exposure of the expirations at each strike."""
    return np.bincount(rows.column_of, exposure, width).astype(np.float64, copy=False)


def _unit_exposure(moment: Moment, book: OpenBook, rows: OpenRows) -> tuple[FloatArray, _Profile]:
    """Return the exposure of one contract of each row but for its density, and the profile of all."""
    terms = [moment.forward(expiration) for expiration in book.expirations]
    smiles = [moment.term.smile(max(each.trading_years, SHORTEST_TRADING_YEARS), each.years) for each in terms]
    of = rows.expiration_of
    forwards = np.array([each.log_forward for each in terms])[of]
    deviations = total_deviations(
        rows.log_strikes - forwards,
        np.array([smile.deviation for smile in smiles])[of],
        moment.term.skew,
        np.array([smile.curvature for smile in smiles])[of],
    )
    drift = np.array([(RATE - DIVIDEND_YIELD) * each.years for each in terms])[of]
    carry = np.array([each.carry for each in terms])[of]
    unit = CONTRACT_MULTIPLIER * ONE_PERCENT * carry / (deviations * _SQRT_2PI)
    slopes = 1.0 / deviations
    offsets = (drift - rows.log_strikes) * slopes + 0.5 * deviations
    return unit, _Profile(weights=unit * (rows.calls - rows.puts), offsets=offsets, slopes=slopes)


def _flip(profile: _Profile, spot: float) -> float | None:
    """Return the zero of the profile nearest to the spot, within REACH, or None."""
    levels = spot * _LEVELS
    values = profile.scan(levels)
    changes = np.flatnonzero(np.signbit(values[:-1]) != np.signbit(values[1:]))
    if not changes.size:
        return None
    zeros = levels[changes] - values[changes] * (levels[changes + 1] - levels[changes]) / (
        values[changes + 1] - values[changes]
    )
    nearest = int(changes[int(np.argmin(np.abs(zeros - spot)))])
    return _zero(profile, float(levels[nearest]), float(levels[nearest + 1]))


def _zero(profile: _Profile, low: float, high: float) -> float:
    """Find the zero between two levels of opposite sign by the Illinois variant of false position."""
    at_low, at_high = profile.at(low), profile.at(high)
    if (at_low > 0.0) == (at_high > 0.0):  # the zero lies on an end, where single precision missed the sign
        return low if abs(at_low) < abs(at_high) else high
    level = low
    for _ in range(FLIP_ITERATIONS):
        before, level = level, high - at_high * (high - low) / (at_high - at_low)
        value = profile.at(level)
        if value == 0.0 or abs(level - before) <= FLIP_TOLERANCE * level:
            break
        if (value > 0.0) == (at_high > 0.0):
            high, at_high = level, value
            at_low *= 0.5
        else:
            low, at_low, high, at_high = high, at_high, level, value
    return level
