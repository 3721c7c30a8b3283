"""The implied-volatility surface of the S&P 500, from nothing but the VIX and the calendar.

An at-the-money term structure with mean reversion and a surface of Gatheral and Jacquier's SSVI form. Its
constants were fitted on 84,472 quotes of ten SPX chains with the VIX between 12.8 and 27.75; beyond 28 it
extrapolates.
"""

from functools import lru_cache
from math import exp, log, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SCALE_FOR_PROFIT_AND_LOSS: Final = 0.95
"""Times the VIX: removes a bias of 11 basis points a month against the Cboe BXM index."""
SCALE_FOR_CHAINS: Final = 1.0
"""Times the VIX: reproduces the quoted chains, and the VIX itself."""

TRADING_DAYS_PER_YEAR: Final = 252
CALENDAR_DAYS_PER_YEAR: Final = 365
REFERENCE_VIX: Final = 20.0
REFERENCE_YEARS: Final = 30 / 365

SPOT_VOL_INTERCEPT, SPOT_VOL_SLOPE = -1.17, 0.914
LONG_VOL_INTERCEPT, LONG_VOL_SLOPE = 7.97, 0.518
MEAN_REVERSION: Final = 4.78
LOWEST_SHARE_OF_SPOT_VOL: Final = 0.3
SKEW_AT_REFERENCE, SKEW_PER_LOG_VIX = -0.588, -0.196
STEEPEST_SKEW: Final = -0.95
CURVATURE, CURVATURE_TIME_POWER, CURVATURE_VIX_POWER = 0.873, 0.192, -0.350
BUTTERFLY_BOUND: Final = 4.0
"""Gatheral and Jacquier (2014), theorem 4.2: no butterfly arbitrage while θφ²(1 + |ρ|) stays below it."""


class Smile(NamedTuple):
    """One expiration of the surface.

    ``deviation`` is σ√T at the money (the standard deviation of the log price to expiration), ``skew`` is
    SSVI's ρ, ``curvature`` its φ per standard deviation, ``root_years`` the square root of the calendar
    years.
    """

    deviation: float
    skew: float
    curvature: float
    root_years: float

    def total_deviation(self, log_moneyness: float) -> float:
        """Return iv·√years at ln(strike / forward)."""
        bent = self.curvature * log_moneyness / self.deviation
        shifted = bent + self.skew
        root = sqrt(shifted * shifted + 1.0 - self.skew * self.skew)
        return self.deviation * sqrt(0.5 * (1.0 + self.skew * bent + root))

    def iv(self, log_moneyness: float) -> float:
        """Return the implied volatility a calendar year at ln(strike / forward)."""
        return self.total_deviation(log_moneyness) / self.root_years


class Term(NamedTuple):
    """What the surface needs of the VIX, worked out once for all expirations of a moment."""

    long_variance: float
    excess_variance: float
    lowest_variance: float
    skew: float
    curvature: float

    def smile(self, trading_years: float, calendar_years: float) -> Smile:
        """Return the smile of one expiration; both times are positive."""
        decay = MEAN_REVERSION * trading_years
        variance = self.long_variance + self.excess_variance * (1.0 - exp(-decay)) / decay
        curvature = self.curvature * (trading_years / REFERENCE_YEARS) ** CURVATURE_TIME_POWER
        return Smile(
            deviation=sqrt(max(variance, self.lowest_variance) * trading_years),
            skew=self.skew,
            curvature=min(curvature, sqrt(BUTTERFLY_BOUND / (1.0 - self.skew))),
            root_years=sqrt(calendar_years),
        )


@lru_cache(maxsize=4096)
def term(vix: float, scale: float = SCALE_FOR_PROFIT_AND_LOSS) -> Term:
    """Return the term structure and smile constants at a VIX in points."""
    level = vix * scale
    spot_vol = (SPOT_VOL_INTERCEPT + SPOT_VOL_SLOPE * level) / 100
    long_variance = ((LONG_VOL_INTERCEPT + LONG_VOL_SLOPE * level) / 100) ** 2
    decay = MEAN_REVERSION * REFERENCE_YEARS
    relative = level / REFERENCE_VIX
    return Term(
        long_variance=long_variance,
        excess_variance=(spot_vol * spot_vol - long_variance) * decay / (1.0 - exp(-decay)),
        lowest_variance=(LOWEST_SHARE_OF_SPOT_VOL * spot_vol) ** 2,
        skew=min(max(SKEW_AT_REFERENCE + SKEW_PER_LOG_VIX * log(relative), STEEPEST_SKEW), 0.0),
        curvature=CURVATURE * relative**CURVATURE_VIX_POWER,
    )


def total_deviations(
    log_moneyness: FloatArray, deviation: FloatArray | float, skew: float, curvature: FloatArray | float
) -> FloatArray:
    """Return iv·√years for arrays of ln(strike / forward): the vectorised Smile.total_deviation."""
    bent = curvature * log_moneyness / deviation
    shifted = bent + skew
    root = np.sqrt(shifted * shifted + (1.0 - skew * skew))
    result: FloatArray = deviation * np.sqrt(0.5 * (1.0 + skew * bent + root))
    return result
